import { closeSync, constants, lstatSync, openSync, readSync } from 'node:fs';
import type { TargetFacts } from '../chain/index.js';
import { fit } from './format.js';
import type { BuiltOutputs } from '../workspace/index.js';
import type { Store } from '../store/index.js';

/** Bytes of a test's output that are read for its first line. */
const LONGEST_LINE = 400;

/** What the tests of targets have written: of each that passed, the first line of its output, where that is a file and not a directory. */
export function testLines(store: Store, targets: readonly TargetFacts[], built: BuiltOutputs, width: number): string[] {
  return targets.flatMap(({ name, test }) => {
    const info = test === undefined ? undefined : built.find(test.drvPath, 'out');
    const line = info === undefined ? '' : firstLine(store.hostPath(info.path));
    return line === '' ? [] : [fit(`${name}: ${line}`, width)];
  });
}

/** Not of what a symlink leads to: that need not be the store's. */
function firstLine(file: string): string {
  if (!lstatSync(file).isFile()) return '';
  const fd = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const start = Buffer.alloc(LONGEST_LINE);
    return start.toString('utf8', 0, readSync(fd, start)).split('\n')[0]!.trim();
  } finally {
    closeSync(fd);
  }
}
