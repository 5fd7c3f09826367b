import { findTarget, loadChain, prepareChain, type LoadedChain, type PreparedChain, type PreparedTarget } from '../chain/index.js';
import { emitter, realisedOutputs, type Emit, type OutputPaths } from '../build/index.js';
import type { DrvPath, PathInfo, StorePath } from '../formats/index.js';
import { fail, ok, type Result } from '../result.js';
import type { Source } from '../recipe/index.js';
import { addSeed, lastSeed, seedPath } from '../seed/index.js';
import { Store } from '../store/index.js';
import { storeRoot, type ChainOptions, type StoreOptions } from './command.js';

/** A chain, loaded and turned into derivations, and the store it is built in. */
export interface Session {
  readonly store: Store;
  readonly loaded: LoadedChain;
  readonly chain: PreparedChain;
  /** The seed in the place of the chain's own: given by the user, or when looking that of the last build. */
  readonly seed: StorePath | undefined;
}

/** Options of commands that may fetch. */
export interface FetchingOptions {
  readonly offline?: true;
  readonly sources?: readonly string[];
}

/**
 * For commands that build or fetch: opens the store, loads the chain, adds the seed that the user gave, runs `use`, and
 * closes the store whatever happened.
 */
export async function withSession<T>(options: ChainOptions, use: (session: Session) => Promise<Result<T>>): Promise<Result<T>> {
  const loaded = await loadChain(options.chain);
  if (!loaded.ok) return loaded;
  return withOpenStore(options, async (store) => {
    const seed = options.seed === undefined ? ok(undefined) : await addSeed(options.seed, store);
    if (!seed.ok) return seed;
    const chain = await prepareChain(loaded.value, store, seed.value);
    return chain.ok ? use({ store, loaded: loaded.value, chain: chain.value, seed: seed.value }) : chain;
  });
}

/**
 * For commands that only look: nothing is fetched, run or written, and a store that is not there is an empty one. Without
 * `--seed` the chain is shown as the store was last built.
 */
export async function withView<T>(options: ChainOptions, use: (session: Session) => Promise<Result<T>>): Promise<Result<T>> {
  const loaded = await loadChain(options.chain);
  if (!loaded.ok) return loaded;
  return withStoreForLooking(options, async (store) => {
    const seed = options.seed === undefined ? ok(lastSeed(store)) : await seedPath(options.seed);
    if (!seed.ok) return seed;
    const chain = await prepareChain(loaded.value, store, seed.value);
    return chain.ok ? use({ store, loaded: loaded.value, chain: chain.value, seed: seed.value }) : chain;
  });
}

/**
 * For commands that pass on what is built: as `withSession`, but of a store that is there, and without `--seed` as it was last
 * built.
 */
export async function withBuilt<T>(options: ChainOptions, use: (session: Session) => Promise<Result<T>>): Promise<Result<T>> {
  const loaded = await loadChain(options.chain);
  if (!loaded.ok) return loaded;
  return withBuiltStore(options, async (store) => {
    const seed = options.seed === undefined ? ok(lastSeed(store)) : await addSeed(options.seed, store);
    if (!seed.ok) return seed;
    const chain = await prepareChain(loaded.value, store, seed.value);
    return chain.ok ? use({ store, loaded: loaded.value, chain: chain.value, seed: seed.value }) : chain;
  });
}

/** Opens a store that is there, and closes it after `use`. */
export async function withBuiltStore<T>(options: StoreOptions, use: (store: Store) => Promise<Result<T>>): Promise<Result<T>> {
  return closing(Store.open(storeRoot(options)), use);
}

/** Opens the store for looking, and closes it after `use`. */
export async function withStoreForLooking<T>(options: StoreOptions, use: (store: Store) => Promise<Result<T>>): Promise<Result<T>> {
  return closing(Store.openForLooking(storeRoot(options)), use);
}

/** Opens the store, making it when there is none, and closes it after `use`. */
export async function withOpenStore<T>(options: StoreOptions, use: (store: Store) => Promise<Result<T>>): Promise<Result<T>> {
  return closing(Store.open(storeRoot(options), { create: true }), use);
}

async function closing<T>(store: Result<Store>, use: (store: Store) => Promise<Result<T>>): Promise<Result<T>> {
  if (!store.ok) return store;
  try {
    return await use(store.value);
  } finally {
    store.value.close();
  }
}

/** Gets sources into the store. */
export async function fetchAll(
  sources: readonly Source[],
  store: Store,
  options: FetchingOptions & { readonly emit?: Emit | undefined; readonly signal?: AbortSignal | undefined },
): Promise<Result<Map<Source, StorePath>>> {
  // Loaded here: an HTTP client takes longer to load than all else that a build with nothing to do needs.
  const { fetchSources } = await import('../sources/index.js');
  const { emit, signal } = options;
  return fetchSources(sources, {
    store,
    signal,
    offline: options.offline === true,
    places: options.sources ?? [],
    emit: emit === undefined ? undefined : emitter(emit),
  });
}

/** The prepared target that a user names, and the output, if one was named. */
export function targetOf(session: Session, name: string): Result<{ readonly target: PreparedTarget; readonly outputName: string | undefined }> {
  const found = findTarget(session.loaded.chain, name);
  if (!found.ok) return found;
  const target = session.chain.targets.find((candidate) => candidate.name === found.value.target.name)!;
  return ok({ target, outputName: found.value.outputName });
}

/** As `targetOf`, for several names; the default target when there are none. */
export function targetsOf(
  session: Session,
  names: readonly string[],
): Result<{ readonly target: PreparedTarget; readonly outputName: string | undefined }[]> {
  const targets = [];
  for (const name of names.length === 0 ? [session.chain.defaultTarget] : names) {
    const target = targetOf(session, name);
    if (!target.ok) return target;
    targets.push(target.value);
  }
  return ok(targets);
}

/** What is built of a chain, as it was when this was made. */
export class BuiltOutputs {
  readonly #outputs = new Map<DrvPath, OutputPaths | undefined>();

  constructor(private readonly session: Session) {}

  /** Looked for when it is first asked for: most commands ask for few of a chain's derivations. */
  #of(drvPath: DrvPath): OutputPaths | undefined {
    const { store, chain } = this.session;
    if (!this.#outputs.has(drvPath)) this.#outputs.set(drvPath, realisedOutputs(store, chain.derivations, [drvPath]).get(drvPath));
    return this.#outputs.get(drvPath);
  }

  /** What an output turned out to be; `undefined` when it is not built. */
  find(drvPath: DrvPath, outputName: string): PathInfo | undefined {
    return this.#of(drvPath)?.get(outputName);
  }

  /** True when all outputs of a derivation are built. */
  areComplete(drvPath: DrvPath): boolean {
    return this.#of(drvPath)?.size === this.session.chain.derivations.get(drvPath)?.outputs.size;
  }
}

/** For commands that show what was built: the output, or a failure that says how to build it. */
export function builtOutput(session: Session, target: PreparedTarget, outputName: string): Result<PathInfo> {
  const info = new BuiltOutputs(session).find(target.build.drvPath, outputName);
  return info === undefined
    ? fail('E_NOT_BUILT', `${target.name}^${outputName} is not built in ${session.store.root}`, `zilch build ${target.name}`)
    : ok(info);
}
