import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cut } from '../../../test/support/tree.js';
import { makeTextPath, storePathHash } from '../store-path.js';
import { ModuloHasher, ReferenceScanner, Rewriter } from './index.js';

const PATHS = Array.from({ length: 5 }, (_, index) => makeTextPath(`path-${index}`, String(index), []));
const HASHES = PATHS.map(storePathHash);
const [FIRST = '', SECOND = '', THIRD = ''] = HASHES;

/**
 * Streams with hashes that are whole, truncated, next to each other, and between characters that could be part of them.
 */
const anyStream = fc
  .array(
    fc.oneof(
      fc.constantFrom(...HASHES),
      fc.constantFrom(...HASHES.map((hash) => hash.slice(1)), ...HASHES.map((hash) => hash.slice(0, 31))),
      fc.string({ unit: fc.constantFrom(...Array.from('0123456789abcdfghijklmnpqrsvwxyz')), maxLength: 70 }),
      fc.string({ unit: fc.constantFrom('e', '\0', '/', '-', 'é'), maxLength: 3 }),
    ),
    { maxLength: 12 },
  )
  .map((parts) => Buffer.from(parts.join('')));

describe('the reference scanner', () => {
  test('finds just the hashes that are there, wherever chunks end', () => {
    fc.assert(
      fc.property(anyStream, fc.array(fc.nat()), (stream, places) => {
        const scanner = new ReferenceScanner(PATHS);
        for (const chunk of cut(stream, places)) scanner.push(chunk);
        expect(scanner.found).toEqual(PATHS.filter((path) => stream.includes(storePathHash(path))).sort());
      }),
      { numRuns: 500 },
    );
  });

  test('finds a hash that comes byte by byte', () => {
    const scanner = new ReferenceScanner(PATHS);
    for (const byte of Buffer.from(`zz${FIRST}`)) scanner.push(Buffer.from([byte]));
    expect(scanner.found).toEqual([PATHS[0]]);
  });

  test('knows nothing of paths it was not given', () => {
    const scanner = new ReferenceScanner([PATHS[1]!]);
    scanner.push(Buffer.from(FIRST));
    expect(scanner.found).toEqual([]);
  });
});

describe('the rewriter', () => {
  const rewrites = new Map([
    [FIRST, THIRD],
    [SECOND, '\0'.repeat(32)],
  ]);

  test('replaces all strings and tells where, wherever chunks end', () => {
    fc.assert(
      fc.property(anyStream, fc.array(fc.nat()), (stream, places) => {
        const out: Buffer[] = [];
        const rewriter = new Rewriter(rewrites, (chunk) => out.push(Buffer.from(chunk)));
        for (const chunk of cut(stream, places)) rewriter.push(chunk);
        rewriter.end();
        const text = stream.toString('latin1');
        expect(Buffer.concat(out).toString('latin1')).toBe(text.replaceAll(FIRST, THIRD).replaceAll(SECOND, '\0'.repeat(32)));
        const positions = [...text.matchAll(new RegExp(`${FIRST}|${SECOND}`, 'g'))].map((match) => match.index);
        expect(rewriter.positions).toEqual(positions);
      }),
      { numRuns: 500 },
    );
  });

  test("leaves the caller's bytes alone", () => {
    const chunk = Buffer.from(FIRST);
    const rewriter = new Rewriter(rewrites, () => undefined);
    rewriter.push(chunk);
    rewriter.end();
    expect(chunk.toString()).toBe(FIRST);
  });

  test('throws when a string would change its length', () => {
    expect(() => new Rewriter(new Map([['abc', 'de']]), () => undefined)).toThrow('keep its length');
  });
});

describe('a hash modulo itself', () => {
  const digest = (text: string, self: string): string => {
    const hasher = new ModuloHasher(self);
    for (const byte of Buffer.from(text)) hasher.push(Buffer.from([byte]));
    return hasher.digest().hex;
  };
  const plain = (text: string): string => createHash('sha256').update(text).digest('hex');

  test('is the plain hash when the path does not name itself', () => {
    expect(digest('nothing here', FIRST)).toBe(plain('nothing here'));
  });

  test('hashes zeros for the path itself, and behind the stream where it was', () => {
    expect(digest(`a${FIRST}b${FIRST}`, FIRST)).toBe(plain(`a${'\0'.repeat(32)}b${'\0'.repeat(32)}|1|34`));
  });

  test('does not depend on which hash the path has for now', () => {
    expect(digest(`see ${FIRST}`, FIRST)).toBe(digest(`see ${SECOND}`, SECOND));
  });
});
