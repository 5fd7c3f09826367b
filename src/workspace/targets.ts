import { findTarget, type PreparedTarget } from '../chain/index.js';
import { ok, type Result } from '../result.js';
import type { Session } from './session.js';

/** A target that a user has named. */
export interface NamedTarget {
  readonly target: PreparedTarget;
  /** The output, if one was named. */
  readonly outputName: string | undefined;
}

/** The target that a user names. Fails with `E_TARGET` where there is none of this name. */
export function targetOf(session: Session, name: string): Result<NamedTarget> {
  const found = findTarget(session.loaded.chain, name);
  if (!found.ok) return found;
  const target = session.chain.targets.find((candidate) => candidate.name === found.value.target.name)!;
  return ok({ target, outputName: found.value.outputName });
}

/** As `targetOf`, for several names; the default target when there are none. */
export function targetsOf(session: Session, names: readonly string[]): Result<NamedTarget[]> {
  const targets = [];
  for (const name of names.length === 0 ? [session.chain.defaultTarget] : names) {
    const target = targetOf(session, name);
    if (!target.ok) return target;
    targets.push(target.value);
  }
  return ok(targets);
}
