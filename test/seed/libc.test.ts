/** The libc that the ladder's TinyCC is linked with, compared with the host's. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tempDirectory } from '../support/store.js';
import { CHECKOUT } from '../cli/rig.js';
import { folderToClimb } from './folder.js';

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

/** Compiles the check with the libc by the compiler that the ladder makes. */
function compileByLadder(directory: string): void {
  const folder = folderToClimb(directory);
  const [first] = readFileSync(join(folder, 'climb.script'), 'utf8').split('# That makes a program that unpacks');
  execFileSync('sh', ['-e'], { cwd: folder, input: first });
  execFileSync(join(folder, 'seed-cc'), ['-I', join(LIBC, 'include'), '-o', join(directory, 'ours'), CHECK, ...UNITS]);
}

/** Runs both programs from the same numbers, and compares what they print. */
function compare(directory: string): void {
  execFileSync('gcc', ['-w', '-O1', '-fno-builtin', '-o', 'theirs', CHECK, '-lm'], { cwd: directory });
  for (const seed of [1, 2, Date.now() % 1_000_000]) {
    const ours = outputOf(join(directory, 'ours'), seed, directory).split('\n');
    const theirs = outputOf(join(directory, 'theirs'), seed, directory).split('\n');
    expect(ours.length, `begun from ${seed}`).toBe(theirs.length);
    expect(ours.length).toBeGreaterThan(ROUNDS * 8);
    const different = ours.flatMap((line, at) => (line === theirs[at] ? [] : [[line, theirs[at]]]));
    expect(different, `begun from ${seed}`).toEqual([]);
  }
}

function outputOf(program: string, seed: number, cwd: string): string {
  const ran = spawnSync(program, [String(ROUNDS), String(seed)], { cwd, encoding: 'latin1', maxBuffer: 1 << 28 });
  expect(ran.status, ran.stderr).toBe(3);
  return ran.stdout;
}

describe("the seed's libc reads, prints, sorts and copies as the host's does", () => {
  it.each(COMPILERS)('when %s compiled it', (compiler, ...args) => {
    if (spawnSync(compiler, ['--version']).status !== 0) {
      console.log(`skipped: ${compiler} is not installed`);
      return;
    }
    const directory = tempDirectory();
    const units = [CHECK, ...UNITS, join(HERE, 'builtins.c')];
    execFileSync(compiler, ['-w', '-static', ...args, ...INCLUDES, '-o', 'ours', ...units], { cwd: directory });
    compare(directory);
  });

  it("when the ladder's own compiler compiled it", () => {
    const directory = tempDirectory();
    compileByLadder(directory);
    compare(directory);
  });
});
