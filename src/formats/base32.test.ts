import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { unwrap } from '../result.js';
import { base32Length, decodeBase32, encodeBase32 } from './base32.js';

const ALPHABET = '0123456789abcdfghijklmnpqrsvwxyz';

describe("Nix's base 32", () => {
  test('gives bytes back, at the length it announces', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => {
        const text = encodeBase32(bytes);
        expect(text).toHaveLength(base32Length(bytes.length));
        expect(Buffer.from(unwrap(decodeBase32(text)))).toEqual(Buffer.from(bytes));
      }),
    );
  });

  test('has one text for each value: what decodes encodes to the same text', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...Array.from(ALPHABET)), maxLength: 60 }), (text) => {
        const decoded = decodeBase32(text);
        if (decoded.ok) expect(encodeBase32(decoded.value)).toBe(text);
      }),
    );
  });

  test('has no e, o, t and u, and no capitals', () => {
    for (const wrong of 'eotuA!é') {
      const decoded = decodeBase32(`0${wrong}`);
      expect(decoded.ok ? 'ok' : decoded.failure.message).toContain(`"${wrong}"`);
    }
  });

  test('refuses lengths that no bytes have, and bits behind the last byte', () => {
    expect(decodeBase32('0').ok).toBe(false);
    expect(decodeBase32('000').ok).toBe(false);
    expect(decodeBase32('z0').ok).toBe(false);
  });
});
