/** The libc that the ladder's TinyCC is linked with, compared with the host's. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tempDirectory } from '../support/store.js';
import { CHECKOUT } from '../cli/rig.js';

const LIBC = join(CHECKOUT, 'bootstrap/0-seed/4-tinycc');
const HERE = join(CHECKOUT, 'test/seed');
const CHECK = join(HERE, 'libc-check.c');

/** The libc's files and, in C of its own, what the ladder's compiler has built in. */
const UNITS = [...readdirSync(join(LIBC, 'libc'), { encoding: 'utf8' })]
  .filter((name) => name.endsWith('.c'))
  .map((name) => join(LIBC, 'libc', name));
const INCLUDES = ['-nostdlib', '-nostdinc', `-I${LIBC}/include`, '-include', join(HERE, 'builtins.h')];

/** Host compilers that can compile it, for there is nothing in it that only one could. */
const COMPILERS: readonly (readonly [compiler: string, ...args: readonly string[]])[] = [
  ['gcc', '-O2', '-fno-strict-aliasing', '-ffreestanding', '-fno-tree-loop-distribute-patterns', '-fno-stack-protector', '-fno-pie', '-no-pie'],
  ['clang', '-O2', '-fno-strict-aliasing', '-ffreestanding', '-fno-stack-protector', '-fno-pie', '-no-pie'],
];

const ROUNDS = 3000;

function outputOf(program: string, seed: number, cwd: string): string {
  const ran = spawnSync(program, [String(ROUNDS), String(seed)], { cwd, encoding: 'latin1', maxBuffer: 1 << 28 });
  expect(ran.status, ran.stderr).toBe(3);
  return ran.stdout;
}

describe.each(COMPILERS)("the seed's libc, compiled by %s", (compiler, ...args) => {
  const installed = spawnSync(compiler, ['--version']).status === 0;
  if (!installed) console.log(`skipped: ${compiler} is not installed`);

  it.skipIf(!installed)("reads, prints, sorts and copies as the host's does", () => {
    const directory = tempDirectory();
    execFileSync('gcc', ['-w', '-O1', '-fno-builtin', '-o', 'theirs', CHECK, '-lm'], { cwd: directory });
    execFileSync(compiler, ['-w', '-static', ...args, ...INCLUDES, '-o', 'ours', CHECK, ...UNITS, join(HERE, 'builtins.c')], { cwd: directory });
    for (const seed of [1, 2, Date.now() % 1_000_000]) {
      const ours = outputOf(join(directory, 'ours'), seed, directory).split('\n');
      const theirs = outputOf(join(directory, 'theirs'), seed, directory).split('\n');
      expect(ours.length, `begun from ${seed}`).toBe(theirs.length);
      expect(ours.length).toBeGreaterThan(ROUNDS * 8);
      expect(
        ours.flatMap((line, at) => (line === theirs[at] ? [] : [[line, theirs[at]]])),
        `begun from ${seed}`,
      ).toEqual([]);
    }
  });
});
