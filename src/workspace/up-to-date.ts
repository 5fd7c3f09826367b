/** A build with nothing to do, found without the chain. */
import type { TargetFacts } from '../chain/index.js';
import { BuiltOutputs } from './built-outputs.js';
import type { KnownSession } from './known-session.js';
import { areKept } from './roots.js';
import { askedFor, targetsOf, type NamedTarget } from './targets.js';

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
  const { store } = session;
  const asked = targetsOf(session, names, all);
  if (!asked.ok || !store.checkFolders().ok) return undefined;
  const { targets, outputs, tests: wantedTests } = askedFor(session, asked.value, tests);
  const built = new BuiltOutputs(session);
  const isThere = [...outputs, ...wantedTests].every(({ drvPath }) => store.isValid(drvPath) && built.areComplete(drvPath));
  return isThere && areKept(session, targets, built) ? { built, asked: asked.value, targets } : undefined;
}
