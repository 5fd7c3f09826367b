/**
 * Content addresses as in Nix's database and narinfo files: `text:sha256:…` and `fixed:[r:]<algorithm>:…`, with the
 * digest in base 32. Source: Nix's `content-address.cc`.
 */
import { fail, ok, type Result } from '../result.js';
import { formatHash, isHashAlgorithm, parseHash, type Hash } from './hash.js';
import type { IngestionMethod } from './store-path.js';

/** What a content-addressed path's hash is of. */
export interface ContentAddress {
  readonly method: IngestionMethod;
  readonly hash: Hash;
}

/** Writes a content address. */
export function formatContentAddress({ method, hash }: ContentAddress): string {
  const digest = `${hash.algorithm}:${formatHash(hash, 'base32')}`;
  switch (method) {
    case 'text':
      return `text:${digest}`;
    case 'flat':
      return `fixed:${digest}`;
    case 'recursive':
      return `fixed:r:${digest}`;
  }
}

/** Reads a content address; fails on an unknown method or a digest of the wrong length for its algorithm. */
export function parseContentAddress(text: string): Result<ContentAddress> {
  const prefixes: readonly (readonly [string, IngestionMethod])[] = [
    ['text:', 'text'],
    ['fixed:r:', 'recursive'],
    ['fixed:', 'flat'],
  ];
  for (const [prefix, method] of prefixes) {
    if (!text.startsWith(prefix)) continue;
    const [algorithm = '', digest = '', ...rest] = text.slice(prefix.length).split(':');
    if (!isHashAlgorithm(algorithm) || rest.length > 0) break;
    const hash = parseHash(digest, algorithm);
    return hash.ok ? ok({ method, hash: hash.value }) : hash;
  }
  return fail('E_CONTENT_ADDRESS', `"${text}" is not a content address: "text:" or "fixed:" or "fixed:r:", a hash algorithm, ":", a digest`);
}
