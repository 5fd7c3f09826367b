/** A store, opened for as long as something uses it. */
import type { Result } from '../result.js';
import { Store, storeRoot } from '../store/index.js';

/** Which store is meant. */
export interface StoreOptions {
  /** Its root; `storeRoot` says which it is without. */
  readonly store?: string;
}

export type Use<What, T> = (what: What) => Promise<Result<T>>;

/** Opens a store that is there, only for looking where it cannot be written: what is built there can still be passed on. Closes it after `use`. */
export function withBuiltStore<T>(options: StoreOptions, use: Use<Store, T>): Promise<Result<T>> {
  return closing(orForLooking(Store.open(storeRoot(options)), options), use);
}

/** As `withOpenStore`, but a store that cannot be written is only looked at. */
export function withStoreOrView<T>(options: StoreOptions, use: Use<Store, T>): Promise<Result<T>> {
  return closing(orForLooking(Store.open(storeRoot(options), { create: true }), options), use);
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
