/**
 * A signer's folder of claims. It has the name of the key, and is in a directory, in a bucket, or at an address of a web server. So signers
 * do not get in each other's way, and a reader who knows the keys knows the addresses.
 *
 * `claims.jsonl` only grows. The other files are what minisign, signify, ssh-keygen and Nix need to check it, and `SHA256SUMS`, which has
 * the hashes of the claimed outputs' NARs in the format of sha256sum.
 */
import { readSmall, textBlob, type Blobs } from '../exchange/index.js';
import { publicKeyOf, storePathBaseName, formatPublicKey, type PublicKey, type SecretKey } from '../formats/index.js';
import { fail, ok, type Result } from '../result.js';
import type { Claim } from './claim/claim.js';
import { isSealedBy, parseEnvelope, sealPayload, writeEnvelope } from './claim/envelope.js';
import { parseStatement, writeStatement } from './claim/statement.js';
import { checkKey, keyIdOf, type KeyId } from './signing/key.js';
import { nixCache } from './signing/nix-cache.js';
import {
  minisignPublicKey,
  minisignSignature,
  signifyPublicKey,
  signifySignature,
  sshAllowedSigner,
  sshSignature,
} from './signing/signature-files.js';

const CLAIMS = 'claims.jsonl';
/** A hundred thousand claims and more. */
const MAX_BYTES = 1 << 29;

/** The key of a signer's claims in a place. */
export function claimsKey(keyId: KeyId): string {
  return `${keyId}/${CLAIMS}`;
}

export interface Added {
  readonly added: number;
  readonly total: number;
  readonly folder: string;
}

/**
 * Adds the new ones of these claims to the signer's folder, and signs its files again. Processes that add to one directory at the same time
 * wait for each other. If the file has a line that this key has not signed, it fails with `E_CLAIMS_FILE` and writes nothing, because the
 * signature of the file would cover that line, too.
 */
export async function addClaims(place: Blobs, claims: readonly Claim[], secret: SecretKey): Promise<Result<Added>> {
  const key = publicKeyOf(secret);
  const checked = checkKey(key);
  if (!checked.ok) return checked;
  const keyId = keyIdOf(key);
  const add = (): Promise<Result<Added>> => addTo(place, keyId, claims, secret);
  return place.alone === undefined ? add() : place.alone(keyId, add);
}

async function addTo(place: Blobs, keyId: KeyId, claims: readonly Claim[], secret: SecretKey): Promise<Result<Added>> {
  const there = await readSmall(place, claimsKey(keyId), MAX_BYTES);
  if (!there.ok) return there;
  const own = ownLines(there.value ?? '', publicKeyOf(secret), `${place.address}/${claimsKey(keyId)}`);
  if (!own.ok) return own;
  const { lines, known } = own.value;
  const said = new Set(known.map(withoutTimes));
  const fresh: Claim[] = [];
  for (const claim of claims) {
    const what = withoutTimes(claim);
    if (!said.has(what)) fresh.push(claim);
    said.add(what);
  }
  const all = [...lines, ...fresh.map((claim) => writeEnvelope(sealPayload(writeStatement(claim), secret)))];
  const files = folderFiles(Buffer.from(all.map((line) => `${line}\n`).join('')), checksums([...known, ...fresh]), secret);
  for (const [name, bytes] of files) {
    const put = await place.put(`${keyId}/${name}`, textBlob(bytes, 'application/octet-stream'));
    if (!put.ok) return put;
  }
  return ok({ added: fresh.length, total: all.length, folder: `${place.address}/${keyId}` });
}

/**
 * The lines of a file of claims, which must all be this key's. A last line without an end that is no claim was cut off, by a power cut or
 * while the file was copied: it is left out, because nobody can use it.
 */
function ownLines(text: string, key: PublicKey, address: string): Result<{ readonly lines: readonly string[]; readonly known: readonly Claim[] }> {
  const lines: string[] = [];
  const known: Claim[] = [];
  const pieces = text.split('\n');
  for (const [index, line] of pieces.entries()) {
    if (line === '') continue;
    const envelope = parseEnvelope(line);
    const claim = envelope.ok && isSealedBy(envelope.value, key) ? parseStatement(envelope.value.payload) : undefined;
    if (claim?.ok === true) {
      lines.push(line);
      known.push(claim.value);
    } else if (index < pieces.length - 1 || envelope.ok)
      return fail(
        'E_CLAIMS_FILE',
        `line ${index + 1} of ${address} is not a claim by this key`,
        'somebody or something else wrote it: look at the line, and remove it',
      );
  }
  return ok({ lines, known });
}

/** A build that is attested again is not a new claim. Only the statement always has its fields in the same order. */
function withoutTimes(claim: Claim): string {
  return writeStatement({ ...claim, startedOn: '', finishedOn: '', how: { ...claim.how, observed: 'while building' } }).toString();
}

/** One line an output, as `sha256sum` writes it. The file is the NAR, which `nix-store --dump PATH` or `zilch nar dump PATH` prints. */
function checksums(claims: readonly Claim[]): Buffer {
  const lines = claims.flatMap(({ outputs }) => outputs.map(({ path, narHash }) => `${narHash}  ${storePathBaseName(path)}.nar\n`));
  return Buffer.from([...new Set(lines)].sort().join(''));
}

/** All files of a signer's folder, by their names. The claims come last, so that their signatures are there before them. */
function folderFiles(claims: Buffer, sums: Buffer, secret: SecretKey): ReadonlyMap<string, Buffer> {
  const signed = new Map([
    ['SHA256SUMS', sums],
    [CLAIMS, claims],
  ]);
  return new Map([
    ...publicKeyFiles(secret),
    ...nixCache(signed, secret),
    ...[...signed].flatMap(([name, bytes]) => [...signatureFiles(name, bytes, secret), [name, bytes] as const]),
  ]);
}

/** The public key, in the form of each program that checks signatures. */
export function publicKeyFiles(secret: SecretKey): readonly (readonly [name: string, bytes: Buffer])[] {
  const key = publicKeyOf(secret);
  return [
    ['key.minisign.pub', Buffer.from(minisignPublicKey(key))],
    ['key.signify.pub', Buffer.from(signifyPublicKey(key))],
    ['key.allowed_signers', Buffer.from(sshAllowedSigner(key))],
    ['key.nix.pub', Buffer.from(`${formatPublicKey(key)}\n`)],
  ];
}

/** A file as a binary cache for Nix, in a folder beside it. */
export function nixFiles(name: string, bytes: Buffer, secret: SecretKey): readonly (readonly [name: string, bytes: Buffer])[] {
  return [...nixCache(new Map([[name, bytes]]), secret)].map(([file, content]) => [`${name}.nix/${file}`, content]);
}

/** The signatures of a file, for the programs that take one from a file beside it. */
export function signatureFiles(name: string, bytes: Buffer, secret: SecretKey): readonly (readonly [name: string, bytes: Buffer])[] {
  return [
    [`${name}.minisig`, Buffer.from(minisignSignature(bytes, secret, `file:${name}`))],
    [`${name}.sig`, Buffer.from(signifySignature(bytes, secret))],
    [`${name}.sshsig`, Buffer.from(sshSignature(bytes, secret))],
  ];
}
