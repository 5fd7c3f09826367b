/**
 * Ed25519 signatures as Nix writes them: keys and signatures are `<key name>:<base 64>`. A public key has 32 bytes, a
 * secret one 64 (the seed, then the public key), a signature 64. Source: Nix's `crypto.cc`; RFC 8032, RFC 8410.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify, type KeyObject } from 'node:crypto';
import { fail, ok, type Result } from '../result.js';

export interface PublicKey {
  readonly name: string;
  readonly key: KeyObject;
}

export interface SecretKey {
  readonly name: string;
  readonly key: KeyObject;
}

/** DER of a PKCS #8 or SubjectPublicKeyInfo before the 32 bytes of the key: node:crypto accepts no raw keys. */
const SECRET_DER = Buffer.from('302e020100300506032b657004220420', 'hex');
const PUBLIC_DER = Buffer.from('302a300506032b6570032100', 'hex');

const KEY_BYTES = 32;
const SECRET_BYTES = 64;
const SIGNATURE_BYTES = 64;

/** Reads `<name>:<base 64>`; fails with `E_KEY`. */
export function parsePublicKey(text: string): Result<PublicKey> {
  const parts = parseNamed(text.trim(), KEY_BYTES);
  if (parts === undefined) return fail('E_KEY', `"${text.trim()}" is not a public key: a name, ":", ${KEY_BYTES} bytes in base 64`);
  const [name, bytes] = parts;
  return ok({ name, key: createPublicKey({ key: Buffer.concat([PUBLIC_DER, bytes]), format: 'der', type: 'spki' }) });
}

/** Reads what `nix-store --generate-binary-cache-key` wrote. Fails with `E_KEY`, in a message without the key. */
export function parseSecretKey(text: string): Result<SecretKey> {
  const parts = parseNamed(text.trim(), SECRET_BYTES);
  if (parts === undefined) return fail('E_KEY', `the secret key is malformed: it must be a name, ":", ${SECRET_BYTES} bytes in base 64`);
  const [name, bytes] = parts;
  const secret = { name, key: createPrivateKey({ key: Buffer.concat([SECRET_DER, bytes.subarray(0, KEY_BYTES)]), format: 'der', type: 'pkcs8' }) };
  if (!rawPublicKey(secret.key).equals(bytes.subarray(KEY_BYTES)))
    return fail('E_KEY', `the secret key "${name}" is damaged: its public half belongs to another key`);
  return ok(secret);
}

/** Makes a new secret key from the system's random numbers. */
export function generateSecretKey(name: string): SecretKey {
  return { name, key: generateKeyPairSync('ed25519').privateKey };
}

/** The key others need to check what `secret` signs. */
export function publicKeyOf(secret: SecretKey): PublicKey {
  return { name: secret.name, key: createPublicKey(secret.key) };
}

/** Writes `<name>:<base 64>`. */
export function formatPublicKey({ name, key }: PublicKey): string {
  return `${name}:${rawPublicKey(key).toString('base64')}`;
}

/** Writes the secret itself. Put it only into a file that others cannot read. */
export function formatSecretKey({ name, key }: SecretKey): string {
  const seed = key.export({ format: 'der', type: 'pkcs8' }).subarray(SECRET_DER.length);
  return `${name}:${Buffer.concat([seed, rawPublicKey(key)]).toString('base64')}`;
}

/** The 64 bytes of a signature; the same key and message always give the same signature. */
export function signBytes(message: Uint8Array, { key }: SecretKey): Buffer {
  return sign(null, message, key);
}

/** True if the key made this signature of this message. */
export function verifyBytes(message: Uint8Array, signature: Uint8Array, { key }: PublicKey): boolean {
  return signature.length === SIGNATURE_BYTES && verify(null, message, key, signature);
}

/** Signs a fingerprint; the same key and text always give the same signature. */
export function signText(text: string, { name, key }: SecretKey): string {
  return `${name}:${sign(null, Buffer.from(text), key).toString('base64')}`;
}

/** True if one of the keys has the signature's name and made it for this text. */
export function verifyText(text: string, signature: string, keys: readonly PublicKey[]): boolean {
  const parts = parseNamed(signature, SIGNATURE_BYTES);
  if (parts === undefined) return false;
  const [name, bytes] = parts;
  return keys.some((key) => key.name === name && verify(null, Buffer.from(text), key.key, bytes));
}

/** Checks the form of a signature only; fails with `E_SIGNATURE`. */
export function parseSignature(text: string): Result<string> {
  if (parseNamed(text, SIGNATURE_BYTES) !== undefined) return ok(text);
  return fail('E_SIGNATURE', `"${text}" is not a signature: a key's name, ":", ${SIGNATURE_BYTES} bytes in base 64`);
}

function parseNamed(text: string, byteCount: number): readonly [name: string, bytes: Buffer] | undefined {
  const colon = text.indexOf(':');
  const base64 = text.slice(colon + 1);
  const bytes = Buffer.from(base64, 'base64');
  const isExact = bytes.length === byteCount && bytes.toString('base64') === base64;
  return colon > 0 && isExact ? [text.slice(0, colon), bytes] : undefined;
}

/** The 32 bytes of a public key; for a secret key, of its public half. */
export function rawPublicKey(key: KeyObject): Buffer {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  return publicKey.export({ format: 'der', type: 'spki' }).subarray(PUBLIC_DER.length);
}
