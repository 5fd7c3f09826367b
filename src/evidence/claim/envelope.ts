/**
 * DSSE envelopes, one a line: what is signed is the payload's bytes with its type before them, so that nothing has to be parsed, and no
 * signature holds for a payload of another type. Source: DSSE 1.0, `protocol.md` and `envelope.md`.
 *
 * An envelope has one spelling here, that of `writeEnvelope`: whatever is read must be what would be written. So there is no second
 * line of other bytes that says the same, and no key that is given twice, of which one reader takes the first and another the last.
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

/** What is signed: DSSE's pre-authentication encoding. Lengths are in bytes. */
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

/** Reads a line. Fails with `E_CLAIM` and what is wrong with it; says nothing of whether the signature holds. */
export function parseEnvelope(line: string): Result<Envelope> {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    return wrong('it is not JSON: the line was cut off, or is no claim');
  }
  const { payloadType, payload, signatures } = (typeof json === 'object' && json !== null ? json : {}) as Record<string, unknown>;
  if (payloadType !== PAYLOAD_TYPE) return wrong(`its payload is of the type ${JSON.stringify(payloadType)}, not ${PAYLOAD_TYPE}`);
  if (typeof payload !== 'string' || !Array.isArray(signatures)) return wrong('it has no payload, or no signatures');
  if (signatures.length !== 1) return wrong(`it has ${signatures.length} signatures; a claim has one, its maker's`);
  const { keyid, sig } = (signatures[0] ?? {}) as Record<string, unknown>;
  if (typeof keyid !== 'string' || !/^[0-9a-f]{64}$/.test(keyid)) return wrong('its keyid is not the SHA-256 of a public key');
  if (typeof sig !== 'string') return wrong('it has no signature');
  const envelope: Envelope = { payload: Buffer.from(payload, 'base64'), keyId: keyid as KeyId, signature: Buffer.from(sig, 'base64') };
  if (envelope.signature.length !== 64) return wrong(`its signature has ${envelope.signature.length} bytes, not 64`);
  return writeEnvelope(envelope) === line
    ? ok(envelope)
    : wrong('it is not spelt as a claim is: fields more, twice or in another order, other spaces, or another form of base64');
}

function wrong(why: string): Result<never> {
  return fail('E_CLAIM', why);
}
