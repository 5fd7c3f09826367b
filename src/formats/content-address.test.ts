import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { unwrap } from '../result.js';
import { formatContentAddress, parseContentAddress } from './content-address.js';

const DIGEST = '16lywqhci8305kr6zbmv5iwrhdvgfiqcm68ad12pkmkcp91y5ipp';

describe('a content address', () => {
  test.each([
    ['text', `text:sha256:${DIGEST}`],
    ['flat', `fixed:sha256:${DIGEST}`],
    ['recursive', `fixed:r:sha256:${DIGEST}`],
    ['recursive', 'fixed:r:sha1:00000000000000000000000000000000'],
  ])('of method "%s" is read and written: %s', (method, text) => {
    const address = unwrap(parseContentAddress(text));
    expect(address.method).toBe(method);
    expect(formatContentAddress(address)).toBe(text);
  });

  test.each([
    '',
    'text',
    'fixed:',
    `source:sha256:${DIGEST}`,
    `fixed:x:sha256:${DIGEST}`,
    `fixed:r:sha3:${DIGEST}`,
    `fixed:r:sha256:${DIGEST}0`,
    `fixed:r:sha256:${DIGEST}:`,
    'fixed:sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=',
  ])('is not read from "%s"', (text) => {
    const parsed = parseContentAddress(text);
    expect(parsed.ok ? 'ok' : parsed.failure.message).toContain('"');
  });

  test('is never read in a way that crashes, and reading it changes nothing', () => {
    const anyText = fc.string({ unit: fc.constantFrom('fixed:', 'text:', 'r:', 'sha256', 'sha1', ':', DIGEST, '0', '-') });
    fc.assert(
      fc.property(anyText, (text) => {
        const parsed = parseContentAddress(text);
        if (parsed.ok) expect(parseContentAddress(formatContentAddress(parsed.value))).toEqual(parsed);
      }),
    );
  });
});
