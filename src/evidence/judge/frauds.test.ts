/**
 * What a liar may try, each with his reason. Alice is honest and alone; two must agree. Mallory, whose key the policy knows, or somebody
 * without any key, wants a second voice for what Alice said, or something false to be believed.
 */
import { describe, expect, test } from 'vitest';
import { asLines, KEYS, MACHINE, NOW, signed, World } from '../../../test/support/evidence-world.js';
import { formatPublicKey, generateSecretKey, publicKeyOf, sha256, signBytes, type DrvPath, type SecretKey } from '../../formats/index.js';
import { unwrap } from '../../result.js';
import type { Claim } from '../claim/claim.js';
import { PAYLOAD_TYPE, preAuthEncoding, sealPayload, writeEnvelope } from '../claim/envelope.js';
import { writeStatement } from '../claim/statement.js';
import { parsePolicy, type Policy } from '../policy/policy.js';
import { keyIdOf } from '../signing/key.js';
import { admit } from './admit.js';

const world = new World();
const honest = world.claims();
const publicText = (secret: SecretKey): string => formatPublicKey(publicKeyOf(secret));

function policyText(change: (policy: ReturnType<typeof basis>) => unknown = (policy) => policy): string {
  return JSON.stringify(change(basis()));
}

function basis() {
  return {
    version: 1,
    operators: {
      alice: { keys: [{ key: publicText(KEYS.alice) }] },
      bob: { keys: [{ key: publicText(KEYS.bob) }] },
      mallory: { keys: [{ key: publicText(KEYS.mallory) }] },
    },
    need: { operators: 2 } as Record<string, unknown>,
  };
}

const policy = unwrap(parsePolicy(policyText(), 'policy.json'));
const alices = honest.map((claim) => signed(claim, KEYS.alice));
/** The system, the last step: the one that the frauds are about. */
const system = honest.at(-1)!;
const library = honest.find(({ target }) => target === 'library')!;
const compiler = honest.find(({ target }) => target === 'compiler')!;
/** Bob confirms all but the system, and of that he says nothing. */
const bobs = honest.slice(0, -1).map((claim) => signed(claim, KEYS.bob));

/** All that is refused, in one text. */
function refusalsOf(lines: readonly string[], by: Policy = policy): { readonly holds: boolean; readonly why: string } {
  const { holds, admission, refused, elsewhere } = world.judge([...alices, ...bobs, ...lines], by);
  return {
    holds,
    why: [...admission.refused, ...refused, ...elsewhere.map(({ first }) => ({ why: `elsewhere: ${first}` }))].map(({ why }) => why).join('\n'),
  };
}

test('without a fraud, two honest parties are believed, and one is not', () => {
  expect(world.judge([...alices, ...bobs], policy).holds).toBe(false);
  expect(world.judge([...alices, ...bobs, signed(system, KEYS.bob)], policy).holds).toBe(true);
});

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
    /of the type "application\/vnd.other\+json"/,
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
  ['no object', 'to make the reader fall over', 'null', /of the type undefined/],
];

describe('a line made by somebody without a key is refused:', () => {
  test.each(ENVELOPES)('%s, %s', (_, __, line, why) => {
    const found = refusalsOf([line]);
    expect(found.why).toMatch(why);
    expect(found.holds).toBe(false);
  });
});

/** A payload of Mallory's own, properly signed. */
function sealed(text: string | Buffer): string {
  return writeEnvelope(sealPayload(Buffer.from(text as string), KEYS.mallory));
}
function byMallory(change: Partial<Claim>, of: Claim = system): string {
  return signed({ ...of, ...change }, KEYS.mallory);
}
const statement = writeStatement(system).toString();
const [systemOutput] = system.outputs;
const backdoor = new World().claims({ contents: (step, output) => (step === 'compiler' ? 'a backdoor' : `${step}^${output}`) });

const STATEMENTS: readonly (readonly [string, string, string, RegExp])[] = [
  [
    'a statement of another kind',
    'to have a reader skip what he does not know',
    sealed(statement.replace('in-toto.io/Statement/v1', 'in-toto.io/Statement/v2')),
    /the statement is of the type/,
  ],
  [
    'a predicate of another kind',
    'to have a test report taken for a build',
    sealed(statement.replace('slsa.dev/provenance/v1', 'slsa.dev/verification_summary/v1')),
    /the predicate is of the type/,
  ],
  [
    'a build of another kind',
    'to have it judged by rules it does not follow',
    sealed(statement.replace('urn:x-zilch:build:1', 'urn:x-zilch:build:2')),
    /the build is of the type/,
  ],
  ['a builder of no kind', 'to count as one more builder', sealed(statement.replace('builder:sandbox', 'builder:other')), /none that there is/],
  [
    'a key of the payload twice',
    'to show people one output and programs another',
    sealed(statement.replace('"_type":', '"subject":[],"_type":')),
    /not spelt/,
  ],
  [
    'a field that changes all objects',
    'to have a program believe a field that is not there',
    sealed(statement.replace('"_type":', '"__proto__":{"holds":true},"_type":')),
    /not spelt/,
  ],
  ['a number in another spelling', 'to have two claims out of one', sealed(statement.replace('"cores":2', '"cores":2.0')), /not spelt/],
  ['a byte order mark', 'the same', sealed(`\ufeff${statement}`), /not JSON/],
  [
    'bytes that are no UTF-8',
    'to have them replaced by what fits',
    sealed(Buffer.concat([Buffer.from(statement.slice(0, -2)), Buffer.from([0xff]), Buffer.from('}}')])),
    /not JSON/,
  ],
  [
    'a target’s Unicode twin',
    'to have people read the name that they know',
    sealed(statement.replace('"target":"system"', '"target":"s\u0443stem"')),
    /characters of ASCII/,
  ],
  ['an operator’s Unicode twin', 'to be shown as Alice', byMallory({ how: { ...MACHINE, operator: '\u0430lice' } }), /characters of ASCII/],
  [
    'a line end in a name',
    'to write lines of my own into what people read',
    byMallory({ how: { ...MACHINE, kernel: '6\nholds' } }),
    /characters of ASCII/,
  ],
  [
    'a path out of the store',
    'to have something else hashed',
    sealed(statement.replace(systemOutput!.path, '/nix/store/../../etc/passwd')),
    /subject/,
  ],
  ['no output', 'to agree to everything', byMallory({ outputs: [] }), /no subject/],
  [
    'an output left out',
    'to confirm the half that is good and be counted for the whole',
    byMallory({ outputs: [library.outputs[1]!] }, library),
    /has the outputs dev, out, not out/,
  ],
  [
    'an output twice',
    'to have one checked and the other used',
    byMallory({ outputs: [systemOutput!, systemOutput!] }),
    /not sorted, or one is there twice/,
  ],
  [
    'an output under another name',
    'to have the headers taken for the program',
    byMallory({ outputs: [{ ...systemOutput!, name: 'bin' }] }),
    /has the outputs out, not bin/,
  ],
  [
    'another hash for the same path',
    'to have my file taken for the one at that path',
    byMallory({ outputs: [{ ...systemOutput!, narHash: sha256('backdoor') }] }),
    /no tree of the hash/,
  ],
  [
    'references left out',
    'to have what it needs go unchecked',
    byMallory({ outputs: [{ ...systemOutput!, references: [compiler.outputs[0]!.path] }] }),
    /no tree of the hash/,
  ],
  [
    'a derivation of another chain',
    'to have something I did build count for what I did not',
    byMallory({ derivation: `/nix/store/${'0'.repeat(32)}-system.drv` as DrvPath }),
    /nothing in this chain is made as/,
  ],
  ['the recipe of another step', 'the same', byMallory({ recipe: compiler.recipe }), /does not come from the recipe/],
  ['a target renamed', 'to have people read one name and programs another', byMallory({ target: 'library' }), /is system, not library/],
  ['what was run renamed', 'to have built it with something else', byMallory({ resolved: compiler.resolved }), /elsewhere: system/],
  [
    'a system built by a compiler of my own',
    'to confirm the system without having to confirm the compiler',
    signed(backdoor.at(-1)!, KEYS.mallory),
    /elsewhere: system/,
  ],
  [
    'the right derivation, with other inputs listed',
    'to have people see good inputs',
    byMallory({ inputs: system.inputs.slice(1) }),
    /its inputs are not those/,
  ],
  [
    'an input with another hash',
    'to have my compiler at the path of the good one',
    byMallory({ inputs: system.inputs.map((input) => ({ ...input, sha256: sha256('backdoor') })) }),
    /an input has not the hash/,
  ],
  [
    'a tarball with another hash',
    'to have my tarball taken for musl’s',
    byMallory({ inputs: compiler.inputs.map((input) => (input.kind === 'source' ? { ...input, sha256: sha256('backdoor') } : input)) }, compiler),
    /no file of the hash/,
  ],
  [
    'a seed that it does not come from',
    'to count as from another seed',
    byMallory({ seeds: [{ path: world.otherSeed, sha256: sha256('another tcc') }] }),
    /does not go back to the seed/,
  ],
  ['no seed', 'the same', byMallory({ seeds: [] }), /does not go back to the seed/],
  ['a build that ends before it begins', 'to have been first', byMallory({ startedOn: '2026-07-01T00:00:00.000Z' }), /ends before it begins/],
  [
    'a day that there is not',
    'to be before or after whatever is asked',
    byMallory({ startedOn: '2026-02-30T00:00:00.000Z', finishedOn: '2026-02-30T00:00:00.000Z' }),
    /not a time such as/,
  ],
  ['a clock that is ahead', 'to be the last who said something', byMallory({ finishedOn: '2027-06-01T00:00:00.000Z' }), /has not come yet/],
];

describe('a line that Mallory signed is refused:', () => {
  test.each(STATEMENTS)('%s, %s', (_, __, line, why) => {
    const found = refusalsOf([line]);
    expect(found.why).toMatch(why);
    expect(found.holds).toBe(false);
  });
});

function policyOf(change: (policy: ReturnType<typeof basis>) => unknown): Policy {
  return unwrap(parsePolicy(policyText(change), 'policy.json'));
}

describe('what is well formed and signed does not help, either:', () => {
  test('a line again and again, to count as often', () => {
    const admission = admit(asLines([...alices, ...alices, ...alices]), policy, NOW);
    expect(admission).toMatchObject({ repeated: 8 });
    expect(refusalsOf([...alices, ...alices]).holds).toBe(false);
  });

  test('one operator on many machines, to count as many', () => {
    const many = ['a', 'b', 'c'].map((kernel) => signed({ ...system, how: { ...MACHINE, kernel } }, KEYS.alice));
    expect(refusalsOf(many).holds).toBe(false);
  });

  test('one operator with two keys, to count as two', () => {
    const second = generateSecretKey('alice-2');
    const two = policyOf((all) => ({
      ...all,
      operators: { ...all.operators, alice: { keys: [{ key: publicText(KEYS.alice) }, { key: publicText(second) }] } },
    }));
    expect(refusalsOf([signed(system, second)], two).holds).toBe(false);
  });

  test('one operator who claims two makes of processor, to be independent of himself', () => {
    const need = policyOf((all) => ({ ...all, need: { operators: 2, cpuVendors: 2 } }));
    const own = (cpuVendor: string): string[] => honest.map((claim) => signed({ ...claim, how: { ...MACHINE, cpuVendor } }, KEYS.mallory));
    // Alice and Bob have Intel's; Mallory says that he has both. He may be the one with AMD's, and somebody else must have the other.
    expect(world.judge([...own('GenuineIntel'), ...own('AuthenticAMD')], need).holds).toBe(false);
    expect(world.judge([...alices, ...own('GenuineIntel')], need).holds).toBe(false);
    expect(world.judge([...alices, ...own('AuthenticAMD')], need).holds).toBe(true);
  });

  test('two outputs for one derivation, to be right in any case', () => {
    const other = new World().claims({ contents: (step) => (step === 'system' ? 'backdoor' : `${step}^out`) }).at(-1)!;
    const { holds, disagreements } = world.judge(
      [...alices, ...bobs, signed(system, KEYS.mallory), signed({ ...system, outputs: other.outputs }, KEYS.mallory)],
      policy,
    );
    expect(holds).toBe(false);
    expect(disagreements[0]?.sides.map(({ operators }) => operators)).toEqual([['alice', 'mallory'], ['mallory']]);
  });

  test('an output of my own beside what two others say, to have the choice left to chance', () => {
    const other = new World().claims({ contents: (step, output) => (step === 'system' ? 'backdoor' : `${step}^${output}`) }).at(-1)!;
    const { holds, disagreements } = world.judge([...alices, ...bobs, signed(system, KEYS.bob), signed(other, KEYS.mallory)], policy);
    expect(holds).toBe(false);
    expect(disagreements[0]?.sides.at(-1)).toMatchObject({ operators: ['mallory'] });
  });

  test('a revoked key with an old date, to have signed before it was stolen', () => {
    const revoked = policyOf((all) => ({ ...all, operators: { ...all.operators, bob: { keys: [{ key: publicText(KEYS.bob), revoked: true }] } } }));
    const found = refusalsOf(
      [signed({ ...system, startedOn: '2020-01-01T00:00:00.000Z', finishedOn: '2020-01-01T00:00:00.000Z' }, KEYS.bob)],
      revoked,
    );
    expect(found.holds).toBe(false);
    expect(found.why).toMatch(/bob-1 of bob is revoked, .* whatever date it bears/);
  });

  test('an expired key, to go on using it', () => {
    const expired = policyOf((all) => ({
      ...all,
      operators: { ...all.operators, bob: { keys: [{ key: publicText(KEYS.bob), from: '2026-01-01', until: '2026-05-01' }] } },
    }));
    expect(refusalsOf([signed(system, KEYS.bob)], expired).why).toMatch(/after bob-1 has expired/);
  });

  test('a clock of 1971, to come before every rule', () => {
    const from = policyOf((all) => ({
      ...all,
      operators: { ...all.operators, mallory: { keys: [{ key: publicText(KEYS.mallory), from: '2026-01-01' }] } },
    }));
    const line = byMallory({ startedOn: '1971-01-01T00:00:00.000Z', finishedOn: '1971-01-01T00:00:00.000Z' });
    expect(refusalsOf([line], from).why).toMatch(/before mallory-1 is to be believed/);
  });
});

/** Curve points at which anybody can sign. */
const NOBODYS_KEY = `nobody-1:${Buffer.concat([Buffer.from([1]), Buffer.alloc(31)]).toString('base64')}`;

const POLICIES: readonly (readonly [string, string, string, RegExp])[] = [
  ['asks for nobody', 'to have everything hold', policyText((all) => ({ ...all, need: { operators: 0 } })), /asks for 0 operators/],
  ['asks for fewer than nobody', 'the same', policyText((all) => ({ ...all, need: { operators: -1 } })), /whole number from 1/],
  ['asks for one and a half', 'to be rounded', policyText((all) => ({ ...all, need: { operators: 1.5 } })), /whole number from 1/],
  ['asks for "2"', 'to have texts compared', policyText((all) => ({ ...all, need: { operators: '2' } })), /whole number from 1/],
  ['does not say how many', 'to have none meant', policyText((all) => ({ ...all, need: {} })), /does not say how many/],
  [
    'asks for more than there are',
    'to have nobody look at what never holds',
    policyText((all) => ({ ...all, need: { operators: 4 } })),
    /can never hold/,
  ],
  ['asks for no seed', 'to have seeds not counted', policyText((all) => ({ ...all, need: { operators: 2, seeds: 0 } })), /asks for 0 seeds/],
  [
    'has one key under two names',
    'to count as two',
    policyText((all) => ({ ...all, operators: { ...all.operators, carol: all.operators.bob } })),
    /bob and carol have one key/,
  ],
  [
    'has one key under two key names',
    'the same',
    policyText((all) => ({ ...all, operators: { ...all.operators, carol: { keys: [{ key: publicText(KEYS.bob).replace('bob-1', 'carol-1') }] } } })),
    /bob and carol have one key/,
  ],
  [
    'has a key twice',
    'to count as two',
    policyText((all) => ({ ...all, operators: { ...all.operators, bob: { keys: [all.operators.bob.keys[0], all.operators.bob.keys[0]] } } })),
    /have one key/,
  ],
  [
    'has a Unicode twin of an operator',
    'to be a second Bob',
    policyText((all) => ({ ...all, operators: { ...all.operators, 'b\u043eb': { keys: [{ key: publicText(generateSecretKey('x')) }] } } })),
    /cannot name a key or an operator/,
  ],
  [
    'has a key at which anybody can sign',
    'to be a voice that I can use and deny',
    policyText((all) => ({ ...all, operators: { ...all.operators, nobody: { keys: [{ key: NOBODYS_KEY }] } } })),
    /small order/,
  ],
  [
    'says one thing twice',
    'to show 3 to people and 1 to programs',
    policyText().replace('"need":{"operators":2}', '"need":{"operators":3},"need":{"operators":1}'),
    /given twice/,
  ],
  [
    'says it twice in two spellings',
    'the same',
    policyText().replace('"need":{"operators":2}', '"need":{"operators":3},"\\u006eeed":{"operators":1}'),
    /given twice/,
  ],
  [
    'has a word misspelt',
    'to have a key count that was to be revoked',
    policyText((all) => ({ ...all, operators: { ...all.operators, bob: { keys: [{ key: publicText(KEYS.bob), revokd: true }] } } })),
    /"revokd", which means nothing/,
  ],
  [
    'revokes by a text',
    'to have "false" taken for true or the other way round',
    policyText((all) => ({ ...all, operators: { ...all.operators, bob: { keys: [{ key: publicText(KEYS.bob), revoked: 'true' }] } } })),
    /neither true nor false/,
  ],
  [
    'has an end that is no day',
    'to have it never come',
    policyText((all) => ({ ...all, operators: { ...all.operators, bob: { keys: [{ key: publicText(KEYS.bob), until: '2026-02-30' }] } } })),
    /not such as/,
  ],
  ['is of a later version', 'to be read by the wrong rules', policyText((all) => ({ ...all, version: 2 })), /version is 2/],
];

describe('a policy is refused that', () => {
  test.each(POLICIES)('%s, %s', (_, __, text, why) => {
    const parsed = parsePolicy(text, 'policy.json');
    expect(parsed).toMatchObject({ ok: false, failure: { code: 'E_POLICY' } });
    if (!parsed.ok) expect(parsed.failure.message).toMatch(why);
  });
});

test('every fraud is another one', () => {
  const lines = [...ENVELOPES, ...STATEMENTS].map(([, , line]) => line);
  expect(new Set(lines).size).toBe(lines.length);
  for (const line of lines) expect(line).not.toBe(bobsOld);
});
