import type { DrvPath, StorePath } from '../formats/index.js';
import type { Source } from '../recipe/index.js';
import type { ChainFacts, TargetFacts } from './facts.js';
import type { PreparedChain } from './prepare.js';

/** A requested derivation, and which of its outputs. */
export interface Wanted {
  readonly drvPath: DrvPath;
  readonly outputs: readonly string[];
}

/** The targets that some targets need, directly or indirectly, including themselves; in the chain's order. */
export function targetClosure<T extends TargetFacts>(
  chain: Pick<ChainFacts, 'derivations'> & { readonly targets: readonly T[] },
  targets: Iterable<T>,
): T[] {
  const needed = new Set([...targets].map(({ build }) => build.drvPath));
  for (const drvPath of needed) for (const input of chain.derivations.get(drvPath)?.inputDrvs.keys() ?? []) needed.add(input);
  return chain.targets.filter(({ build }) => needed.has(build.drvPath));
}

/**
 * The sources that are needed to build the requested outputs: those of derivations that are not realised, or not
 * written, because the store holds a derivation only with everything it refers to.
 */
export function neededSources(chain: PreparedChain, wanted: readonly Wanted[], isDone: (drvPath: DrvPath) => boolean): Source[] {
  const open = new Set(wanted.map(({ drvPath }) => drvPath));
  const found = new Map<StorePath, Source>();
  for (const drvPath of open) {
    const drv = chain.derivations.get(drvPath);
    if (drv === undefined || isDone(drvPath)) continue;
    for (const path of drv.inputSrcs) {
      const source = chain.sources.get(path);
      if (source !== undefined) found.set(path, source);
    }
    for (const input of drv.inputDrvs.keys()) open.add(input);
  }
  return [...found.values()];
}
