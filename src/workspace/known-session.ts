/** What is remembered of a chain, and a store. Neither the chain nor what runs chains is loaded for it. */
import { chainPlace, recallChain, type ChainFacts, type ChainPlace, type IdOf } from '../chain/index.js';
import { ok, type Result } from '../result.js';
import { lastSeed } from '../seed/index.js';
import type { Store } from '../store/index.js';
import type { Session } from './session.js';
import { withStoreForLooking, type StoreOptions, type Use } from './open-store.js';

/** Which chain is meant, and the store it is built in. */
export interface ChainOptions extends StoreOptions {
  /** The directory that holds its chain.ts. */
  readonly chain: string;
  /** A file in the place of the chain's own seed. */
  readonly seed?: string;
}

/** As much of a session as is known of a chain that was not run. */
export interface KnownSession {
  readonly store: Store;
  readonly loaded: ChainPlace;
  readonly chain: ChainFacts;
  readonly idOf: IdOf;
}

/**
 * Gives what `use` gives of what is remembered of the chain, and of the store, which is opened for looking; `undefined` if nothing is
 * remembered, or if a seed takes the place of the chain's own.
 */
export async function withRecalled<T>(options: ChainOptions, use: Use<KnownSession, T | undefined>): Promise<Result<T | undefined>> {
  const known = options.seed === undefined ? recallChain(options.chain) : undefined;
  if (known === undefined) return ok(undefined);
  return withStoreForLooking(options, async (store) =>
    lastSeed(store) === undefined ? use({ store, loaded: chainPlace(options.chain), chain: known.facts, idOf: known.idOf }) : ok(undefined),
  );
}

/** For what needs no more of a chain than is remembered. */
export type AnySession = Session | KnownSession;
