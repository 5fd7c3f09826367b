import { execFileSync, spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CONTENT, TAR_END, Tree, flip, flips, gzipHeaders, hasTool, pack, packedFiles, paxRecord, tarMember } from './archives.js';

const ready = ['gcc', 'gzip', 'bzip2', 'tar'].every(hasTool);
if (!ready) console.log('skipped: these tests want gcc, gzip, bzip2 and GNU tar');

/** Stage 1's own readers, compiled by the host's compiler: what they make of archives does not depend on that. */
describe.skipIf(!ready)('the unpackers of stage 1', () => {
  const directory = mkdtempSync(join(tmpdir(), 'zilch-unpackers-'));
  const program = join(directory, 'unpack');
  let tree: Tree;

  beforeAll(() => {
    const source = fileURLToPath(new URL('unpack.c', import.meta.url));
    execFileSync('gcc', ['-w', '-O1', '-std=gnu99', '-fno-builtin', '-o', program, source]);
    tree = new Tree();
  });
  afterAll(() => {
    tree.close();
    rmSync(directory, { recursive: true });
  });

  const run = (action: string, bytes: Buffer, ...rest: readonly string[]): SpawnSyncReturns<Buffer> => {
    writeFileSync(join(directory, 'input'), bytes);
    return spawnSync(program, [action, join(directory, 'input'), ...rest], { maxBuffer: 1 << 28 });
  };

  /** The content, or undefined if it was refused with a message. Anything else, as dying by a signal, fails the test. */
  const unpacked = (action: string, bytes: Buffer): Buffer | undefined => {
    const { status, stdout, stderr } = run(action, bytes);
    if (status === 0) return stdout;
    expect(status).toBe(1);
    expect(stderr.toString()).toMatch(/^stage1: /);
    expect(stdout.length).toBe(0);
    return undefined;
  };

  for (const format of ['gzip', 'bzip2'] as const) {
    const action = format === 'gzip' ? 'gunzip' : 'bunzip2';

    it(`reads all of a ${format} file, or refuses it`, () => {
      for (const { name, bytes, content } of [...packedFiles(format), ...(format === 'gzip' ? gzipHeaders() : [])])
        expect(unpacked(action, bytes)?.equals(content ?? Buffer.alloc(0)), name).toBe(content && true);
    });

    it(`never takes a damaged ${format} file for another`, () => {
      const changed = flips(pack(format, CONTENT), 140).map((bytes) => unpacked(action, bytes));
      for (const content of changed) if (content) expect(content.equals(CONTENT)).toBe(true);
      expect(changed.filter((content) => content === undefined).length).toBeGreaterThan(170);
    });
  }

  it('refuses flags of gzip that mean nothing yet, and a wrong checksum of a header', () => {
    expect(unpacked('gunzip', flip(pack('gzip', CONTENT), 3, 0x80))).toBeUndefined();
    const sum = gzipHeaders().find(({ name }) => name === 'a checksum of the header')!.bytes;
    expect(unpacked('gunzip', flip(sum, 10))).toBeUndefined();
  });

  /** The files of a tarball by name, or the message it is refused with. */
  const untarred = (bytes: Buffer): ReadonlyMap<string, Buffer> | string => {
    const into = join(directory, 'tree');
    rmSync(into, { recursive: true, force: true });
    mkdirSync(into);
    const { status, stderr } = run('untar', bytes, into);
    if (status !== 0) {
      expect(status).toBe(1);
      return stderr.toString();
    }
    const names = readdirSync(into, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    return new Map(
      names.map((entry) => [join(entry.parentPath, entry.name).slice(into.length + 1), readFileSync(join(entry.parentPath, entry.name))]),
    );
  };

  it('reads tarballs of GNU tar and of ustar', () => {
    const short = `--exclude=top/inner/${'long'.repeat(40)}`;
    const all = untarred(tree.tar('--format=gnu', 'top'));
    expect(all).toEqual(
      new Map([
        ['top/file', Buffer.from('file\n')],
        ['top/inner/zero', Buffer.alloc(0)],
        [`top/inner/${'long'.repeat(40)}`, CONTENT],
        ['top/inner/program', Buffer.from('#!/bin/sh\n')],
      ]),
    );
    for (const format of ['gnu', 'ustar', 'v7'])
      expect([...(untarred(tree.tar(`--format=${format}`, short, 'top')) as ReadonlyMap<string, Buffer>).keys()].sort()).toEqual([
        'top/file',
        'top/inner/program',
        'top/inner/zero',
      ]);
  });

  it('takes a pax header for all files that is a comment, and no other', () => {
    const file = tarMember('file', 'content');
    const global = (text: string): Buffer => Buffer.concat([tarMember('pax_global_header', text, 'g'), file, TAR_END]);
    const comment = paxRecord('comment=0123456789abcdef');
    expect(untarred(global(comment))).toEqual(new Map([['file', Buffer.from('content')]]));
    for (const text of [
      paxRecord('path=other'),
      comment + paxRecord('size=1'),
      '0 comment=\n',
      '9 comment=',
      '99999999999999999999 comment=x\n',
      'x',
    ])
      expect(untarred(global(text)), text).toMatch(/no comment/);
  });

  it('refuses what it would not get right', () => {
    const file = tarMember('file', 'content');
    const refused = (message: RegExp, ...parts: readonly Buffer[]): void => expect(untarred(Buffer.concat(parts))).toMatch(message);
    refused(/neither file nor folder/, tarMember('PaxHeaders/file', paxRecord('mtime=1.5'), 'x'), file, TAR_END);
    refused(/neither file nor folder/, tarMember('sparse', 'content', 'S'), TAR_END);
    for (const type of ['1', '2', '3', '6', 'K', 'V', 'Z']) refused(/neither file nor folder/, tarMember('a', '', type), TAR_END);
    refused(/no end mark/, file);
    refused(/no end mark/);
    refused(/no end mark/, file, Buffer.alloc(511));
    refused(/damaged/, flip(file, 3), TAR_END);
    refused(/damaged/, file.subarray(0, 512));
    refused(
      /not octal/,
      tarMember('a', '', '0', (header) => header.write('9', 130)),
      TAR_END,
    );
    refused(
      /not octal/,
      tarMember('a', '', '0', (header) => (header[124] = 0x80)),
      TAR_END,
    );
    for (const name of ['../outside', 'a/../../outside', '..', 'a/..', 'a//../b']) refused(/leads outside/, tarMember(name, 'x'), TAR_END);
    expect(existsSync(join(directory, 'outside'))).toBe(false);
  });

  it('takes names that only look as if they led outside', () => {
    const names = ['..a', 'a..', 'b/..c', 'b/...'];
    const members = names.map((name) => tarMember(name, 'x'));
    expect([...(untarred(Buffer.concat([...members, TAR_END])) as ReadonlyMap<string, Buffer>).keys()].sort()).toEqual([...names].sort());
  });
});
