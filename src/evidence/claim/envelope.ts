/**
 * DSSE envelopes, one a line. The signature covers the payload's type and its bytes. So a reader checks it before parsing anything, and a
 * signature does not hold for a payload of another type. Source: DSSE 1.0, `protocol.md` and `envelope.md`.
 *
 * An envelope has exactly one spelling, the one that `writeEnvelope` writes; a reader refuses every other. So nobody can make a second line
 * that says the same in other bytes, or give a key twice so that two readers see two values.
 */
import { signBytes, verifyBytes, type PublicKey, type SecretKey } from '../../formats/index.js';
import { fail, ok, type Result } from '../../result.js';
import { keyIdOf, type KeyId } from '../signing/key.js';

/** The type of in-toto statements. */
export const PAYLOAD_TYPE = 'application/vnd.in-toto+json';

export interface Envelope {
  readonly payload: Buffer;
  readonly keyId: KeyId;
  readonly signature: Buffer;
}

/** The bytes that are signed, DSSE's pre-authentication encoding. Lengths are in bytes. */
export function preAuthEncoding(type: string, payload: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`DSSEv1 ${Buffer.byteLength(type)} ${type} ${payload.length} `), payload]);
}

/** Signs a statement. */
export function sealPayload(payload: Buffer, secret: SecretKey): Envelope {
  return { payload, keyId: keyIdOf(secret), signature: signBytes(preAuthEncoding(PAYLOAD_TYPE, payload), secret) };
}

/** True when this key signed it. */
export function isSealedBy({ payload, keyId, signature }: Envelope, key: PublicKey): boolean {
  return keyId === keyIdOf(key) && verifyBytes(preAuthEncoding(PAYLOAD_TYPE, payload), signature, key);
}

/** One line of JSON, without its end. */
export function writeEnvelope({ payload, keyId, signature }: Envelope): string {
  return JSON.stringify({
    payloadType: PAYLOAD_TYPE,
    payload: payload.toString('base64'),
    signatures: [{ keyid: keyId, sig: signature.toString('base64') }],
  });
}

/** Reads a line, and does not check the signature. Fails with `E_CLAIM` and the reason. */
export function parseEnvelope(line: string): Result<Envelope> {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    return wrong('it is not JSON: the line was cut off, or is not a claim');
  }
  const { payloadType, payload, signatures } = (typeof json === 'object' && json !== null ? json : {}) as Record<string, unknown>;
  if (payloadType !== PAYLOAD_TYPE) return wrong(`its payload has the type ${JSON.stringify(payloadType)}, not ${PAYLOAD_TYPE}`);
  if (typeof payload !== 'string' || !Array.isArray(signatures)) return wrong('it has no payload, or no signatures');
  if (signatures.length !== 1) return wrong(`it has ${signatures.length} signatures; a claim has one`);
  const { keyid, sig } = (signatures[0] ?? {}) as Record<string, unknown>;
  if (typeof keyid !== 'string' || !/^[0-9a-f]{64}$/.test(keyid)) return wrong('its keyid is not the SHA-256 of a public key');
  if (typeof sig !== 'string') return wrong('it has no signature');
  const envelope: Envelope = { payload: Buffer.from(payload, 'base64'), keyId: keyid as KeyId, signature: Buffer.from(sig, 'base64') };
  if (envelope.signature.length !== 64) return wrong(`its signature has ${envelope.signature.length} bytes, not 64`);
  return writeEnvelope(envelope) === line
    ? ok(envelope)
    : wrong('it is not spelt as Zilch writes claims: it has another field, a field twice, another order, other spaces, or another form of base64');
}

function wrong(why: string): Result<never> {
  return fail('E_CLAIM', why);
}
