import { execFileSync } from 'node:child_process';
import { accessSync, chmodSync, constants, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { packagePrelude } from './prelude.ts';

// By the shell of this machine, which need not be ash.
const functions = packagePrelude.parts
  .map((part) => (typeof part === 'string' ? part : ''))
  .join('')
  .replace(/^SHELL=.*$|^export SHELL.*$/gm, '');
let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'zilch-prelude-'));
});
const run = (script: string): string =>
  execFileSync('/bin/sh', ['-euc', `${functions}\n${script}`], { cwd: directory, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
const path = (name: string): string => join(directory, name);

describe('what scripts of packages begin with', () => {
  it('takes a folder, and what it takes can be written to', () => {
    mkdirSync(path('given'));
    writeFileSync(path('given/file'), 'text');
    chmodSync(path('given/file'), 0o444);
    run('take given taken');
    expect(readFileSync(path('taken/file'), 'utf8')).toBe('text');
    expect(() => {
      accessSync(path('taken/file'), constants.W_OK);
    }).not.toThrow();
  });

  it.each(['gz', 'bz2', 'xz'])('takes a tarball of %s without its top folder, or some of it', (kind) => {
    mkdirSync(path('top/some'), { recursive: true });
    writeFileSync(path('top/some/file'), 'text');
    writeFileSync(path('top/other'), '');
    run(`tar -caf it.tar.${kind} top; take "$PWD/it.tar.${kind}" all; take "$PWD/it.tar.${kind}" part top/some`);
    expect(run('cat all/some/file; ls all part').split('\n').filter(Boolean)).toEqual(['textall:', 'other', 'some', 'part:', 'some']);
  });

  it('finds traces of the folder of the build, and nothing else', () => {
    mkdirSync(path('out'));
    writeFileSync(path('out/clean'), 'see /build/ and build/source/');
    run('no_trace out');
    writeFileSync(path('out/library.a'), `\0${directory}/source/file.c\0`);
    expect(() => run('no_trace out')).toThrow(/in which folder they were built/);
  });

  it('strips programs, and leaves scripts and libraries alone', () => {
    mkdirSync(path('bin'));
    writeFileSync(path('bin/program'), '\x7fELF and so on', { mode: 0o555 });
    writeFileSync(path('bin/script'), '#!/bin/sh\n', { mode: 0o755 });
    writeFileSync(path('bin/library.a'), '!<arch>\n', { mode: 0o644 });
    expect(run('strip() { echo "strip $1"; }\nstrip_programs bin')).toBe('strip bin/program\n');
  });
});
