import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { unwrap } from '../result.js';
import { archiveMembers } from './archive.js';
import { diffContents, firstDifferentByte } from './contents.js';
import { diffTrees } from './trees.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'zilch-trees-'));
  for (const side of ['a', 'b']) mkdirSync(join(directory, side));
});
afterEach(() => rmSync(directory, { recursive: true }));

const both = (file: string, a: string | Buffer, b: string | Buffer): void => {
  writeFileSync(join(directory, 'a', file), a);
  writeFileSync(join(directory, 'b', file), b);
};
const diff = async () => unwrap(await diffTrees(join(directory, 'a'), join(directory, 'b')));

/** An archive of one member, in the format of ar(5). */
function ar(name: string, data: string): Buffer {
  const header = `${`${name}/`.padEnd(16)}${'0'.padEnd(12)}${'0'.padEnd(6)}${'0'.padEnd(6)}${'644'.padEnd(8)}${String(data.length).padEnd(10)}\`\n`;
  return Buffer.from(`!<arch>\n${header}${data}${data.length % 2 === 1 ? '\n' : ''}`);
}

describe('the differences of two trees', () => {
  it('are none when they are the same', async () => {
    both('x', 'text\n', 'text\n');
    expect(await diff()).toEqual({ files: [], same: 1, cutOff: false });
  });

  it('are everything that a NAR tells apart, in the order of names', async () => {
    both('contents', 'a\nb\n', 'a\nc\n');
    both('executable', 'x', 'x');
    chmodSync(join(directory, 'b/executable'), 0o755);
    writeFileSync(join(directory, 'a/gone'), '');
    symlinkSync('here', join(directory, 'a/link'));
    symlinkSync('there', join(directory, 'b/link'));
    mkdirSync(join(directory, 'a/type'));
    writeFileSync(join(directory, 'b/type'), '');
    const { files } = await diff();
    expect(files.map(({ file, what }) => [file, what])).toEqual([
      ['contents', 'contents'],
      ['executable', 'executable in the second only'],
      ['gone', 'only in the first'],
      ['link', 'symlinks to here and there'],
      ['type', 'directory and file'],
    ]);
    expect(files[0]?.contents).toMatchObject({
      kind: 'text',
      hunks: [{ lines: [{ sign: ' ' }, { sign: '-', text: 'b' }, { sign: '+', text: 'c' }] }],
    });
  });

  it('are not that a store path names itself', async () => {
    const [first, second] = ['a', 'b'].map((letter) => {
      const path = join(directory, 'nix/store', `${letter.repeat(32)}-same`);
      mkdirSync(path, { recursive: true });
      writeFileSync(join(path, 'file'), `/nix/store/${letter.repeat(32)}-same twice ${letter.repeat(32)}`);
      writeFileSync(join(path, 'other'), `/nix/store/${'c'.repeat(32)}-${letter}`);
      symlinkSync(`/nix/store/${letter.repeat(32)}-same/file`, join(path, 'link'));
      return path;
    });
    expect(unwrap(await diffTrees(first!, second!))).toMatchObject({ files: [{ file: 'other', what: 'contents' }], same: 2 });
    expect(unwrap(await diffTrees(join(first!, 'file'), join(second!, 'file')))).toMatchObject({ files: [], same: 1 });
  });

  it('follow no symlink out of a tree', async () => {
    writeFileSync(join(directory, 'secret'), 'secret');
    for (const side of ['a', 'b']) symlinkSync('../secret', join(directory, side, 'link'));
    expect(await diff()).toEqual({ files: [], same: 1, cutOff: false });
  });
});

describe('the differences of two files', () => {
  it('name the member of an archive that differs', async () => {
    expect(await diffContents(ar('x.o', 'one\n'), ar('x.o', 'two\n'))).toMatchObject({
      kind: 'parts',
      parts: [{ name: 'x.o', what: { kind: 'text' } }],
    });
  });

  it('look into compressed files', async () => {
    expect(await diffContents(gzipSync('one'), gzipSync('two'))).toMatchObject({
      kind: 'parts',
      parts: [{ name: 'uncompressed', what: { kind: 'text' } }],
    });
  });

  it('are bytes when there is no text, from the first that differs on', async () => {
    const a = Buffer.alloc(1000);
    const b = Buffer.from(a);
    b[700] = 1;
    expect(await diffContents(a, b)).toMatchObject({ kind: 'bytes', firstOffset: 700 });
    expect(firstDifferentByte(a, a.subarray(0, 10))).toBe(10);
  });

  it('are bytes when a header lies', async () => {
    const elf = Buffer.alloc(64);
    elf.set([0x7f, 0x45, 0x4c, 0x46, 2, 1]);
    const other = Buffer.from(elf);
    other.fill(0xff, 8);
    expect(await diffContents(elf, other)).toMatchObject({ kind: 'elf', bytes: { kind: 'bytes', firstOffset: 8 } });
    expect(archiveMembers(Buffer.from('!<arch>\nnonsense'))).toBeUndefined();
  });
});
