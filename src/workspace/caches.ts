/** Caches to take from, by their addresses, and whom to believe about what they hold. */
import { emitter, type Emit } from '../build/index.js';
import type { BinaryCache, Substituter, Trust, Vouched } from '../exchange/index.js';
import { parsePublicKey, type PublicKey } from '../formats/index.js';
import { ok, type Result } from '../result.js';
import type { Store } from '../store/index.js';

/** Whose signatures are believed. */
export interface TrustOptions {
  readonly trustedPublicKeys?: readonly string[];
  /** False: what nobody has signed is believed, too. */
  readonly checkSigs: boolean;
}

/** Caches, and whom to believe. */
export interface CacheOptions extends TrustOptions {
  readonly substituters?: readonly string[];
  /** What a policy holds for; without a policy, signatures alone decide. */
  readonly vouched?: Vouched | undefined;
}

/** Whom the options say to trust. */
export function trustOf({ trustedPublicKeys = [], checkSigs }: TrustOptions): Result<Trust> {
  const keys: PublicKey[] = [];
  for (const text of words(trustedPublicKeys)) {
    const key = parsePublicKey(text);
    if (!key.ok) return key;
    keys.push(key.value);
  }
  return ok({ keys, checkSignatures: checkSigs });
}

/** Opens the cache that an address names, credentials taken from the environment. */
export async function openCache(address: string): Promise<Result<BinaryCache>> {
  // Loaded here: most commands ask no cache, and start faster without.
  const { BinaryCache, openBlobs } = await import('../exchange/index.js');
  const blobs = openBlobs(address, process.env);
  return blobs.ok ? ok(new BinaryCache(blobs.value)) : blobs;
}

/** What asks the caches that are named; `undefined` when none is. */
export async function substituterOf(store: Store, options: CacheOptions, signal: AbortSignal, emit: Emit): Promise<Result<Substituter | undefined>> {
  if (options.substituters === undefined) return ok(undefined);
  const trust = trustOf(options);
  if (!trust.ok) return trust;
  const caches: BinaryCache[] = [];
  for (const address of words(options.substituters)) {
    const cache = await openCache(address);
    if (!cache.ok) return cache;
    caches.push(cache.value);
  }
  const { Substituter } = await import('../exchange/index.js');
  return ok(new Substituter({ store, caches, trust: { ...trust.value, vouched: options.vouched }, signal, emit: emitter(emit) }));
}

/** Of an option that may be given more than once; each value is words with spaces between them. */
function words(values: readonly string[]): string[] {
  return values.flatMap((value) => value.split(/\s+/)).filter((word) => word !== '');
}
