/** A build with nothing to do, found without the chain. */
import { targetClosure, type TargetFacts } from '../chain/index.js';
import { ok, type Result } from '../result.js';
import type { BuildSettings } from './run-build.js';
import { BuiltOutputs } from './built-outputs.js';
import { withRecalled, type ChainOptions, type KnownSession } from './known-session.js';
import { areKept } from './roots.js';
import { targetsOf, type NamedTarget } from './targets.js';

/** What is wanted: all targets, or those that are named, with or without their tests. */
export interface Asked extends ChainOptions {
  readonly names: readonly string[];
  readonly all: boolean;
  readonly tests: boolean;
}

/** Everything that is wanted is there. */
export interface UpToDate {
  readonly session: KnownSession;
  readonly built: BuiltOutputs;
  readonly asked: readonly NamedTarget<TargetFacts>[];
  /** And what they need. */
  readonly targets: readonly TargetFacts[];
  /** How many derivations are wanted. */
  readonly wanted: number;
}

/** Settings with which a build does more than to find what is there. */
export function mayFindOnly(settings: Partial<BuildSettings>): boolean {
  const { rebuild, via, nixStore, builders, nix, substituters } = settings;
  return [rebuild, via, nixStore, builders, nix, substituters].every((setting) => setting === undefined);
}

/**
 * Calls `use` if a build would change nothing: each derivation that is wanted is in the store and has all its outputs there, and everything
 * is kept from collection. Else `undefined`, and also where a name or the store is not as it should be: the build itself then says why.
 */
export async function whenUpToDate<T>(
  { names, all, tests, ...options }: Asked,
  use: (found: UpToDate) => Promise<Result<T>>,
): Promise<Result<T> | undefined> {
  const done = await withRecalled(options, async (session) => {
    const found = upToDate(session, names, all, tests);
    return ok(found === undefined ? undefined : await use(found));
  });
  return done.ok ? done.value : undefined;
}

function upToDate(session: KnownSession, names: readonly string[], all: boolean, tests: boolean): UpToDate | undefined {
  const { store, chain } = session;
  const asked = all ? ok(chain.targets.map((target) => ({ target, outputName: undefined }))) : targetsOf(session, names);
  if (!asked.ok || !store.checkFolders().ok) return undefined;
  const targets = targetClosure(
    chain,
    asked.value.map(({ target }) => target),
  );
  const built = new BuiltOutputs(session);
  const wanted = [...asked.value.map(({ target }) => target.build), ...(tests ? targets.flatMap(({ test }) => test ?? []) : [])];
  if (!wanted.every(({ drvPath }) => store.isValid(drvPath) && built.areComplete(drvPath)) || !areKept(session, targets, built)) return undefined;
  return { session, built, asked: asked.value, targets, wanted: wanted.length };
}
