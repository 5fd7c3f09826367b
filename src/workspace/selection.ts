/** What a user means to move between stores: targets of the chain, with the realisations that say what they became, or store paths. */
import { identitiesOf, resolvedRealisations } from '../build/index.js';
import {
  formatDrvOutputId,
  parseDrvOutputId,
  parseStorePath,
  STORE_DIR,
  type Derivation,
  type DrvOutputId,
  type DrvPath,
  type Realisation,
  type StorePath,
} from '../formats/index.js';
import { fail, ok, type Result } from '../result.js';
import type { Store } from '../store/index.js';
import { builtOutput } from './built-outputs.js';
import type { ChainOptions } from './known-session.js';
import { withBuiltStore, withOpenStore } from './open-store.js';
import { withBuilt, withSession } from './session.js';
import { targetsOf } from './targets.js';

export interface Selection {
  readonly paths: readonly StorePath[];
  /** Each after those it depends on. */
  readonly realisations: readonly Realisation[];
}

/** What is named: outputs of derivations, and paths. They may not be here yet. */
export interface Named {
  readonly derivations: ReadonlyMap<DrvPath, Derivation>;
  readonly outputs: readonly { readonly drvPath: DrvPath; readonly outputName: string }[];
  readonly paths: readonly StorePath[];
}

/** Finds what is named in the store. With `derivations`, also how it was made: the derivations and all they refer to. */
export function withSelection<T>(
  names: readonly string[],
  options: ChainOptions & { readonly derivations?: true },
  use: (store: Store, selection: Selection) => Promise<Result<T>>,
): Promise<Result<T>> {
  if (areStorePaths(names))
    return withBuiltStore(options, async (store) => {
      const paths = parsePaths(names);
      return paths.ok ? use(store, { paths: paths.value, realisations: [] }) : paths;
    });
  return withBuilt(options, async (session) => {
    const { store, chain } = session;
    const targets = targetsOf(session, names);
    if (!targets.ok) return targets;
    const identities = identitiesOf(chain.derivations);
    const paths: StorePath[] = [];
    const realisations = new Map<string, Realisation>();
    for (const { target, outputName } of targets.value) {
      for (const name of outputName === undefined ? target.recipe.outputNames : [outputName]) {
        const info = builtOutput(session, target, name);
        if (!info.ok) return info;
        paths.push(info.value.path);
        addRealisation(store, identities.idOf(target.build.drvPath, name), realisations);
      }
      if (options.derivations === true) {
        if (!store.isValid(target.build.drvPath))
          return fail('E_NOT_VALID', `the derivation of ${target.name} is not in ${store.root}`, `zilch build ${target.name}`);
        paths.push(target.build.drvPath);
      }
    }
    const closure = new Set(store.closure(paths));
    return use(store, { paths, realisations: [...realisations.values(), ...resolvedRealisations(store, chain.derivations, closure)] });
  });
}

/** Finds out what is named, built or not. */
export function withNamed<T>(
  names: readonly string[],
  options: ChainOptions,
  use: (store: Store, named: Named) => Promise<Result<T>>,
): Promise<Result<T>> {
  if (areStorePaths(names))
    return withOpenStore(options, async (store) => {
      const paths = parsePaths(names);
      return paths.ok ? use(store, { paths: paths.value, outputs: [], derivations: new Map() }) : paths;
    });
  return withSession(options, async (session) => {
    const targets = targetsOf(session, names);
    if (!targets.ok) return targets;
    const outputs = targets.value.flatMap(({ target, outputName: named }) =>
      (named === undefined ? target.recipe.outputNames : [named]).map((outputName) => ({ drvPath: target.build.drvPath, outputName })),
    );
    return use(session.store, { paths: [], outputs, derivations: session.chain.derivations });
  });
}

/** Store paths need no chain to be understood. */
function areStorePaths(names: readonly string[]): boolean {
  return names.length > 0 && names.every((name) => name.startsWith(`${STORE_DIR}/`));
}

function parsePaths(names: readonly string[]): Result<readonly StorePath[]> {
  const paths: StorePath[] = [];
  for (const name of names) {
    const path = parseStorePath(name);
    if (!path.ok) return path;
    paths.push(path.value);
  }
  return ok(paths);
}

/** Those it depends on go first: a store takes no realisation that depends on one it does not know. */
function addRealisation(store: Store, id: DrvOutputId, found: Map<string, Realisation>): void {
  const key = formatDrvOutputId(id);
  const realisation = store.realisation(id);
  if (realisation === undefined || found.has(key)) return;
  for (const text of realisation.dependentRealisations.keys()) {
    const dependency = parseDrvOutputId(text);
    if (dependency.ok) addRealisation(store, dependency.value, found);
  }
  found.set(key, realisation);
}
