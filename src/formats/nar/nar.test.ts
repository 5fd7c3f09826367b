import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyTree, cut, directory, file, narOf, symlink, TreeCollector, visit, type Tree } from '../../../test/support/tree.js';
import { unwrap, type Result } from '../../result.js';
import { findInListing, NarLister, NarParser, NarWriter, shallowListing } from './index.js';

function parse(chunks: readonly Uint8Array[]): Result<Tree> {
  const collector = new TreeCollector();
  const parser = new NarParser(collector);
  for (const chunk of chunks) {
    const pushed = parser.push(chunk);
    if (!pushed.ok) return pushed;
  }
  const ended = parser.end();
  return ended.ok ? { ok: true, value: collector.tree as Tree } : ended;
}

function sorted(tree: Tree): Tree {
  if (tree.type !== 'directory') return tree;
  const entries = [...tree.entries].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, node]) => [name, sorted(node)] as const);
  return { type: 'directory', entries: new Map(entries) };
}

const SMALL = directory({ bin: directory({ sh: file('#!/bin/ash\n', true) }), empty: directory(), link: symlink('bin/sh'), text: file('1234567') });

describe('the writer and the parser', () => {
  test('give back any tree, whatever the sizes of their chunks', () => {
    fc.assert(
      fc.property(anyTree, fc.integer({ min: 8, max: 300 }), fc.array(fc.nat()), (tree, bufferBytes, places) => {
        const nar = narOf(tree, bufferBytes);
        expect(nar.equals(narOf(tree))).toBe(true);
        expect(unwrap(parse(cut(nar, places)))).toEqual(sorted(tree));
      }),
    );
  });

  test('may take one byte at a time', () => {
    const nar = narOf(SMALL);
    expect(unwrap(parse(cut(nar, [...nar.keys()])))).toEqual(sorted(SMALL));
  });

  test('keep the memory of chunks that the caller reuses apart', () => {
    const nar = narOf(SMALL);
    const reused = Buffer.alloc(5);
    const collector = new TreeCollector();
    const parser = new NarParser(collector);
    for (let at = 0; at < nar.length; at += 5) {
      const count = nar.copy(reused, 0, at, at + 5);
      unwrap(parser.push(reused.subarray(0, count)));
    }
    unwrap(parser.end());
    expect(collector.tree).toEqual(sorted(SMALL));
  });
});

describe('the parser', () => {
  test('takes nothing that the writer would write otherwise, whichever byte is damaged', () => {
    const nar = narOf(SMALL);
    for (let at = 0; at < nar.length; at++) {
      for (const change of [1, 0x20, 0x80, 0xff]) {
        const damaged = Buffer.from(nar);
        damaged[at]! ^= change;
        const parsed = parse([damaged]);
        if (parsed.ok) expect(narOf(parsed.value).equals(damaged), `byte ${at}`).toBe(true);
        else expect(parsed.failure.code).toBe('E_NAR');
      }
    }
  });

  test('fails on every truncation', () => {
    const nar = narOf(SMALL);
    for (let length = 0; length < nar.length; length++) {
      const parsed = parse([nar.subarray(0, length)]);
      expect(parsed.ok ? 'ok' : parsed.failure.message).toContain('ends too early');
    }
  });

  test('never crashes on bytes of any kind', () => {
    const prefix = narOf(file('')).subarray(0, 24);
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, withMagic) => !parse(withMagic ? [prefix, bytes] : [bytes]).ok));
  });

  test('goes on giving the failure it gave', () => {
    const parser = new NarParser(new TreeCollector());
    const first = parser.push(Buffer.alloc(100, 1));
    expect(first.ok).toBe(false);
    expect(parser.push(narOf(SMALL))).toEqual(first);
    expect(parser.end()).toEqual(first);
  });

  /** Tokens, each with its length and padding. */
  function tokens(...texts: readonly string[]): Buffer {
    const parts = texts.map((text) => {
      const bytes = Buffer.from(text, 'latin1');
      const token = Buffer.alloc(8 + Math.ceil(bytes.length / 8) * 8);
      token.writeUInt32LE(bytes.length);
      bytes.copy(token, 8);
      return token;
    });
    return Buffer.concat(parts);
  }

  const EMPTY_FILE = ['(', 'type', 'regular', 'contents', '', ')'];
  const entry = (name: string): string[] => ['entry', '(', 'name', name, 'node', ...EMPTY_FILE, ')'];
  const inDirectory = (...entries: readonly string[]): string[] => ['nix-archive-1', '(', 'type', 'directory', ...entries, ')'];

  test.each([
    ['a name that leads to the parent', inDirectory(...entry('..')), 'cannot be a file name'],
    ['a name that is the directory itself', inDirectory(...entry('.')), 'cannot be a file name'],
    ['a name with a slash', inDirectory(...entry('a/b')), 'cannot be a file name'],
    ['a name with a zero byte', inDirectory(...entry('a\0b')), 'cannot be a file name'],
    ['an empty name', inDirectory(...entry('')), 'cannot be a file name'],
    ['a name that is too long', inDirectory(...entry('n'.repeat(256))), 'too long'],
    ['names out of order', inDirectory(...entry('b'), ...entry('a')), 'not in order'],
    ['names in the order of letters, not of bytes', inDirectory(...entry('a'), ...entry('B')), 'not in order'],
    [
      'a symlink and a directory of one name, to write through the link',
      inDirectory('entry', '(', 'name', 'a', 'node', '(', 'type', 'symlink', 'target', '/etc', ')', ')', ...entry('a')),
      'twice',
    ],
    ['an unknown type', ['nix-archive-1', '(', 'type', 'socket', ')'], '"socket" is unknown'],
    ['another format', ['nix-archive-2', ...EMPTY_FILE], '"nix-archive-1" is expected'],
    ['a file without contents', ['nix-archive-1', '(', 'type', 'regular', ')'], '"contents" is expected'],
    ['an executable mark that is not empty', ['nix-archive-1', '(', 'type', 'regular', 'executable', 'x', 'contents', '', ')'], '"" is expected'],
    ['something behind the end', ['nix-archive-1', ...EMPTY_FILE, ')'], 'follow the end'],
    ['a symlink with a target of 4096 bytes', ['nix-archive-1', '(', 'type', 'symlink', 'target', 't'.repeat(4096), ')'], 'too long'],
    ['a symlink with an empty target', ['nix-archive-1', '(', 'type', 'symlink', 'target', '', ')'], 'no file system supports'],
    ['a symlink with a zero byte in its target', ['nix-archive-1', '(', 'type', 'symlink', 'target', 'a\0b', ')'], 'no file system supports'],
    [
      'a nesting that no path can name',
      ['nix-archive-1', ...Array.from({ length: 3000 }, () => ['(', 'type', 'directory', 'entry', '(', 'name', 'd', 'node']).flat()],
      'nested',
    ],
  ])('refuses %s', (_what, texts, why) => {
    const parsed = parse([tokens(...texts)]);
    expect(parsed.ok ? 'ok' : parsed.failure.message).toContain(why);
    if (!parsed.ok) expect(parsed.failure.message).toMatch(/offset \d+$/);
  });

  test('does not wait for a token of 2^60 bytes', () => {
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(2n ** 60n);
    const parsed = parse([length]);
    expect(parsed.ok ? 'ok' : parsed.failure.message).toContain('too long');
    const hugeFile = parse([tokens('nix-archive-1', '(', 'type', 'regular', 'contents'), length]);
    expect(hugeFile.ok ? 'ok' : hugeFile.failure.message).toContain('larger than any disk');
  });

  test('shows names that are no text in ASCII', () => {
    const parsed = parse([tokens(...inDirectory(...entry('\xff'), ...entry('\xc3\xa9')))]);
    expect(parsed.ok ? 'ok' : parsed.failure.message).toContain('"\\xc3\\xa9" is not in order');
  });
});

describe('the writer', () => {
  const writer = (): NarWriter => new NarWriter(() => undefined);

  test('throws at what would be no archive', () => {
    const unsorted = writer();
    unsorted.beginDirectory();
    unsorted.entry(Buffer.from('b'));
    expect(() => {
      unsorted.entry(Buffer.from('a'));
    }).toThrow('sorted');
    const long = writer();
    long.file(false, 1);
    expect(() => {
      long.data(Buffer.from('ab'));
    }).toThrow('more data');
    const short = writer();
    short.file(false, 2);
    expect(() => {
      short.endFile();
    }).toThrow('2 bytes missing');
  });

  test('counts the bytes it wrote', () => {
    fc.assert(
      fc.property(anyTree, fc.integer({ min: 8, max: 300 }), (tree, bufferBytes) => {
        const counted = new NarWriter(() => undefined, bufferBytes);
        visit(tree, counted);
        expect(counted.size).toBe(narOf(tree).length);
      }),
    );
  });
});

describe('a listing', () => {
  const nar = narOf(SMALL);
  const lister = new NarLister();
  unwrap(new NarParser(lister).push(nar));
  const root = lister.root!;

  test('tells where in the archive a file begins', () => {
    const node = findInListing(root, '/bin/sh');
    expect(node).toMatchObject({ type: 'regular', size: 11, executable: true });
    const offset = node?.type === 'regular' ? node.narOffset : NaN;
    expect(nar.subarray(offset, offset + 11).toString()).toBe('#!/bin/ash\n');
  });

  test('finds directories, and nothing behind files or symlinks', () => {
    expect(findInListing(root, '')).toBe(root);
    expect(findInListing(root, 'empty')).toEqual({ type: 'directory', entries: {} });
    expect(findInListing(root, 'text/x')).toBeUndefined();
    expect(findInListing(root, 'link/x')).toBeUndefined();
    expect(findInListing(root, 'toString')).toBeUndefined();
  });

  test('can be of one level', () => {
    expect(shallowListing(root)).toEqual({ type: 'directory', entries: { bin: {}, empty: {}, link: {}, text: {} } });
  });
});
