import type { PreparedChain, PreparedTarget, TargetFacts } from '../chain/index.js';
import type { DrvPath, StorePath } from '../formats/index.js';
import type { PathFacts } from '../store/index.js';
import { comparePin, pinKey, type PinComparison, type Pins } from '../verify/index.js';
import { BuiltOutputs } from './built-outputs.js';
import type { AnySession } from './known-session.js';

/** A built output, compared with its pin. */
export interface PinnedOutput<T extends TargetFacts = PreparedTarget> {
  readonly target: T;
  readonly outputName: string;
  /** `<target>^<output>` */
  readonly key: string;
  readonly info: PathFacts;
  readonly pinned: PinComparison;
}

/** The outputs of some targets that are built, compared with the pins. */
export function pinnedOutputs<T extends TargetFacts>(
  session: AnySession,
  targets: readonly T[],
  pins: Pins,
  built = new BuiltOutputs(session),
): PinnedOutput<T>[] {
  return targets.flatMap((target) =>
    target.recipe.outputNames.flatMap((outputName): PinnedOutput<T>[] => {
      const info = built.find(target.build.drvPath, outputName);
      const key = pinKey(target.name, outputName);
      return info === undefined ? [] : [{ target, outputName, key, info, pinned: comparePin(pins, key, info) }];
    }),
  );
}

/** What the outputs of each target are going to take, by their pins, in bytes; a path that two targets come to counts once. */
export function pinnedSizes(chain: PreparedChain, pins: Pins): ReadonlyMap<DrvPath, number> {
  const sizes = new Map<DrvPath, number>();
  const seen = new Set<StorePath>();
  for (const { name, recipe, build } of chain.targets)
    for (const outputName of recipe.outputNames) {
      const pin = pins.get(pinKey(name, outputName));
      if (pin === undefined || seen.has(pin.path)) continue;
      seen.add(pin.path);
      sizes.set(build.drvPath, (sizes.get(build.drvPath) ?? 0) + pin.narSize);
    }
  return sizes;
}
