import { readFileSync } from 'node:fs';
import { BinaryCache, openBlobs, type Trust } from '../exchange/index.js';
import { parsePublicKey, parseSecretKey, type PublicKey, type SecretKey } from '../formats/index.js';
import { ok, type Result } from '../result.js';
import { attempt } from '../store/index.js';
import type { TrustOptions } from './trust-options.js';

/** Whom the options say to trust. */
export function trustOf({ trustedPublicKeys = [], checkSigs }: TrustOptions): Result<Trust> {
  const keys: PublicKey[] = [];
  for (const text of trustedPublicKeys.flatMap((list) => list.split(/\s+/)).filter((word) => word !== '')) {
    const key = parsePublicKey(text);
    if (!key.ok) return key;
    keys.push(key.value);
  }
  return ok({ keys, checkSignatures: checkSigs });
}

/** Opens the cache that an address names, credentials taken from the environment. */
export function openCache(address: string): Result<BinaryCache> {
  const blobs = openBlobs(address, process.env);
  return blobs.ok ? ok(new BinaryCache(blobs.value)) : blobs;
}

/** Opens the caches of an option that may be given more than once; each value is addresses with spaces between them. */
export function openCaches(lists: readonly string[]): Result<readonly BinaryCache[]> {
  const caches: BinaryCache[] = [];
  for (const address of lists.flatMap((list) => list.split(/\s+/)).filter((word) => word !== '')) {
    const cache = openCache(address);
    if (!cache.ok) return cache;
    caches.push(cache.value);
  }
  return ok(caches);
}

/** Reads the keys to sign with; each file holds one, as `zilch cache key` writes it. */
export function readSecretKeys(files: readonly string[]): Result<readonly SecretKey[]> {
  const keys: SecretKey[] = [];
  for (const file of files) {
    const text = attempt('read the key', file, () => readFileSync(file, 'utf8'));
    if (!text.ok) return text;
    const key = parseSecretKey(text.value);
    if (!key.ok) return key;
    keys.push(key.value);
  }
  return ok(keys);
}
