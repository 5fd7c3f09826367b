/** Ids and names of Ed25519 keys, and a check for keys that anybody could sign with. */
import { rawPublicKey, sha256, type PublicKey, type SecretKey, type Sha256 } from '../../formats/index.js';
import { fail, ok, type Result } from '../../result.js';

/** The SHA-256 of a public key's 32 bytes, which identifies a key in claims, folders and policies. */
export type KeyId = Sha256;

/** The id of a public key, or of a secret key's public half. */
export function keyIdOf({ key }: PublicKey | SecretKey): KeyId {
  return sha256(rawPublicKey(key));
}

/** The eight bytes that identify a key in minisign and signify. */
export function keyNumberOf(key: PublicKey | SecretKey): Buffer {
  return Buffer.from(keyIdOf(key), 'hex').subarray(0, 8);
}

/**
 * The y coordinates of the curve's eight points of small order, little-endian, without the sign of x. If such a point is the public key,
 * anybody can make a signature that holds for every eighth message or for all. Source: "Taming the many EdDSAs", table 1.
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

/** A key's name is used in comments, file names and patterns of other programs, and must not be mistaken for another. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9_.@-]{0,99}$/;

/** Checks that every program reads a key's name in the same way; fails with `E_KEY`. */
export function checkKeyName(name: string): Result<string> {
  return NAME.test(name) ? ok(name) : fail('E_KEY', `${JSON.stringify(name)} cannot name a key or an operator: letters, digits and _.@- only`);
}

/** Checks that only its owner can sign with a key; fails with `E_KEY`. */
export function checkKey(key: PublicKey): Result<PublicKey> {
  const named = checkKeyName(key.name);
  if (!named.ok) return named;
  const y = Buffer.from(rawPublicKey(key.key));
  y[31] = y[31]! & 0x7f;
  return SMALL_ORDER_Y.includes(y.toString('hex'))
    ? fail(
        'E_KEY',
        `the key "${key.name}" is a point of small order, so anybody can sign with it`,
        'do not trust whoever gave it to you: nobody makes such a key by accident',
      )
    : ok(key);
}
