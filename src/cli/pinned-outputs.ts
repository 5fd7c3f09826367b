import type { PreparedTarget } from '../chain/index.js';
import type { PathInfo } from '../formats/index.js';
import { comparePin, pinKey, type PinComparison, type Pins } from '../verify/index.js';
import { BuiltOutputs, type Session } from './session.js';

/** A built output, held against its pin. */
export interface PinnedOutput {
  readonly target: PreparedTarget;
  readonly outputName: string;
  /** `<target>^<output>` */
  readonly key: string;
  readonly info: PathInfo;
  readonly pinned: PinComparison;
}

/** The outputs of some targets that are built, held against the pins. */
export function pinnedOutputs(session: Session, targets: readonly PreparedTarget[], pins: Pins): PinnedOutput[] {
  const built = new BuiltOutputs(session);
  return targets.flatMap((target) =>
    target.recipe.outputNames.flatMap((outputName): PinnedOutput[] => {
      const info = built.find(target.build.drvPath, outputName);
      const key = pinKey(target.name, outputName);
      return info === undefined ? [] : [{ target, outputName, key, info, pinned: comparePin(pins, key, info) }];
    }),
  );
}
