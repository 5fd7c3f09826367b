/** Policies that would hold for anything. See test/support/frauds.ts. */
import { describe, expect, test } from 'vitest';
import { KEYS } from '../../../test/support/evidence-world.js';
import { policyText, publicText } from '../../../test/support/frauds.js';
import { generateSecretKey } from '../../formats/index.js';
import { parsePolicy } from '../policy/policy.js';

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
    /"revokd", which has no meaning/,
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
    /not a day such as/,
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
  const lines = POLICIES.map(([, , line]) => line);
  expect(new Set(lines).size).toBe(lines.length);
});
