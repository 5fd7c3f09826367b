import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { golden } from '../../test/golden/index.js';
import { unwrap } from '../result.js';
import { compressHash, formatHash, parseHash, parseSha256, sha256, type HashAlgorithm, type HashEncoding } from './hash.js';

type Row = { readonly text: string; readonly algorithm: HashAlgorithm } & Readonly<Record<HashEncoding, string>>;
const ROWS = JSON.parse(golden('hashes.json').toString()) as readonly Row[];
const ENCODINGS = ['base16', 'base32', 'base64', 'sri'] as const;

describe('a hash', () => {
  test.each(ROWS)('of "$text" by $algorithm is written and read in every way Nix writes it', (row) => {
    const hash = { algorithm: row.algorithm, hex: createHash(row.algorithm).update(row.text).digest('hex') };
    for (const encoding of ENCODINGS) {
      expect(formatHash(hash, encoding)).toBe(row[encoding]);
      const prefixed = encoding === 'sri' ? row.sri : `${row.algorithm}:${row[encoding]}`;
      expect(unwrap(parseHash(prefixed))).toEqual(hash);
      expect(unwrap(parseHash(row[encoding], row.algorithm))).toEqual(hash);
    }
  });

  test('is read from capital hexadecimal digits, as Nix does', () => {
    expect(unwrap(parseHash(`sha256:${'AB'.repeat(32)}`)).hex).toBe('ab'.repeat(32));
  });

  test.each([
    ['a bare digest of unknown kind', 'ab'.repeat(32), undefined, 'name its hash algorithm'],
    ['an unknown algorithm', `sha3:${'ab'.repeat(32)}`, undefined, '"sha3"'],
    ['another algorithm than is wanted', `sha1:${'ab'.repeat(20)}`, 'sha256', 'not a sha256'],
    ['a digest that is cut short', `sha256:${'ab'.repeat(31)}`, undefined, 'wrong length'],
    ['SRI in hexadecimal', `sha256-${'ab'.repeat(32)}`, undefined, 'wrong length'],
    ['base 64 without its padding', 'sha256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU', undefined, 'wrong length'],
    ['nothing', '', undefined, 'name its hash algorithm'],
  ] as const)('is not read from %s', (_what, text, algorithm, why) => {
    const parsed = parseHash(text, algorithm);
    expect(parsed.ok ? 'ok' : parsed.failure.message).toContain(why);
  });

  test('is never read in a way that crashes', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 100 }), fc.constantFrom(undefined, 'sha256' as const), (text, algorithm) => {
        const parsed = parseHash(text, algorithm);
        if (!parsed.ok) expect(parsed.failure.code).toBe('E_HASH');
      }),
    );
  });

  test('as 64 digits must be lower-case, to be compared as text', () => {
    expect(parseSha256(sha256('x')).ok).toBe(true);
    expect(parseSha256(sha256('x').toUpperCase()).ok).toBe(false);
    expect(parseSha256(`${sha256('x')}0`).ok).toBe(false);
  });

  test('is shortened by folding, not by cutting', () => {
    expect([...compressHash(Uint8Array.of(1, 2, 4, 8, 16), 2)]).toEqual([1 ^ 4 ^ 16, 2 ^ 8]);
  });
});
