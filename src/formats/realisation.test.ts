import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { goldenOf } from '../../test/golden/index.js';
import { unwrap } from '../result.js';
import { formatDrvOutputId, parseDrvOutputId, parseRealisation, realisationFingerprint, writeRealisation } from './realisation.js';
import { generateSecretKey, signText } from './signature.js';

const FILES = goldenOf('.doi').map(([name, contents]) => [name, contents.toString()] as const);

describe("Nix's own realisation", () => {
  test.each(FILES)('%s is read and written again byte for byte', (name, text) => {
    const realisation = unwrap(parseRealisation(text));
    expect(`${formatDrvOutputId(realisation.id)}.doi`).toBe(name);
    expect(writeRealisation(realisation)).toBe(text);
  });

  test('is signed without its signatures', () => {
    const realisation = unwrap(parseRealisation(FILES[0]![1]));
    const signed = { ...realisation, signatures: [signText(realisationFingerprint(realisation), generateSecretKey('k'))] };
    expect(realisationFingerprint(signed)).toBe(realisationFingerprint(realisation));
    expect(unwrap(parseRealisation(writeRealisation(signed)))).toEqual(signed);
  });
});

describe('the reader of realisations', () => {
  const text = FILES.find(([, file]) => file.includes('-first"},'))![1];
  const json = JSON.parse(text) as Record<string, unknown>;

  test.each([
    ['id', 'x'],
    ['id', 1],
    ['id', `sha256:${'ab'.repeat(32)}`],
    ['outPath', '/nix/store/x'],
    ['outPath', undefined],
    ['signatures', 'x'],
    ['dependentRealisations', []],
    ['dependentRealisations', { x: 'y' }],
  ])('names the field "%s" when it is %j', (field, value) => {
    const parsed = parseRealisation(JSON.stringify({ ...json, [field]: value }));
    expect(parsed.ok ? 'ok' : parsed.failure.code).toBe('E_REALISATION');
    if (!parsed.ok) expect(parsed.failure.message).toMatch(field === 'id' ? /id/ : new RegExp(`"${field}"`));
  });

  test('passes over malformed signatures beside one that is right', () => {
    const right = signText(realisationFingerprint(unwrap(parseRealisation(text))), generateSecretKey('k'));
    const signatures = ['x', right, 7, { keyName: 'k', sig: 'x' }, null];
    expect(unwrap(parseRealisation(JSON.stringify({ ...json, signatures }))).signatures).toEqual([right]);
  });

  test('does without signatures and dependent realisations', () => {
    const { id, outPath } = json;
    expect(unwrap(parseRealisation(JSON.stringify({ id, outPath })))).toMatchObject({ signatures: [], dependentRealisations: new Map() });
  });

  test('never crashes, whichever character is damaged or cut off', () => {
    for (let at = 0; at < text.length; at++) {
      for (const damaged of [text.slice(0, at), `${text.slice(0, at)}"${text.slice(at + 1)}`]) {
        const parsed = parseRealisation(damaged);
        if (!parsed.ok) expect(parsed.failure.code).toBe('E_REALISATION');
      }
    }
    fc.assert(fc.property(fc.json(), (other) => !parseRealisation(other).ok));
    fc.assert(fc.property(fc.string(), (other) => !parseDrvOutputId(other).ok));
  });
});
