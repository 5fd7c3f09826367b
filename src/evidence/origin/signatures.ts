/**
 * Upstreams' signatures of their releases. A chain keeps signatures and keys beside its recipes, in `signatures/`: `FILE.asc` is a detached
 * OpenPGP signature of the source FILE, and `NAME.key.asc` has the keys of the project NAME. A signature that holds, but with an algorithm
 * that can be forged, has a verdict of its own.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as OpenPgp from 'openpgp';
import { SIGNATURES } from '../../chain/index.js';
import { sourcePath, type Source } from '../../recipe/index.js';
import { ok, type Result } from '../../result.js';
import { attempt, type Store } from '../../store/index.js';

export interface SignatureVerdict {
  readonly file: string;
  /**
   * `good`; `weak`: it holds, but the algorithm or the key is broken, too short or expired; `bad`: it does not hold; `unknown key`: none of
   * the project's keys made it; `none`: there is no signature; `not here`: the file is not in the store.
   */
  readonly verdict: 'good' | 'weak' | 'bad' | 'unknown key' | 'none' | 'not here';
  /** If the signature holds, the key's fingerprint in lower-case hexadecimal. */
  readonly key?: string;
  /** If it holds, the algorithms, such as `sha512, eddsa`; otherwise the reason. */
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
  if (!existsSync(signatureFile)) return ok({ verdict: 'none', detail: source.changedByDebian ?? 'the chain has no signature of it' });
  if (!existsSync(keyFile)) return ok({ verdict: 'unknown key', detail: 'the chain has no key of the project' });
  const path = sourcePath(source);
  if (!store.isValid(path)) return ok({ verdict: 'not here', detail: 'fetch it first' });
  const read = attempt('read', signatureFile, () => ({
    signature: readFileSync(signatureFile),
    keys: readFileSync(keyFile, 'utf8'),
    bytes: readFileSync(store.hostPath(path)),
  }));
  return read.ok ? ok(await verdictOf(read.value.bytes, read.value.signature, read.value.keys)) : read;
}

/** OpenPGP's numbers of MD5, SHA-1 and RIPEMD-160. */
const WEAK_HASHES = [1, 2, 3];
const MIN_RSA_BITS = 2048;
const RSA = [1, 2, 3];
/** OpenPGP's numbers of ElGamal and DSA. Most DSA keys use a hash of 160 bits, and ElGamal was never meant for signing. */
const WEAK_KEYS = [16, 17];

/** Checks a detached signature of some bytes with a project's keys. */
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
  return { verdict: isUnknown ? 'unknown key' : 'bad', detail: why.join('; ') || 'the file has no signature' };
}

/** A file may have several blocks, and openpgp.js reads only the first. */
async function readAllKeys(pgp: typeof OpenPgp, armored: string): Promise<OpenPgp.Key[]> {
  const blocks = armored.match(/-----BEGIN PGP PUBLIC KEY BLOCK-----[^]*?-----END PGP PUBLIC KEY BLOCK-----/g) ?? [];
  const keys = await Promise.all(blocks.map((armoredKeys) => pgp.readKeys({ armoredKeys, config: PERMISSIVE })));
  return keys.flat();
}

/** openpgp.js must accept every algorithm, because the verdict is given here. */
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
  // A key that expired later was good when it signed.
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
  if (own === undefined) return 'the file has no signature';
  const key = verificationKeys.flatMap((one) => one.getKeys(packet.issuerKeyID))[0];
  let wasExpired = false;
  try {
    await own.verified;
  } catch (error) {
    const why = (error as Error).message;
    if (key === undefined || !/expired/i.test(why)) return why;
    // A signature by an expired key may still hold.
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
    detail: `${hash}, ${algorithm}, ${date.toISOString().slice(0, 10)}${wasExpired ? ', after the kept key had expired' : ''}`,
  };
}

function nameIn(names: object, value: number | null): string {
  return Object.entries(names).find(([, number]) => number === value)?.[0] ?? 'unknown';
}
