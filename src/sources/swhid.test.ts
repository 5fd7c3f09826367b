import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { codeOf, tempDirectory } from '../../test/support/store.js';
import { unwrap } from '../result.js';
import { swhidOf, swhidOfTarball } from './index.js';

/** A tree with all that git tells apart; names whose order depends on what is a directory. */
function sampleTree(): string {
  const tree = join(tempDirectory(), 'tree');
  mkdirSync(join(tree, 'a/below'), { recursive: true });
  mkdirSync(join(tree, 'ab'));
  writeFileSync(join(tree, 'a/below/file'), 'contents\n');
  writeFileSync(join(tree, 'a.c'), 'a file whose name sorts before the directory a\n');
  writeFileSync(join(tree, 'a0'), 'and one that sorts behind it\n');
  writeFileSync(join(tree, 'ab/run'), '#!/bin/sh\n');
  chmodSync(join(tree, 'ab/run'), 0o755);
  writeFileSync(Buffer.concat([Buffer.from(`${tree}/`), Buffer.from([0xff, 0x80])]), '');
  symlinkSync('a/below', join(tree, 'link'));
  return tree;
}

function git(directory: string, ...args: readonly string[]): string {
  return execFileSync('git', args, { cwd: directory, encoding: 'utf8', stdio: 'pipe' }).trim();
}

test('the identifiers of a tree and of a file are what git hashes them to', () => {
  const tree = sampleTree();
  const ours = unwrap(swhidOf(tree));
  git(tree, 'init', '-q');
  git(tree, 'add', '-A');
  expect(ours).toBe(`swh:1:dir:${git(tree, 'write-tree')}`);
  expect(unwrap(swhidOf(join(tree, 'a.c')))).toBe(`swh:1:cnt:${git(tree, 'hash-object', 'a.c')}`);
});

test('an empty file and an empty directory have the identifiers that the standard names', () => {
  const directory = tempDirectory();
  expect(unwrap(swhidOf(directory))).toBe('swh:1:dir:4b825dc642cb6eb9a060e54bf8d69288fbee4904');
  writeFileSync(join(directory, 'empty'), '');
  expect(unwrap(swhidOf(join(directory, 'empty')))).toBe('swh:1:cnt:e69de29bb2d1d6434b8b29ae775ad8c2e48c5391');
});

test('a tarball’s tree is that of its one folder, however it is packed', async () => {
  const tree = sampleTree();
  const directory = tempDirectory();
  for (const [name, option] of [
    ['tree.tar', '-c'],
    ['tree.tar.gz', '-cz'],
    ['tree.tar.xz', '-cJ'],
  ] as const) {
    execFileSync('tar', [option, '-f', join(directory, name), '-C', join(tree, '..'), 'tree']);
    expect(unwrap(await swhidOfTarball(join(directory, name)))).toBe(unwrap(swhidOf(tree)));
  }
  execFileSync('tar', ['-cf', join(directory, 'flat.tar'), '-C', tree, '.']);
  expect(unwrap(await swhidOfTarball(join(directory, 'flat.tar')))).toBe(unwrap(swhidOf(tree)));
  writeFileSync(join(directory, 'none.tar'), 'this is no tarball');
  expect(codeOf(await swhidOfTarball(join(directory, 'none.tar')))).toBe('E_PROGRAM');
});
