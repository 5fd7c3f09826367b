/**
 * Signatures of a file by one Ed25519 key, in the forms of minisign, OpenBSD's signify and `ssh-keygen -Y`, so that one of these programs
 * is enough to check them. Sources: minisign's page "Signature format"; signify's `signify.c`; OpenSSH's `PROTOCOL.sshsig`; RFC 8709.
 */
import { createHash } from 'node:crypto';
import { publicKeyOf, rawPublicKey, signBytes, type PublicKey, type SecretKey } from '../../formats/index.js';
import { keyNumberOf } from './key.js';

/** Pure Ed25519 in signify's signatures, and keys of both. */
const PURE = Buffer.from('Ed');
/** Ed25519 of the file's BLAKE2b-512 in minisign's signatures. */
const PREHASHED = Buffer.from('ED');
/** The namespace of `ssh-keygen -Y` for files. */
export const SSH_NAMESPACE = 'file';

/** `<file>.minisig`. The trusted comment is also signed. */
export function minisignSignature(file: Uint8Array, secret: SecretKey, trustedComment: string): string {
  const signature = signBytes(createHash('blake2b512').update(file).digest(), secret);
  const whole = signBytes(Buffer.concat([signature, Buffer.from(trustedComment)]), secret);
  return [
    `untrusted comment: signature by ${secret.name}`,
    Buffer.concat([PREHASHED, keyNumberOf(secret), signature]).toString('base64'),
    `trusted comment: ${trustedComment}`,
    whole.toString('base64'),
    '',
  ].join('\n');
}

/** The file for `minisign -p`. */
export function minisignPublicKey(key: PublicKey): string {
  return `untrusted comment: minisign public key of ${key.name}\n${numberedKey(key)}\n`;
}

/** `<file>.sig`. */
export function signifySignature(file: Uint8Array, secret: SecretKey): string {
  const bytes = Buffer.concat([PURE, keyNumberOf(secret), signBytes(file, secret)]);
  return `untrusted comment: signature by ${secret.name}\n${bytes.toString('base64')}\n`;
}

/** The file for `signify -p`. */
export function signifyPublicKey(key: PublicKey): string {
  return `untrusted comment: public key of ${key.name}\n${numberedKey(key)}\n`;
}

function numberedKey(key: PublicKey): string {
  return Buffer.concat([PURE, keyNumberOf(key), rawPublicKey(key.key)]).toString('base64');
}

/** `<file>.sshsig`, in the namespace `file`. */
export function sshSignature(file: Uint8Array, secret: SecretKey): string {
  const said = [SSH_NAMESPACE, '', 'sha512'];
  const hash = createHash('sha512').update(file).digest();
  const signed = Buffer.concat([Buffer.from('SSHSIG'), ...[...said, hash].map(sshString)]);
  const signature = Buffer.concat([sshString('ssh-ed25519'), sshString(signBytes(signed, secret))]);
  const version = Buffer.from([0, 0, 0, 1]);
  const blob = Buffer.concat([
    Buffer.from('SSHSIG'),
    version,
    sshString(sshKeyBlob(publicKeyOf(secret))),
    ...said.map(sshString),
    sshString(signature),
  ]);
  const lines = blob.toString('base64').match(/.{1,70}/g) ?? [];
  return ['-----BEGIN SSH SIGNATURE-----', ...lines, '-----END SSH SIGNATURE-----', ''].join('\n');
}

/** A line of the file for `ssh-keygen -Y verify -f`: the key, with its name, may sign only files. */
export function sshAllowedSigner(key: PublicKey): string {
  return `${key.name} namespaces="${SSH_NAMESPACE}" ssh-ed25519 ${sshKeyBlob(key).toString('base64')}\n`;
}

function sshKeyBlob({ key }: PublicKey): Buffer {
  return Buffer.concat([sshString('ssh-ed25519'), sshString(rawPublicKey(key))]);
}

function sshString(value: string | Uint8Array): Buffer {
  const bytes = Buffer.from(value as Uint8Array);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
