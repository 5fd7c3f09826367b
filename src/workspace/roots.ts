import type { TargetFacts } from '../chain/index.js';
import { formatOutputName, sha256, type DrvPath, type StorePath } from '../formats/index.js';
import { ok, type Result } from '../result.js';
import { BuiltOutputs } from './built-outputs.js';
import type { AnySession } from './known-session.js';

/**
 * Roots what a build used, so that the garbage collector takes only what has been outdated since: of each target and test
 * the outputs, and the derivation, which refers to sources, the seed and the recipe's files.
 */
export function keepFromCollection(session: AnySession, targets: readonly TargetFacts[]): Result<void> {
  for (const [name, path] of rootsOf(session, targets, new BuiltOutputs(session))) {
    const added = session.store.addRoot(name, path);
    if (!added.ok) return added;
  }
  return ok(undefined);
}

/** Whether a build would find nothing to keep. */
export function areKept(session: AnySession, targets: readonly TargetFacts[], built: BuiltOutputs): boolean {
  return [...rootsOf(session, targets, built)].every(([name, path]) => {
    const isThere = session.store.hasRoot(name, path);
    return isThere.ok && isThere.value;
  });
}

/** The path that each root keeps. */
function rootsOf({ store, loaded }: AnySession, targets: readonly TargetFacts[], built: BuiltOutputs): ReadonlyMap<string, StorePath> {
  const folder = rootName(encodeURIComponent(loaded.directory));
  const roots = new Map<string, StorePath>();
  const add = (name: string, { drvPath }: { readonly drvPath: DrvPath }): void => {
    if (store.isValid(drvPath)) roots.set(`${folder}/${rootName(`${name}.drv`)}`, drvPath);
    for (const [outputName, { path }] of built.of(drvPath)) roots.set(`${folder}/${rootName(formatOutputName(name, outputName))}`, path);
  };
  for (const { name, build, test } of targets) {
    add(name, build);
    if (test !== undefined) add(`${name}.test`, test);
  }
  return roots;
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
