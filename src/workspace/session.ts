/** A chain and a store, opened for as long as something uses them. */
import { loadChain, prepareChain, rememberChain, type LoadedChain, type PreparedChain } from '../chain/index.js';
import type { StorePath } from '../formats/index.js';
import { ok, type Result } from '../result.js';
import { addSeed, lastSeed, seedPath } from '../seed/index.js';
import type { Store } from '../store/index.js';
import type { ChainOptions } from './known-session.js';
import { withBuiltStore, withOpenStore, withStoreForLooking, withStoreOrView, type StoreOptions, type Use } from './open-store.js';

/** A chain, loaded and turned into derivations, and the store it is built in. */
export interface Session {
  readonly store: Store;
  readonly loaded: LoadedChain;
  readonly chain: PreparedChain;
  /** The seed in the place of the chain's own: given by the user, or when looking that of the last build. */
  readonly seed: StorePath | undefined;
}

/** For what builds or fetches: makes the store where there is none, and adds the seed that is given. */
export function withSession<T>(options: ChainOptions, use: Use<Session, T>, { remember = false } = {}): Promise<Result<T>> {
  return onChain(options, { open: withOpenStore, given: addSeed, otherwise: () => undefined, remember }, use);
}

/** For what uses results and builds them where they are missing: as `withSession`, but a store that cannot be written is only looked at. */
export function withResults<T>(options: ChainOptions, use: Use<Session, T>): Promise<Result<T>> {
  return onChain(options, { open: withStoreOrView, given: addSeed, otherwise: () => undefined }, use);
}

/**
 * For what only looks: nothing is fetched, run or written, and a store that is not there is an empty one. Without a seed of its
 * own the chain is shown as the store was last built.
 */
export function withView<T>(options: ChainOptions, use: Use<Session, T>, { remember = false } = {}): Promise<Result<T>> {
  return onChain(options, { open: withStoreForLooking, given: seedPath, otherwise: lastSeed, remember }, use);
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
  /** Afterwards remember what is known of the chain. */
  readonly remember?: boolean;
}

/** Loads the chain, opens the store, and closes it after `use`, whatever happened. */
async function onChain<T>(options: ChainOptions, { open, given, otherwise, remember = false }: Ways, use: Use<Session, T>): Promise<Result<T>> {
  const since = Date.now();
  const loaded = await loadChain(options.chain);
  if (!loaded.ok) return loaded;
  return open(options, async (store) => {
    const seed = options.seed === undefined ? ok(otherwise(store)) : await given(options.seed, store);
    if (!seed.ok) return seed;
    const chain = await prepareChain(loaded.value.chain, store, seed.value);
    if (!chain.ok) return chain;
    const session = { store, loaded: loaded.value, chain: chain.value, seed: seed.value };
    const used = await use(session);
    if (remember && seed.value === undefined) await rememberChain(loaded.value.directory, chain.value, since);
    return used;
  });
}
