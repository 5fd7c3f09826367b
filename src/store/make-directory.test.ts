import { mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { tempDirectory } from '../../test/support/store.js';
import { makeDirectory } from './make-directory.js';

it('directories are made with those above them, and what is there is left alone', () => {
  const top = tempDirectory();
  makeDirectory(join(top, 'a/b/c'));
  makeDirectory(join(top, 'a/b/c'));
  expect(statSync(join(top, 'a/b/c')).isDirectory()).toBe(true);
  mkdirSync(join(top, 'real'));
  symlinkSync('real', join(top, 'link'));
  makeDirectory(join(top, 'link/below'));
  expect(statSync(join(top, 'real/below')).isDirectory()).toBe(true);
});

it('a directory that cannot be made is an error, and no endless search', () => {
  const top = tempDirectory();
  writeFileSync(join(top, 'file'), '');
  symlinkSync('nowhere/at/all', join(top, 'dangling'));
  expect(() => makeDirectory('/proc/x/y')).toThrow(/ENOENT/);
  expect(() => makeDirectory(join(top, 'file'))).toThrow(/EEXIST/);
  expect(() => makeDirectory(join(top, 'file/below'))).toThrow(/ENOTDIR/);
  expect(() => makeDirectory(join(top, 'dangling'))).toThrow(/EEXIST/);
});
