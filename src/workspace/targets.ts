import { findTarget, type PreparedTarget, type TargetFacts } from '../chain/index.js';
import { ok, type Result } from '../result.js';

/** A target that a user has named. */
export interface NamedTarget<T extends TargetFacts = PreparedTarget> {
  readonly target: T;
  /** The output, if one was named. */
  readonly outputName: string | undefined;
}

/** What has targets of any kind: a session. */
interface WithTargets<T> {
  readonly chain: { readonly defaultTarget: string; readonly targets: readonly T[] };
}

/** The target that a user names. Fails with `E_TARGET` where there is none of this name. */
export function targetOf<T extends TargetFacts>({ chain }: WithTargets<T>, name: string): Result<NamedTarget<T>> {
  return findTarget(chain, name);
}

/** As `targetOf`, for several names; the default target when there are none. */
export function targetsOf<T extends TargetFacts>(session: WithTargets<T>, names: readonly string[]): Result<NamedTarget<T>[]> {
  const targets = [];
  for (const name of names.length === 0 ? [session.chain.defaultTarget] : names) {
    const target = targetOf(session, name);
    if (!target.ok) return target;
    targets.push(target.value);
  }
  return ok(targets);
}
