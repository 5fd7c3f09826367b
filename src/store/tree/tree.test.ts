import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
  linkSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { anyTree, cut, directory, file, makeTree, narOf, symlink, type Tree } from '../../../test/support/tree.js';
import { makeTextPath, sha256, storePathHash } from '../../formats/index.js';
import { unwrap, type Result } from '../../result.js';
import { dumpTree, hashTree, hashTreeModulo, removeTree, restoreTree, rewriteTree, scanTree, streamTree } from './index.js';

/** On a disk, removing a deep tree takes seconds. */
const MEMORY = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

let work: string;
beforeEach(() => {
  work = mkdtempSync(join(MEMORY, 'zilch-tree-'));
});
afterEach(async () => {
  unwrap(await removeTree(work));
});

const SMALL: Tree = directory({
  bin: directory({ sh: file('#!/bin/ash\n', true) }),
  empty: directory(),
  link: symlink('../bin/sh'),
  text: file('1234567'),
});

async function dump(path: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const size = unwrap(await dumpTree(path, (chunk) => chunks.push(Buffer.from(chunk))));
  const nar = Buffer.concat(chunks);
  expect(size).toBe(nar.length);
  return nar;
}

function codeOf(result: Result<unknown>): string {
  return result.ok ? 'ok' : result.failure.code;
}

describe('a tree', () => {
  test('is dumped as its NAR and restored from it, whatever bytes are in its names', async () => {
    let count = 0;
    await fc.assert(
      fc.asyncProperty(anyTree, fc.array(fc.nat(), { maxLength: 5 }), async (tree, places) => {
        const path = join(work, String(count++));
        makeTree(tree, path);
        const nar = await dump(path);
        expect(nar.equals(narOf(tree))).toBe(true);
        expect(unwrap(await hashTree(path))).toEqual({ narHash: sha256(nar), narSize: nar.length });
        unwrap(await restoreTree(cut(nar, places), `${path}.restored`));
        expect((await dump(`${path}.restored`)).equals(nar)).toBe(true);
      }),
    );
  });

  test('has one NAR, whatever its files are: larger than any buffer or empty', async () => {
    const large = Buffer.alloc(1_000_003, 'zilch ');
    makeTree(directory({ large: file(large), none: file('') }), join(work, 'x'));
    const nar = await dump(join(work, 'x'));
    expect(nar.equals(narOf(directory({ large: file(large), none: file('') })))).toBe(true);
    unwrap(await restoreTree(streamTree(join(work, 'x')), join(work, 'y')));
    expect(readFileSync(join(work, 'y/large')).equals(large)).toBe(true);
  });

  test('can be nested deeper than the stack is', { timeout: 60_000 }, async () => {
    const path = join(work, 'deep');
    mkdirSync(path + '/d'.repeat(1500), { recursive: true });
    const nar = await dump(path);
    unwrap(await restoreTree([nar], join(work, 'back')));
    expect(unwrap(await hashTree(join(work, 'back'))).narHash).toBe(sha256(nar));
    expect(unwrap(await rewriteTree(path, new Map([['dd', 'ee']])))).toEqual({ files: 0, symlinks: 0, names: 0 });
  });

  test('lets the event loop turn while it is hashed', async () => {
    makeTree(directory({ zeros: file(Buffer.alloc(200 << 20)) }), join(work, 'x'));
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    unwrap(await hashTree(join(work, 'x')));
    clearInterval(timer);
    expect(turns).toBeGreaterThan(2);
  });
});

describe('dumping', () => {
  test('refuses what a store cannot hold', async () => {
    mkdirSync(join(work, 'x'));
    execFileSync('mkfifo', [join(work, 'x/pipe')]);
    const result = await hashTree(join(work, 'x'));
    expect(codeOf(result)).toBe('E_FILE_TYPE');
    expect(result.ok ? '' : result.failure.message).toContain(join(work, 'x/pipe'));
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(join(work, 'socket'), resolve));
    expect(codeOf(await hashTree(join(work, 'socket')))).toBe('E_FILE_TYPE');
    await new Promise((resolve) => server.close(resolve));
  });

  test('says which path is missing', async () => {
    const result = await hashTree(join(work, 'nowhere'));
    expect(codeOf(result)).toBe('E_NOT_FOUND');
    expect(result.ok ? '' : result.failure.message).toContain('nowhere');
  });

  test('lets bugs of the sink through', async () => {
    makeTree(file('x'), join(work, 'x'));
    await expect(
      dumpTree(join(work, 'x'), () => {
        throw new TypeError('a bug');
      }),
    ).rejects.toThrow('a bug');
  });

  test('takes the executable bit from the owner alone', async () => {
    makeTree(file('x'), join(work, 'x'));
    chmodSync(join(work, 'x'), 0o655);
    expect((await dump(join(work, 'x'))).equals(narOf(file('x')))).toBe(true);
    chmodSync(join(work, 'x'), 0o744);
    expect((await dump(join(work, 'x'))).equals(narOf(file('x', true)))).toBe(true);
  });
});

describe('restoring', () => {
  test('leaves nothing behind when the archive is cut off or damaged', async () => {
    const nar = narOf(SMALL);
    for (let length = 0; length < nar.length; length += 40) {
      expect(codeOf(await restoreTree([nar.subarray(0, length)], join(work, 'x')))).toBe('E_NAR');
      expect(existsSync(join(work, 'x'))).toBe(false);
    }
  });

  test('leaves nothing behind when its source breaks', async () => {
    const nar = narOf(SMALL);
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield nar.subarray(0, 200);
      await Promise.reject(new Error('connection lost'));
    }
    await expect(restoreTree(broken(), join(work, 'x'))).rejects.toThrow('connection lost');
    expect(readdirSync(work)).toEqual([]);
  });

  test('touches nothing that exists', async () => {
    writeFileSync(join(work, 'x'), 'mine');
    expect(codeOf(await restoreTree([narOf(SMALL)], join(work, 'x')))).toBe('E_EXISTS');
    expect(readFileSync(join(work, 'x'), 'utf8')).toBe('mine');
    symlinkSync('/nowhere', join(work, 'dangling'));
    expect(codeOf(await restoreTree([narOf(file('x'))], join(work, 'dangling')))).toBe('E_EXISTS');
    expect(existsSync('/nowhere')).toBe(false);
  });

  test('does not write through a symlink that the archive makes itself', async () => {
    mkdirSync(join(work, 'outside'));
    const target = join(work, 'outside');
    // Written by hand, because our writer would refuse it.
    const evil = [directory({ a: symlink(target) }), directory({ a: directory({ evil: file('x') }) })].map((tree) => narOf(tree).toString('latin1'));
    const spliced = `${evil[0]!.slice(0, -16)}${evil[1]!.slice(evil[1]!.indexOf('entry') - 8)}`;
    expect(codeOf(await restoreTree([Buffer.from(spliced, 'latin1')], join(work, 'x')))).toBe('E_NAR');
    expect(readdirSync(target)).toEqual([]);
    expect(existsSync(join(work, 'x'))).toBe(false);
  });

  test('makes executables executable and all else not', async () => {
    unwrap(await restoreTree([narOf(SMALL)], join(work, 'x')));
    expect(lstatSync(join(work, 'x/bin/sh')).mode & 0o111).not.toBe(0);
    expect(lstatSync(join(work, 'x/text')).mode & 0o111).toBe(0);
    expect(readlinkSync(join(work, 'x/link'))).toBe('../bin/sh');
  });

  test('fails on a full disk with a hint, and cleans up', async ({ skip }) => {
    const mounted = join(work, 'small');
    mkdirSync(mounted);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', mounted], { stdio: 'pipe' });
    } catch {
      skip('mounting a small tmpfs needs root');
    }
    try {
      const result = await restoreTree([narOf(directory({ big: file(Buffer.alloc(1 << 20)) }))], join(mounted, 'x'));
      expect(codeOf(result)).toBe('E_DISK_FULL');
      expect(result.ok ? '' : result.failure.hint).toContain('disk is full');
      expect(readdirSync(mounted)).toEqual([]);
    } finally {
      execFileSync('umount', [mounted]);
    }
  });
});

describe('removing', () => {
  test('takes away read-only directories, pipes and links, but not what links point at', async () => {
    makeTree(directory({ a: directory({ b: file('x') }), l: symlink(join(work, 'kept')) }), join(work, 'x'));
    mkdirSync(join(work, 'kept'));
    writeFileSync(join(work, 'kept/file'), '');
    execFileSync('mkfifo', [join(work, 'x/pipe')]);
    execFileSync('chmod', ['-R', 'a-rwx', join(work, 'x')]);
    unwrap(await removeTree(join(work, 'x')));
    expect(readdirSync(work)).toEqual(['kept']);
    expect(readdirSync(join(work, 'kept'))).toEqual(['file']);
    expect(lstatSync(join(work, 'kept')).mode & 0o777).toBe(0o755);
  });

  test('minds nothing that an earlier one left when it was killed', async () => {
    const nest = `const fs = require('fs'); process.chdir(process.argv[1]);
      for (let n = 0; n < 20; n++) { fs.mkdirSync('+'.repeat(200)); process.chdir('+'.repeat(200)); }`;
    // The walk reaches it only after the deep part.
    mkdirSync(join(work, 'x/.deep-0/something'), { recursive: true });
    execFileSync(process.execPath, ['-e', nest, join(work, 'x')]);
    unwrap(await removeTree(join(work, 'x')));
    expect(readdirSync(work)).toEqual([]);
  });

  test('is content when there is nothing', async () => {
    expect(codeOf(await removeTree(join(work, 'nowhere')))).toBe('ok');
  });

  test('reaches what a builder nested deeper than a path can be long, and says how much it freed', async () => {
    const nest = `const fs = require('fs'); process.chdir(process.argv[1]);
      for (let n = 0; n < 60; n++) { fs.mkdirSync('d'.repeat(200)); process.chdir('d'.repeat(200)); }
      fs.writeFileSync('file', Buffer.alloc(5000));`;
    mkdirSync(join(work, 'x'));
    execFileSync(process.execPath, ['-e', nest, join(work, 'x')]);
    expect(unwrap(await removeTree(join(work, 'x')))).toBeGreaterThanOrEqual(5000);
    expect(readdirSync(work)).toEqual([]);
  });
});

describe('the hashes of store paths in a tree', () => {
  const [self, other, final] = ['self', 'other', 'final'].map((name) => makeTextPath(name, name, []));
  const SELF = storePathHash(self!);
  const OTHER = storePathHash(other!);
  const FINAL = storePathHash(final!);
  const REWRITES = new Map([
    [SELF, FINAL],
    [OTHER, '1'.repeat(32)],
  ]);

  function treeNaming(selfHash: string, otherHash: string): Tree {
    // Also across the border of two buffers.
    const padding = Buffer.alloc((256 << 10) - 15, '.');
    return directory({
      [`name-${selfHash}`]: directory({ [otherHash]: file('x') }),
      file: file(`${selfHash}-x ${otherHash}`, true),
      large: file(Buffer.concat([padding, Buffer.from(selfHash), padding, Buffer.from(otherHash)])),
      link: symlink(`/nix/store/${selfHash}-self/bin`),
      plain: file('nothing'),
    });
  }

  test('are found in files, names and symlinks', async () => {
    makeTree(treeNaming(SELF, OTHER), join(work, 'x'));
    const scan = unwrap(await scanTree(join(work, 'x'), [self!, other!, final!]));
    expect(scan.references).toEqual([self, other].sort());
    expect(scan).toMatchObject(unwrap(await hashTree(join(work, 'x'))));
    makeTree(directory({ l: symlink(SELF) }), join(work, 'y'));
    expect(unwrap(await scanTree(join(work, 'y'), [self!, other!])).references).toEqual([self]);
  });

  test('are rewritten in place, also in a canonical tree, and modes are kept', async () => {
    makeTree(treeNaming(SELF, OTHER), join(work, 'x'));
    execFileSync('chmod', ['-R', 'a-w', join(work, 'x')]);
    const before = lstatSync(join(work, 'x/file')).mode;
    expect(unwrap(await rewriteTree(join(work, 'x'), REWRITES))).toEqual({ files: 2, symlinks: 1, names: 2 });
    expect((await dump(join(work, 'x'))).equals(narOf(treeNaming(FINAL, '1'.repeat(32))))).toBe(true);
    expect(lstatSync(join(work, 'x/file')).mode).toBe(before);
    expect(lstatSync(join(work, 'x')).mode & 0o222).toBe(0);
  });

  test('are rewritten in a tree that is only a symlink', async () => {
    makeTree(symlink(`/nix/store/${SELF}-self`), join(work, 'x'));
    expect(unwrap(await rewriteTree(join(work, 'x'), REWRITES)).symlinks).toBe(1);
    expect(readlinkSync(join(work, 'x'))).toBe(`/nix/store/${FINAL}-self`);
  });

  test('are rewritten once in a file that has two names', async () => {
    makeTree(directory({ a: file(`${SELF} ${OTHER}`) }), join(work, 'x'));
    linkSync(join(work, 'x/a'), join(work, 'x/b'));
    expect(unwrap(await rewriteTree(join(work, 'x'), REWRITES)).files).toBe(1);
    expect(readFileSync(join(work, 'x/b'), 'utf8')).toBe(`${FINAL} ${'1'.repeat(32)}`);
  });

  test('do not overwrite a file that has the new name already', async () => {
    makeTree(directory({ [SELF]: file('a'), [FINAL]: file('b') }), join(work, 'x'));
    expect(codeOf(await rewriteTree(join(work, 'x'), REWRITES))).toBe('E_EXISTS');
    expect(readdirSync(join(work, 'x')).sort()).toEqual([SELF, FINAL].sort());
  });

  test('make a hash that is the same before and after the tree gets its path', async () => {
    makeTree(treeNaming(SELF, '1'.repeat(32)), join(work, 'x'));
    const before = unwrap(await hashTreeModulo(join(work, 'x'), self!));
    unwrap(await rewriteTree(join(work, 'x'), REWRITES));
    expect(unwrap(await hashTreeModulo(join(work, 'x'), final!))).toEqual(before);
    makeTree(directory({ plain: file('x') }), join(work, 'z'));
    expect(unwrap(await hashTreeModulo(join(work, 'z'), self!)).hex).toBe(unwrap(await hashTree(join(work, 'z'))).narHash);
  });

  test('are rewritten in a file that only its owner can read', async () => {
    makeTree(file(SELF), join(work, 'x'));
    chmodSync(join(work, 'x'), 0o400);
    unwrap(await rewriteTree(join(work, 'x'), REWRITES));
    expect(lstatSync(join(work, 'x')).mode & 0o777).toBe(0o400);
  });
});
