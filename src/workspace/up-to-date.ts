/** A build with nothing to do, found without the chain. */
import { targetClosure, type TargetFacts } from '../chain/index.js';
import { ok } from '../result.js';
import { BuiltOutputs } from './built-outputs.js';
import type { KnownSession } from './known-session.js';
import { areKept } from './roots.js';
import { targetsOf, type NamedTarget } from './targets.js';

/** What is wanted: all targets, or those that are named, with or without their tests. */
export interface Asked {
  readonly names: readonly string[];
  readonly all: boolean;
  readonly tests: boolean;
}

/** Everything that is wanted is there. */
export interface UpToDate {
  readonly built: BuiltOutputs;
  readonly asked: readonly NamedTarget<TargetFacts>[];
  /** And what they need. */
  readonly targets: readonly TargetFacts[];
}

/**
 * What there is if a build would change nothing: each derivation that is wanted is in the store and has all its outputs there, and all is
 * kept from collection. Else `undefined`, and also where a name or the store is not as it should be: the build itself then says why.
 */
export function upToDate(session: KnownSession, { names, all, tests }: Asked): UpToDate | undefined {
  const { store, chain } = session;
  const asked = all ? ok(chain.targets.map((target) => ({ target, outputName: undefined }))) : targetsOf(session, names);
  if (!asked.ok || !store.checkFolders().ok) return undefined;
  const targets = targetClosure(
    chain,
    asked.value.map(({ target }) => target),
  );
  const built = new BuiltOutputs(session);
  const wanted = [...asked.value.map(({ target }) => target.build), ...(tests ? targets.flatMap(({ test }) => test ?? []) : [])];
  const isThere = wanted.every(({ drvPath }) => store.isValid(drvPath) && built.areComplete(drvPath));
  return isThere && areKept(session, targets, built) ? { built, asked: asked.value, targets } : undefined;
}
