/** Ed25519 keys as claims name them, and keys under which anybody could sign. */
import { rawPublicKey, sha256, type PublicKey, type SecretKey, type Sha256 } from '../../formats/index.js';
import { fail, ok, type Result } from '../../result.js';

/** SHA-256 of a public key's 32 bytes: what claims, folders and policies know a key by. */
export type KeyId = Sha256;

/** The id of a public key, or of a secret key's public half. */
export function keyIdOf({ key }: PublicKey | SecretKey): KeyId {
  return sha256(rawPublicKey(key));
}

/** The eight bytes by which minisign and signify know a key. */
export function keyNumberOf(key: PublicKey | SecretKey): Buffer {
  return Buffer.from(keyIdOf(key), 'hex').subarray(0, 8);
}

/**
 * The y coordinates of the curve's eight points of small order, little-endian, without the sign of x: with one of them as a public key,
 * a signature that anybody can make holds for every eighth message or for all. Source: "Taming the many EdDSAs", table 1.
 */
const SMALL_ORDER_Y: readonly string[] = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
];

/** A key's name stands in comments, file names and patterns of other programs, and must not be taken for another's. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9_.@-]{0,99}$/;

/** Passes a key's name that every program reads alike; fails with `E_KEY`. */
export function checkKeyName(name: string): Result<string> {
  return NAME.test(name) ? ok(name) : fail('E_KEY', `${JSON.stringify(name)} cannot name a key or an operator: letters, digits and _.@- only`);
}

/** Passes a key that only its owner can sign by; fails with `E_KEY`. */
export function checkKey(key: PublicKey): Result<PublicKey> {
  const named = checkKeyName(key.name);
  if (!named.ok) return named;
  const y = Buffer.from(rawPublicKey(key.key));
  y[31] = y[31]! & 0x7f;
  return SMALL_ORDER_Y.includes(y.toString('hex'))
    ? fail(
        'E_KEY',
        `the key "${key.name}" is a point of small order: anybody can sign by it`,
        'whoever gave it to you wants to be able to deny or forge',
      )
    : ok(key);
}
