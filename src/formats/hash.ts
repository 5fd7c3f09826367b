/**
 * Hashes and the four ways Nix writes them: base 16, base 32, base 64 and SRI. Source: Nix manual, "nix-hash", and
 * Nix's `libutil/hash.cc`.
 */
import { createHash } from 'node:crypto';
import { fail, ok, type Result } from '../result.js';
import { base32Length, decodeBase32, encodeBase32 } from './base32.js';

const DIGEST_BYTES = { md5: 16, sha1: 20, sha256: 32, sha512: 64 } as const;

export type HashAlgorithm = keyof typeof DIGEST_BYTES;
export type HashEncoding = 'base16' | 'base32' | 'base64' | 'sri';

/** A digest and its algorithm; the digest is kept as lower-case hexadecimal, so that hashes compare as strings. */
export interface Hash {
  readonly algorithm: HashAlgorithm;
  readonly hex: string;
}

/** A SHA-256 digest as 64 lower-case hexadecimal digits: of a tarball, of a NAR. */
export type Sha256 = string & { readonly __sha256: unique symbol };

/** Narrows text to a `Sha256`; fails unless it is 64 lower-case hexadecimal digits. */
export function parseSha256(text: string): Result<Sha256> {
  if (/^[0-9a-f]{64}$/.test(text)) return ok(text as Sha256);
  return fail('E_HASH', `"${text}" is not a SHA-256 hash: it must have 64 lower-case hexadecimal digits`);
}

/** SHA-256 of bytes or of the UTF-8 bytes of a string. */
export function sha256(data: Uint8Array | string): Sha256 {
  return createHash('sha256').update(data).digest('hex') as Sha256;
}

/** The `Hash` of a `Sha256`. */
export function sha256Hash(hex: Sha256): Hash {
  return { algorithm: 'sha256', hex };
}

/** True for the four algorithms Nix knows. */
export function isHashAlgorithm(text: string): text is HashAlgorithm {
  return Object.hasOwn(DIGEST_BYTES, text);
}

/** Writes a hash; all but `sri` without the algorithm's name. */
export function formatHash(hash: Hash, encoding: HashEncoding): string {
  const digest = Buffer.from(hash.hex, 'hex');
  switch (encoding) {
    case 'base16':
      return hash.hex;
    case 'base32':
      return encodeBase32(digest);
    case 'base64':
      return digest.toString('base64');
    case 'sri':
      return `${hash.algorithm}-${digest.toString('base64')}`;
  }
}

/** Reads `sha256:…` in any encoding, `sha256-…` (SRI), or a bare digest of the kind `algorithm`. */
export function parseHash(text: string, algorithm?: HashAlgorithm): Result<Hash> {
  const separator = /[:-]/.exec(text);
  const prefix = separator === null ? undefined : text.slice(0, separator.index);
  const isSri = separator?.[0] === '-' && prefix !== undefined && isHashAlgorithm(prefix);
  const named = prefix !== undefined && (separator?.[0] === ':' || isSri) ? prefix : undefined;
  if (named !== undefined && !isHashAlgorithm(named)) return fail('E_HASH', `"${text}" names the unknown hash algorithm "${named}"`);
  const kind = named ?? algorithm;
  if (kind === undefined) return fail('E_HASH', `"${text}" does not name its hash algorithm`, 'write it as sha256:…');
  if (algorithm !== undefined && kind !== algorithm) return fail('E_HASH', `"${text}" is not a ${algorithm} hash`);
  const digits = named === undefined ? text : text.slice(named.length + 1);
  const bytes = decodeDigest(digits, DIGEST_BYTES[kind], isSri);
  if (bytes === undefined) return fail('E_HASH', `"${text}" is not a ${kind} hash: wrong length or digits`);
  return ok({ algorithm: kind, hex: Buffer.from(bytes).toString('hex') });
}

/** The three encodings of one digest have different lengths, which distinguishes them. */
function decodeDigest(digits: string, byteCount: number, onlyBase64: boolean): Uint8Array | undefined {
  if (!onlyBase64 && digits.length === byteCount * 2) {
    return /^[0-9a-fA-F]*$/.test(digits) ? Buffer.from(digits, 'hex') : undefined;
  }
  if (!onlyBase64 && digits.length === base32Length(byteCount)) {
    const decoded = decodeBase32(digits);
    return decoded.ok ? decoded.value : undefined;
  }
  const bytes = Buffer.from(digits, 'base64');
  return bytes.length === byteCount && bytes.toString('base64') === digits ? bytes : undefined;
}

/** Nix's short hash: the digest's bytes folded by exclusive or into `byteCount` bytes. */
export function compressHash(digest: Uint8Array, byteCount: number): Uint8Array {
  const folded = new Uint8Array(byteCount);
  digest.forEach((byte, index) => {
    folded[index % byteCount]! ^= byte;
  });
  return folded;
}
