/** Builds realised derivations again, and compares the second result with the first. */
import { chmodSync, lstatSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { firstDifference } from '../diff/index.js';
import { type DrvPath, resolvedOutputId, type StorePath, storePathBaseName, storePathHash } from '../formats/index.js';
import { err, fail, ok, type Result } from '../result.js';
import { attempt, removeTreeSync, rewriteTree, type NewPath } from '../store/index.js';
import type { Comparison, OutputDifference } from './event.js';
import { execute, resolve, type RealiseContext, type RealiseFailure } from './realise.js';
import type { Resolved } from './resolved.js';

/**
 * Builds a realised derivation again, under its lock. The store changes only in one way: equal outputs now count as
 * built here, wherever they came from first. Different outputs are kept as `<hash>-<name>.check` in
 * `nix/var/zilch/kept`, and replace those of an earlier comparison. In them, outputs have the names of the first build,
 * because names that depend on contents would hide the first difference.
 */
export async function rebuild(drvPath: DrvPath, context: RealiseContext): Promise<Result<Comparison, RealiseFailure>> {
  const resolved = await resolve(drvPath, context);
  if (!resolved.ok) return resolved;
  const locked = await context.store.withLock(resolved.value.drvPath, async () => ok(await rebuildResolved(drvPath, resolved.value, context)), {
    signal: context.signal,
    onWait: () => context.emit({ type: 'build-wait', drvPath, name: resolved.value.drv.name }),
  });
  return locked.ok ? locked.value : locked;
}

async function rebuildResolved(drvPath: DrvPath, resolved: Resolved, context: RealiseContext): Promise<Result<Comparison, RealiseFailure>> {
  const { drv } = resolved;
  const valid = new Map<string, StorePath>();
  for (const outputName of drv.outputs.keys()) {
    const path =
      context.store.realisation(context.identities.idOf(drvPath, outputName))?.outPath ??
      context.store.realisation(resolvedOutputId(drv, outputName))?.outPath;
    if (path !== undefined) valid.set(outputName, path);
  }
  if (valid.size === 0) return fail('E_NOT_BUILT', `${drv.name} is not built, so there is nothing to compare with`, 'build it first');
  const executed = await execute(drvPath, resolved, context);
  if (!executed.ok) return executed;
  const { outputs, durationSeconds, release } = executed.value;
  try {
    const different = [...outputs].flatMap(([outputName, again]) => {
      const path = valid.get(outputName);
      return path === undefined || path === again.info.path ? [] : [{ outputName, path, again }];
    });
    const same = [...outputs].flatMap(([outputName, { info }]) => (valid.get(outputName) === info.path ? [info] : []));
    const registered = context.store.registerPaths(same);
    if (!registered.ok) return registered;
    const names = new Map(different.map(({ path, again }) => [storePathHash(again.info.path), storePathHash(path)]));
    const differences: OutputDifference[] = [];
    for (const { outputName, path, again } of different) {
      const renamed = await rewriteTree(again.hostPath, names);
      const difference = renamed.ok ? keepDifference(outputName, path, again, context) : renamed;
      if (!difference.ok) return err(difference.failure);
      differences.push(difference.value);
    }
    return ok(differences.length === 0 ? { kind: 'same', durationSeconds } : { kind: 'different', differences });
  } finally {
    await release();
  }
}

function keepDifference(outputName: string, path: StorePath, again: NewPath, { store }: RealiseContext): Result<OutputDifference> {
  const directory = store.layout.keptDir;
  const kept = join(directory, `${storePathBaseName(path)}.check`);
  return attempt('keep', kept, () => {
    mkdirSync(directory, { recursive: true });
    removeTreeSync(kept);
    // A directory that its owner cannot write to cannot be moved.
    if (lstatSync(again.hostPath).isDirectory()) chmodSync(again.hostPath, 0o755);
    renameSync(again.hostPath, kept);
    const first = firstDifference(store.hostPath(path), kept);
    // Then another output differs, and this one refers to it.
    return { outputName, path, kept, first: first ?? { file: '', what: 'references only' } };
  });
}
