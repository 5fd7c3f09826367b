import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { unwrap } from '../result.js';
import { sha256, sha256Hash } from './hash.js';
import {
  checkName,
  isDrvPath,
  makeContentPath,
  makeTextPath,
  parseStorePath,
  parseStorePathBaseName,
  storePathBaseName,
  storePathHash,
  storePathName,
} from './store-path.js';

const HASH = '4vfr3n9smrx95b3yw05swv4rwc5chzcf';

describe('a store path', () => {
  test('falls into its parts', () => {
    const path = unwrap(parseStorePath(`/nix/store/${HASH}-a-1.0.drv`));
    expect(storePathHash(path)).toBe(HASH);
    expect(storePathName(path)).toBe('a-1.0.drv');
    expect(storePathBaseName(path)).toBe(`${HASH}-a-1.0.drv`);
    expect(isDrvPath(path)).toBe(true);
    expect(unwrap(parseStorePathBaseName(storePathBaseName(path)))).toBe(path);
  });

  test.each([
    ['another directory', `/gnu/store/${HASH}-a`],
    ['a file below it', `/nix/store/${HASH}-a/bin`],
    ['no name', `/nix/store/${HASH}-`],
    ['no dash', `/nix/store/${HASH}a`],
    ['a letter that is not of base 32', `/nix/store/${HASH.replace('4', 'e')}-a`],
    ['a hash that is too short', `/nix/store/${HASH.slice(1)}-a`],
    ['a space', `/nix/store/${HASH}-a b`],
    ['a line end behind it', `/nix/store/${HASH}-a\n`],
    ['212 characters of name', `/nix/store/${HASH}-${'n'.repeat(212)}`],
    ['nothing', ''],
  ])('is not one with %s', (_what, text) => {
    const parsed = parseStorePath(text);
    expect(parsed.ok ? 'ok' : parsed.failure.code).toBe('E_STORE_PATH');
  });

  test('may be found with a leading dot in its name, but is not made with one', () => {
    expect(parseStorePath(`/nix/store/${HASH}-.foo`).ok).toBe(true);
    expect(checkName('.foo').ok).toBe(false);
  });

  test('has a name of 1 to 211 characters out of few', () => {
    expect(checkName('n'.repeat(211)).ok).toBe(true);
    expect(checkName('aZ09+-._?=').ok).toBe(true);
    for (const wrong of ['', 'n'.repeat(212), 'a/b', 'é', 'a\n', '..']) expect(checkName(wrong).ok, JSON.stringify(wrong)).toBe(false);
  });

  test('is never read in a way that crashes, and reading it changes nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...Array.from('0a-z./\n'), HASH, '/nix/store/') }), (text) => {
        const parsed = parseStorePath(text);
        if (parsed.ok) expect(parsed.value).toBe(text);
      }),
    );
  });
});

describe('the path of content', () => {
  // Paths that `nix-store --add`, `--add-fixed` and builtins.toFile returned.
  test('is the one Nix gives to a text, by its UTF-8 bytes', () => {
    expect(makeTextPath('.foo', '', [])).toBe('/nix/store/4vfr3n9smrx95b3yw05swv4rwc5chzcf-.foo');
    expect(makeTextPath('text', 'hi', [])).toBe('/nix/store/4w3j5fgz0fvh3nr9an182fdyx6zjimgd-text');
    expect(makeTextPath('x', 'é', [])).toBe(makeTextPath('x', Buffer.from('é'), []));
  });

  test('depends on its references, in whatever order they are given', () => {
    const [a, b] = [makeTextPath('a', '', []), makeTextPath('b', '', [])];
    const hash = sha256Hash(sha256('x'));
    expect(makeContentPath('x', 'recursive', hash, { others: [a, b], self: false })).toBe(
      makeContentPath('x', 'recursive', hash, { others: [b, a], self: false }),
    );
    expect(makeContentPath('x', 'recursive', hash, { others: [a], self: false })).not.toBe(
      makeContentPath('x', 'recursive', hash, { others: [a], self: true }),
    );
    expect(() => makeContentPath('x', 'flat', hash, { others: [a], self: false })).toThrow('cannot have references');
  });
});
