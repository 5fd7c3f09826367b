import { findTarget, targetClosure, type PreparedTarget, type TargetFacts, type Wanted } from '../chain/index.js';
import type { DrvPath } from '../formats/index.js';
import type { Instantiated } from '../recipe/index.js';
import { fail, ok, type Result } from '../result.js';
import type { AnySession } from './known-session.js';
import type { Session } from './session.js';

/** A target that a user has named. */
export interface NamedTarget<T extends TargetFacts = PreparedTarget> {
  readonly target: T;
  /** The output, if one was named. */
  readonly outputName: string | undefined;
}

/** What has targets of any kind: a session. */
interface WithTargets<T> {
  readonly chain: Pick<AnySession['chain'], 'defaultTarget' | 'derivations'> & { readonly targets: readonly T[] };
}

/** The target that a user names. Fails with `E_TARGET` where there is none of this name. */
export function targetOf<T extends TargetFacts>({ chain }: WithTargets<T>, name: string): Result<NamedTarget<T>> {
  return findTarget(chain, name);
}

/** As `targetOf`, for several names; the default target when there are none. With `all`, every target of the chain. */
export function targetsOf<T extends TargetFacts>(session: WithTargets<T>, names: readonly string[], all = false): Result<NamedTarget<T>[]> {
  if (all) return ok(session.chain.targets.map((target) => ({ target, outputName: undefined })));
  const targets = [];
  for (const name of names.length === 0 ? [session.chain.defaultTarget] : names) {
    const target = targetOf(session, name);
    if (!target.ok) return target;
    targets.push(target.value);
  }
  return ok(targets);
}

/** The derivations of the named targets' builds. */
export function buildsOf(session: Session, names: readonly string[]): Result<DrvPath[]> {
  const targets = targetsOf(session, names);
  return targets.ok ? ok(targets.value.map(({ target }) => target.build.drvPath)) : targets;
}

/** The build of the target that a user names, or the target's test. Fails with `E_NO_TEST` where it has none. */
export function buildOrTest(session: Session, name: string, isTest: boolean): Result<Instantiated> {
  const found = targetOf(session, name);
  if (!found.ok) return found;
  const { target } = found.value;
  if (!isTest) return ok(target.build);
  return target.test === undefined ? fail('E_NO_TEST', `${target.name} has no test`) : ok(target.test);
}

/** What is to be built when some targets are asked for. */
export interface AskedFor<T extends TargetFacts = PreparedTarget> {
  /** The targets, and those that they need. */
  readonly targets: readonly T[];
  /** The outputs that were named. */
  readonly outputs: readonly Wanted[];
  /** The tests of all these targets. */
  readonly tests: readonly Wanted[];
}

export function askedFor<T extends TargetFacts>({ chain }: WithTargets<T>, named: readonly NamedTarget<T>[], withTests: boolean): AskedFor<T> {
  const targets = targetClosure(
    chain,
    named.map(({ target }) => target),
  );
  const outputs = named.map(({ target, outputName }) => ({
    drvPath: target.build.drvPath,
    outputs: outputName === undefined ? target.recipe.outputNames : [outputName],
  }));
  const tests = targets.flatMap(({ test }) => (withTests && test !== undefined ? [{ drvPath: test.drvPath, outputs: ['out'] }] : []));
  return { targets, outputs, tests };
}
