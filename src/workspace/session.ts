/** A chain and a store, opened for as long as something uses them. */
import { loadChain, prepareChain, type LoadedChain, type PreparedChain } from '../chain/index.js';
import type { StorePath } from '../formats/index.js';
import { ok, type Result } from '../result.js';
import { addSeed, lastSeed, seedPath } from '../seed/index.js';
import { Store, storeRoot } from '../store/index.js';

/** Which store is meant. */
export interface StoreOptions {
  /** Its root; `storeRoot` says which it is without. */
  readonly store?: string;
}

/** Which chain is meant, and the store it is built in. */
export interface ChainOptions extends StoreOptions {
  /** The directory that holds its chain.ts. */
  readonly chain: string;
  /** A file in the place of the chain's own seed. */
  readonly seed?: string;
}

/** A chain, loaded and turned into derivations, and the store it is built in. */
export interface Session {
  readonly store: Store;
  readonly loaded: LoadedChain;
  readonly chain: PreparedChain;
  /** The seed in the place of the chain's own: given by the user, or when looking that of the last build. */
  readonly seed: StorePath | undefined;
}

type Use<What, T> = (what: What) => Promise<Result<T>>;

/** For what builds or fetches: makes the store where there is none, and adds the seed that is given. */
export function withSession<T>(options: ChainOptions, use: Use<Session, T>): Promise<Result<T>> {
  return onChain(options, { open: withOpenStore, given: addSeed, otherwise: () => undefined }, use);
}

/** For what uses results and builds them where they are missing: as `withSession`, but a store that cannot be written is only looked at. */
export function withResults<T>(options: ChainOptions, use: Use<Session, T>): Promise<Result<T>> {
  const open: Ways['open'] = (where, useStore) => closing(orForLooking(Store.open(storeRoot(where), { create: true }), where), useStore);
  return onChain(options, { open, given: addSeed, otherwise: () => undefined }, use);
}

/**
 * For what only looks: nothing is fetched, run or written, and a store that is not there is an empty one. Without a seed of its
 * own the chain is shown as the store was last built.
 */
export function withView<T>(options: ChainOptions, use: Use<Session, T>): Promise<Result<T>> {
  return onChain(options, { open: withStoreForLooking, given: seedPath, otherwise: lastSeed }, use);
}

/** For what passes on what is built: as `withSession`, but of a store that is there, and without a seed as it was last built. */
export function withBuilt<T>(options: ChainOptions, use: Use<Session, T>): Promise<Result<T>> {
  return onChain(options, { open: withBuiltStore, given: addSeed, otherwise: lastSeed }, use);
}

interface Ways {
  readonly open: <T>(options: StoreOptions, use: Use<Store, T>) => Promise<Result<T>>;
  /** What becomes of a seed that is given, and which it is when none is. */
  readonly given: (file: string, store: Store) => Promise<Result<StorePath>>;
  readonly otherwise: (store: Store) => StorePath | undefined;
}

/** Loads the chain, opens the store, and closes it after `use`, whatever happened. */
async function onChain<T>(options: ChainOptions, { open, given, otherwise }: Ways, use: Use<Session, T>): Promise<Result<T>> {
  const loaded = await loadChain(options.chain);
  if (!loaded.ok) return loaded;
  return open(options, async (store) => {
    const seed = options.seed === undefined ? ok(otherwise(store)) : await given(options.seed, store);
    if (!seed.ok) return seed;
    const chain = await prepareChain(loaded.value.chain, store, seed.value);
    return chain.ok ? use({ store, loaded: loaded.value, chain: chain.value, seed: seed.value }) : chain;
  });
}

/** Opens a store that is there, only for looking where it cannot be written: what is built there can still be passed on. Closes it after `use`. */
export function withBuiltStore<T>(options: StoreOptions, use: Use<Store, T>): Promise<Result<T>> {
  return closing(orForLooking(Store.open(storeRoot(options)), options), use);
}

/** A store for looking in the place of one that cannot be written. */
function orForLooking(opened: Result<Store>, options: StoreOptions): Result<Store> {
  const isUnwritable = !opened.ok && ['E_READ_ONLY', 'E_PERMISSION'].includes(opened.failure.code);
  return isUnwritable ? Store.openForLooking(storeRoot(options)) : opened;
}

/** Opens the store for looking, and closes it after `use`. */
export function withStoreForLooking<T>(options: StoreOptions, use: Use<Store, T>): Promise<Result<T>> {
  return closing(Store.openForLooking(storeRoot(options)), use);
}

/** Opens the store, making it when there is none, and closes it after `use`. */
export function withOpenStore<T>(options: StoreOptions, use: Use<Store, T>): Promise<Result<T>> {
  return closing(Store.open(storeRoot(options), { create: true }), use);
}

async function closing<T>(store: Result<Store>, use: Use<Store, T>): Promise<Result<T>> {
  if (!store.ok) return store;
  try {
    return await use(store.value);
  } finally {
    store.value.close();
  }
}
