import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { BuildReport } from '../../build/index.js';
import type { Derivation, DrvPath } from '../../formats/index.js';
import type { Failure } from '../../result.js';
import type { Store } from '../../store/index.js';
import { inOrder } from '../in-order.js';

/** How many bytes to show from the first difference of two files. */
const SHOWN_BYTES = 8;

/**
 * The cause of differences: the derivation that differs and needs none of the others. Names its first file that
 * differs, and the bytes on both sides. `undefined` if nothing differs.
 */
export function firstDifferentBuild(
  store: Store,
  derivations: ReadonlyMap<DrvPath, Derivation>,
  comparisons: BuildReport['comparisons'],
): Failure | undefined {
  const ordered = inOrder(derivations.keys(), (drvPath) => derivations.get(drvPath)?.inputDrvs.keys() ?? []);
  if (!ordered.ok) throw new Error(`Internal error: ${ordered.failure.message}`);
  for (const drvPath of ordered.value) {
    const comparison = comparisons.get(drvPath);
    const difference = comparison?.kind === 'different' ? comparison.differences[0] : undefined;
    if (difference === undefined) continue;
    const { outputName, path, kept, first } = difference;
    const offset = /^contents from byte (\d+)$/.exec(first.what)?.[1];
    const bytes =
      offset === undefined
        ? ''
        : ` (${bytesAt(join(store.hostPath(path), first.file), Number(offset))} here, ${bytesAt(join(kept, first.file), Number(offset))} there)`;
    const where = first.file === '' ? '' : ` in ${first.file}`;
    return {
      code: 'E_DIFFERENT',
      message: `${drvPath} is the first that differs: its output ${outputName}, ${path} here, differs${where}: ${first.what}${bytes}`,
      hint: `the output of the other build is kept at ${kept}`,
    };
  }
  return undefined;
}

function bytesAt(file: string, offset: number): string {
  const fd = openSync(file, 'r');
  try {
    const buffer = Buffer.alloc(SHOWN_BYTES);
    const count = readSync(fd, buffer, 0, SHOWN_BYTES, offset);
    return count === 0 ? 'end of file' : buffer.toString('hex', 0, count).replace(/(..)(?=.)/g, '$1 ');
  } finally {
    closeSync(fd);
  }
}
