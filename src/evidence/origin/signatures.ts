/**
 * What upstreams signed of their releases. A chain keeps the signatures and the keys beside its recipes, in `signatures/`: `FILE.asc` is a
 * detached OpenPGP signature of the source FILE, `NAME.key.asc` the keys of the project NAME. The verdict says what the signature is
 * worth: a good one by an algorithm that can be forged is another verdict than a good one.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as OpenPgp from 'openpgp';
import { sourcePath, type Source } from '../../recipe/index.js';
import { ok, type Result } from '../../result.js';
import { attempt, type Store } from '../../store/index.js';

export const SIGNATURES = 'signatures';

export interface SignatureVerdict {
  readonly file: string;
  /**
   * `good`; `weak` when it holds, but by an algorithm or a key that is broken, too short or past its time; `bad` when it does not hold; `unknown key` when
   * none of the project's keys made it; `none` when there is none; `not here` when the file is not in the store.
   */
  readonly verdict: 'good' | 'weak' | 'bad' | 'unknown key' | 'none' | 'not here';
  /** The key's fingerprint, in lower-case hexadecimal, where the signature holds. */
  readonly key?: string;
  /** `sha512, eddsa`, where it holds; else why not. */
  readonly detail: string;
}

/** Checks the signatures of sources in a store. Fails as reading files fails. */
export async function checkSignatures(
  sources: readonly Source[],
  store: Store,
  chainDirectory: string,
): Promise<Result<readonly SignatureVerdict[]>> {
  const verdicts: SignatureVerdict[] = [];
  for (const source of sources) {
    const checked = await checkSignature(source, store, join(chainDirectory, SIGNATURES));
    if (!checked.ok) return checked;
    verdicts.push({ file: source.file, ...checked.value });
  }
  return ok(verdicts);
}

type Verdict = Omit<SignatureVerdict, 'file'>;

async function checkSignature(source: Source, store: Store, directory: string): Promise<Result<Verdict>> {
  const [signatureFile, keyFile] = [join(directory, `${source.file}.asc`), join(directory, `${source.name}.key.asc`)];
  if (!existsSync(signatureFile)) return ok({ verdict: 'none', detail: source.changedByDebian ?? 'none is kept with the chain' });
  if (!existsSync(keyFile)) return ok({ verdict: 'unknown key', detail: 'no key of the project is kept with the chain' });
  const path = sourcePath(source);
  if (!store.isValid(path)) return ok({ verdict: 'not here', detail: 'fetch it first' });
  const read = attempt('read', signatureFile, () => ({
    signature: readFileSync(signatureFile),
    keys: readFileSync(keyFile, 'utf8'),
    bytes: readFileSync(store.hostPath(path)),
  }));
  return read.ok ? ok(await verdictOf(read.value.bytes, read.value.signature, read.value.keys)) : read;
}

/** What OpenPGP calls MD5, SHA-1 and RIPEMD-160. */
const WEAK_HASHES = [1, 2, 3];
const MIN_RSA_BITS = 2048;
const RSA = [1, 2, 3];
/** DSA of any length asks for a hash of 160 bits in most of its keys; ElGamal never was for signing. */
const WEAK_KEYS = [16, 17];

/** Judges a detached signature of some bytes by a project's keys. */
export async function verdictOf(bytes: Uint8Array, signatureFile: Buffer, armoredKeys: string): Promise<Verdict> {
  const pgp = await import('openpgp');
  let signature: OpenPgp.Signature;
  let verificationKeys: OpenPgp.Key[];
  try {
    const isArmored = signatureFile.includes('-----BEGIN PGP SIGNATURE-----');
    signature = isArmored
      ? await pgp.readSignature({ armoredSignature: signatureFile.toString('latin1') })
      : await pgp.readSignature({ binarySignature: signatureFile });
    verificationKeys = await readAllKeys(pgp, armoredKeys);
  } catch (error) {
    return { verdict: 'bad', detail: `it cannot be read: ${(error as Error).message}` };
  }
  const why: string[] = [];
  for (const packet of signature.packets) {
    const held = await holds(pgp, bytes, signature, packet, verificationKeys);
    if (typeof held === 'string') why.push(held);
    else return held;
  }
  const isUnknown = why.length > 0 && why.every((one) => /could not find signing key/i.test(one));
  return { verdict: isUnknown ? 'unknown key' : 'bad', detail: why.join('; ') || 'it holds no signature' };
}

/** A file may hold several blocks, one after the other; of which a reader would take the first alone. */
async function readAllKeys(pgp: typeof OpenPgp, armored: string): Promise<OpenPgp.Key[]> {
  const blocks = armored.match(/-----BEGIN PGP PUBLIC KEY BLOCK-----[^]*?-----END PGP PUBLIC KEY BLOCK-----/g) ?? [];
  const keys = await Promise.all(blocks.map((armoredKeys) => pgp.readKeys({ armoredKeys, config: PERMISSIVE })));
  return keys.flat();
}

/** Algorithms are judged here, not refused unseen. */
const PERMISSIVE: OpenPgp.PartialConfig = {
  minRSABits: 512,
  rejectPublicKeyAlgorithms: new Set(),
  rejectHashAlgorithms: new Set(),
  rejectMessageHashAlgorithms: new Set(),
  rejectCurves: new Set(),
};

async function holds(
  pgp: typeof OpenPgp,
  bytes: Uint8Array,
  signature: OpenPgp.Signature,
  packet: OpenPgp.SignaturePacket,
  verificationKeys: OpenPgp.Key[],
): Promise<Verdict | string> {
  // A key that has expired since was good when it signed.
  const date = packet.created ?? new Date();
  const message = await pgp.createMessage({ binary: bytes });
  const { signatures } = await pgp.verify({
    message,
    signature,
    verificationKeys: verificationKeys.map((one) => one.toPublic()),
    date,
    format: 'binary',
    config: PERMISSIVE,
  });
  const own = signatures.find(({ keyID }) => keyID.equals(packet.issuerKeyID)) ?? signatures[0];
  if (own === undefined) return 'it holds no signature';
  const key = verificationKeys.flatMap((one) => one.getKeys(packet.issuerKeyID))[0];
  let wasExpired = false;
  try {
    await own.verified;
  } catch (error) {
    const why = (error as Error).message;
    if (key === undefined || !/expired/i.test(why)) return why;
    // Whether it holds is another question than when the key's time was over.
    const [literal] = message.packets;
    try {
      const config = { ...pgp.config, ...PERMISSIVE };
      await packet.verify(key.keyPacket, pgp.enums.signature.binary, literal as object, date, true, config);
    } catch (again) {
      return (again as Error).message;
    }
    wasExpired = true;
  }
  const info = key?.getAlgorithmInfo();
  const hash = nameIn(pgp.enums.hash, packet.hashAlgorithm);
  const isWeak =
    wasExpired ||
    WEAK_HASHES.includes(packet.hashAlgorithm ?? 0) ||
    WEAK_KEYS.includes(packet.publicKeyAlgorithm ?? 0) ||
    (RSA.includes(packet.publicKeyAlgorithm ?? 0) && (info?.bits ?? 0) < MIN_RSA_BITS);
  const algorithm = `${info?.algorithm ?? 'unknown'}${info?.bits === undefined ? '' : ` of ${info.bits} bits`}`;
  return {
    verdict: isWeak ? 'weak' : 'good',
    key: key?.getFingerprint() ?? '',
    detail: `${hash}, ${algorithm}, ${date.toISOString().slice(0, 10)}${wasExpired ? ', after the key as it is kept had expired' : ''}`,
  };
}

function nameIn(names: object, value: number | null): string {
  return Object.entries(names).find(([, number]) => number === value)?.[0] ?? 'unknown';
}
