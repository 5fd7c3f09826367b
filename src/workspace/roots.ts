import type { PreparedTarget } from '../chain/index.js';
import type { Instantiated } from '../recipe/index.js';
import { formatOutputName, sha256, type StorePath } from '../formats/index.js';
import { ok, type Result } from '../result.js';
import { BuiltOutputs } from './built-outputs.js';
import type { Session } from './session.js';

/**
 * Roots what a build used, so that the garbage collector takes only what has been outdated since: of each target and test
 * the outputs, and the derivation, which refers to sources, the seed and the recipe's files.
 */
export function keepFromCollection(session: Session, targets: readonly PreparedTarget[]): Result<void> {
  const { store, loaded } = session;
  const built = new BuiltOutputs(session);
  const roots = new Map<string, StorePath>();
  const add = (name: string, { drvPath, drv }: Instantiated): void => {
    if (store.isValid(drvPath)) roots.set(`${name}.drv`, drvPath);
    for (const outputName of drv.outputs.keys()) {
      const info = built.find(drvPath, outputName);
      if (info !== undefined) roots.set(formatOutputName(name, outputName), info.path);
    }
  };
  for (const { name, build, test } of targets) {
    add(name, build);
    if (test !== undefined) add(`${name}.test`, test);
  }
  for (const [name, path] of roots) {
    const added = store.addRoot(`${rootName(encodeURIComponent(loaded.directory))}/${rootName(name)}`, path);
    if (!added.ok) return added;
  }
  return ok(undefined);
}

/** No file's name has more bytes, so Linux. */
const LONGEST_NAME = 255;

/** A name for a file, the same for the same text: of a text that is too long as much as there is room for, and its hash. */
export function rootName(text: string): string {
  if (Buffer.byteLength(text) <= LONGEST_NAME) return text;
  const hash = sha256(text).slice(0, 32);
  return `${Buffer.from(text)
    .toString('latin1', 0, LONGEST_NAME - hash.length - 1)
    .replace(/[^\x20-\x7e]/g, '_')}~${hash}`;
}
