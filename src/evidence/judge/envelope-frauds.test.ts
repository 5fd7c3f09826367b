/** Frauds of somebody without a key. See test/support/frauds.ts. */
import { describe, expect, test } from 'vitest';
import { KEYS, signed } from '../../../test/support/evidence-world.js';
import { refusalsOf, system } from '../../../test/support/frauds.js';
import { generateSecretKey, sha256, signBytes, type SecretKey } from '../../formats/index.js';
import { PAYLOAD_TYPE, preAuthEncoding } from '../claim/envelope.js';
import { keyIdOf } from '../signing/key.js';

/** A line by Bob about the system, from which somebody without Bob's key makes another. */
const bobsOld = signed({ ...system, target: 'system' }, KEYS.bob);
const json = JSON.parse(bobsOld) as { payloadType: string; payload: string; signatures: [{ keyid: string; sig: string }] };
const payload = Buffer.from(json.payload, 'base64');

function withPayload(bytes: Buffer): string {
  return JSON.stringify({ ...json, payload: bytes.toString('base64') });
}

/** Signed in another way than DSSE's. */
function signedAs(message: Buffer, secret: SecretKey = KEYS.mallory): string {
  return JSON.stringify({
    payloadType: PAYLOAD_TYPE,
    payload: json.payload,
    signatures: [{ keyid: keyIdOf(secret), sig: signBytes(message, secret).toString('base64') }],
  });
}

/** L, the order of Ed25519's group, little-endian. */
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;

function malleated(signature: Buffer): Buffer {
  let s = 0n;
  for (let i = 63; i >= 32; i--) s = (s << 8n) | BigInt(signature[i]!);
  s += ORDER;
  const other = Buffer.from(signature);
  for (let i = 32; i < 64; i++, s >>= 8n) other[i] = Number(s & 255n);
  return other;
}

/** One base64 character's unused bits set: the same bytes, another text. */
function sloppyBase64(text: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  const at = text.replace(/=+$/, '').length - 1;
  return text.slice(0, at) + alphabet[alphabet.indexOf(text[at]!) + 1]! + text.slice(at + 1);
}

/** [what is done, why the liar does it, the line, what is said of it] */
const ENVELOPES: readonly (readonly [string, string, string, RegExp])[] = [
  [
    'an output swapped under the old signature',
    'to have my own system believed',
    withPayload(Buffer.from(payload.toString().replaceAll(system.outputs[0]!.narHash, sha256('backdoor')))),
    /bob-1 of bob did not sign/,
  ],
  [
    'a derivation renamed under the old signature',
    'to have a claim of something harmless count for the system',
    withPayload(Buffer.from(payload.toString().replace('"target":"system"', '"target":"systfm"'))),
    /did not sign/,
  ],
  [
    'a payload of another type',
    'to have something else that Bob signed taken for a claim',
    bobsOld.replace(PAYLOAD_TYPE, 'application/vnd.other+json'),
    /has the type "application\/vnd.other\+json"/,
  ],
  [
    'the payload signed without its encoding',
    'to pass off a signature that some other program asked for',
    signedAs(payload),
    /mallory-1 of mallory did not sign/,
  ],
  [
    'a wrong length in the encoding',
    'to have a reader take part of the payload for its type',
    signedAs(Buffer.concat([Buffer.from(`DSSEv1 28 ${PAYLOAD_TYPE} ${payload.length + 1} `), payload])),
    /did not sign/,
  ],
  ['another type in the encoding', 'to use a signature of another protocol', signedAs(preAuthEncoding('application/json', payload)), /did not sign/],
  [
    'another version in the encoding',
    'to use a signature of a later protocol',
    signedAs(Buffer.concat([Buffer.from(`DSSEv2 28 ${PAYLOAD_TYPE} ${payload.length} `), payload])),
    /did not sign/,
  ],
  ['a key that signs twice', 'to count as two', JSON.stringify({ ...json, signatures: [json.signatures[0], json.signatures[0]] }), /2 signatures/],
  ['no signature', 'to see whether all of none is enough', JSON.stringify({ ...json, signatures: [] }), /0 signatures/],
  [
    "Bob's id over Mallory's signature",
    'to speak as Bob',
    signedAs(preAuthEncoding(PAYLOAD_TYPE, payload)).replace(keyIdOf(KEYS.mallory), keyIdOf(KEYS.bob)),
    /bob-1 of bob did not sign/,
  ],
  [
    'an id in capitals',
    'to be looked up as one and shown as another',
    bobsOld.replace(keyIdOf(KEYS.bob), keyIdOf(KEYS.bob).toUpperCase()),
    /not the SHA-256/,
  ],
  ['the name of a key for its id', 'to have names compared, which anybody can give', bobsOld.replace(keyIdOf(KEYS.bob), 'bob-1'), /not the SHA-256/],
  ['a key that the policy does not know', 'to be somebody new', signed(system, generateSecretKey('bob-1')), /does not know the key/],
  [
    'base64 for URLs',
    'to have a second line of other bytes count beside the first',
    JSON.stringify({ ...json, payload: json.payload.replaceAll('+', '-').replaceAll('/', '_').replace(/=*$/, '') }),
    /not spelt/,
  ],
  [
    'base64 without its end',
    'the same',
    JSON.stringify({ ...json, signatures: [{ ...json.signatures[0], sig: json.signatures[0].sig.replace(/=+$/, '') }] }),
    /not spelt/,
  ],
  [
    'base64 with bits that nobody reads',
    'the same',
    JSON.stringify({ ...json, signatures: [{ ...json.signatures[0], sig: sloppyBase64(json.signatures[0].sig) }] }),
    /not spelt/,
  ],
  ['base64 with spaces', 'the same', JSON.stringify({ ...json, payload: `${json.payload.slice(0, 8)} ${json.payload.slice(8)}` }), /not spelt/],
  [
    'a key of the envelope twice',
    'to show one payload to one program and another to the next',
    bobsOld.replace('"payload":', '"payload":"e30=","payload":'),
    /not spelt/,
  ],
  ['a field more', 'to hide what only some programs read', bobsOld.replace(/^\{/, '{"note":"x",'), /not spelt/],
  ['characters written as escapes', 'to have two lines for one claim', bobsOld.replace('"payloadType"', '"\\u0070ayloadType"'), /not spelt/],
  ['a carriage return', 'the same', `${bobsOld}\r`, /not spelt/],
  ['a line cut off', 'to have the rest guessed', bobsOld.slice(0, -20), /not JSON/],
  [
    'a signature cut off',
    'to have it filled up',
    JSON.stringify({
      ...json,
      signatures: [{ ...json.signatures[0], sig: Buffer.from(json.signatures[0].sig, 'base64').subarray(0, 63).toString('base64') }],
    }),
    /63 bytes/,
  ],
  [
    'the signature’s other solution',
    'to have two signatures of one claim',
    JSON.stringify({
      ...json,
      signatures: [{ ...json.signatures[0], sig: malleated(Buffer.from(json.signatures[0].sig, 'base64')).toString('base64') }],
    }),
    /did not sign/,
  ],
  ['no object', 'to make the reader fall over', 'null', /has the type undefined/],
];

describe('a line made by somebody without a key is refused:', () => {
  test.each(ENVELOPES)('%s, %s', (_, __, line, why) => {
    const found = refusalsOf([line]);
    expect(found.why).toMatch(why);
    expect(found.holds).toBe(false);
  });
});

test('every fraud is another one', () => {
  const lines = ENVELOPES.map(([, , line]) => line);
  expect(new Set(lines).size).toBe(lines.length);
  for (const line of lines) expect(line).not.toBe(bobsOld);
});
