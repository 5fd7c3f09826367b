import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkSeed } from './check-seed.js';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'zilch-seed-'));
});
afterAll(() => rm(directory, { recursive: true }));

/** A program that answers -v like a TinyCC, but does something else when it should compile and run. */
const pretender = (instead: string): string => `
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
int main(int argc, char **argv)
{
    if (argc == 2 && !strcmp(argv[1], "-v"))
        return puts("tcc version 0.9.27 (x86_64 Linux)") < 0;
    ${instead}
}
`;

async function compile(program: string, flags: readonly string[] = ['-static']): Promise<string> {
  const file = join(directory, `program-${Math.random().toString(36).slice(2)}`);
  await writeFile(`${file}.c`, program);
  execFileSync('gcc', [...flags, '-o', file, `${file}.c`]);
  return file;
}

async function codeFor(file: string): Promise<string> {
  const checked = await checkSeed(file, directory);
  return checked.ok ? 'good' : checked.failure.code;
}

describe('a seed', () => {
  it('is good when it compiles and runs a program', async () => {
    const file = await compile(pretender('return 42;'));
    expect(await checkSeed(file, directory)).toEqual({ ok: true, value: { version: 'tcc version 0.9.27 (x86_64 Linux)' } });
  });

  it('must exist', async () => {
    expect(await codeFor(join(directory, 'nothing'))).toBe('E_NOT_FOUND');
  });

  it('must be a program, not a script or a few bytes', async () => {
    const script = join(directory, 'script');
    await writeFile(script, '#!/bin/sh\necho tcc version\n');
    await chmod(script, 0o755);
    expect(await codeFor(script)).toBe('E_SEED_NOT_ELF');
    await writeFile(script, '\u007fELF');
    expect(await codeFor(script)).toBe('E_SEED_NOT_ELF');
  });

  it('must be for this kind of machine', async () => {
    const object = join(directory, 'arm');
    const head = Buffer.alloc(64);
    head.write('\u007fELF\u0002\u0001\u0001', 'latin1');
    head.writeUInt16LE(183, 18);
    await writeFile(object, head);
    expect(await codeFor(object)).toBe('E_SEED_MACHINE');
  });

  it('must be linked statically', async () => {
    expect(await codeFor(await compile(pretender('return 42;'), []))).toBe('E_SEED_DYNAMIC');
  });

  it('must be executable', async () => {
    const file = await compile(pretender('return 42;'));
    await chmod(file, 0o644);
    expect(await codeFor(file)).toBe('E_PERMISSION');
  });

  it('must be a TinyCC', async () => {
    expect(await codeFor(await compile('int main(void) { return 0; }'))).toBe('E_SEED_NOT_TCC');
  });

  it('must not crash', async () => {
    expect(await codeFor(await compile(pretender('abort();')))).toBe('E_SEED_CRASH');
    expect(await codeFor(await compile('int main(void) { return *(volatile int *)0; }'))).toBe('E_SEED_CRASH');
  });

  it('must be able to compile and run, which a cross compiler cannot', async () => {
    const file = await compile(pretender('fputs("tcc: error: -run is not supported\\n", stderr); return 1;'));
    const checked = await checkSeed(file, directory);
    expect(checked).toMatchObject({ ok: false, failure: { code: 'E_SEED_RUN' } });
    if (!checked.ok) expect(checked.failure.message).toContain('-run is not supported');
  });
});
