import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bytesOfText, textOfBytes } from './byte-text.js';

test('any bytes come back', () => {
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 8 }),
    fc.string({ unit: 'binary', maxLength: 4 }).map((text) => new Uint8Array(Buffer.from(text))),
    // A byte order mark, an overlong slash, a surrogate, a code point beyond Unicode, U+FFFD itself, a truncated
    // character.
    fc.constantFrom([0xef, 0xbb, 0xbf], [0xc0, 0xaf], [0xed, 0xb2, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xef, 0xbf, 0xbd], [0xe2, 0x82]).map((bytes) => Uint8Array.from(bytes)), // prettier-ignore
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
      const bytes = Buffer.concat(pieces);
      expect(bytesOfText(textOfBytes(bytes)).equals(bytes)).toBe(true);
    }),
    { numRuns: 2000 },
  );
});

test('what is UTF-8 is the text that it is everywhere', () => {
  const text = 'ä𝄞\ufeff\u0000';
  expect(textOfBytes(Buffer.from(text))).toBe(text);
  expect(bytesOfText(text)).toEqual(Buffer.from(text));
  expect(textOfBytes(Buffer.from('caf\xe9, café', 'latin1'))).toBe('caf\udce9, caf\udce9');
});
