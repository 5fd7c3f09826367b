import type { PreparedTarget } from '../chain/index.js';
import type { StorePath } from '../formats/index.js';
import type { Instantiated } from '../recipe/index.js';
import { ok, type Result } from '../result.js';
import { BuiltOutputs, type Session } from './session.js';

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
      if (info !== undefined) roots.set(`${name}^${outputName}`, info.path);
    }
  };
  for (const { name, build, test } of targets) {
    add(name, build);
    if (test !== undefined) add(`${name}.test`, test);
  }
  for (const [name, path] of roots) {
    const added = store.addRoot(`${encodeURIComponent(loaded.directory)}/${name}`, path);
    if (!added.ok) return added;
  }
  return ok(undefined);
}
