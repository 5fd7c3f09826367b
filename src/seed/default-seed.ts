import { createHash } from 'node:crypto';
import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fail, ok, type Result } from '../result.js';
import type { Sha256 } from '../formats/index.js';
import { attemptAsync } from '../store/index.js';
import { runProgram } from './run-program.js';

/** The host's C compiler, and what makes it link statically. */
export interface HostCompiler {
  /** `musl-gcc` or `gcc`: the same whatever the machine, so it can be shown. */
  readonly name: string;
  /** Absolute path. */
  readonly path: string;
  readonly libraries: readonly string[];
}

/** musl's wrapper is preferred: its static programs are a third the size. */
const CANDIDATES: readonly Pick<HostCompiler, 'name' | 'libraries'>[] = [
  { name: 'musl-gcc', libraries: [] },
  { name: 'gcc', libraries: ['-lm'] },
  { name: 'clang', libraries: ['-lm'] },
  { name: 'cc', libraries: ['-lm'] },
];

/** TinyCC's own configuration, given by hand: all of it in one file, no dynamic loader, no place of its own. */
const FLAGS = [
  '-static',
  '-O2',
  '-w',
  '-DONE_SOURCE=1',
  '-DTCC_TARGET_X86_64',
  '-DCONFIG_TCC_STATIC',
  '-DTCC_VERSION="0.9.27"',
  '-DCONFIG_TCCDIR="/"',
  // The build directory must not get into the seed: its hash would be another on every machine.
  '-ffile-prefix-map=.=',
];

const COMPILE_TIMEOUT = 300_000;

/** The compiler a default seed would be built with; fails when there is none. */
export function findHostCompiler(path = process.env['PATH'] ?? ''): Result<HostCompiler> {
  for (const candidate of CANDIDATES) {
    for (const directory of path.split(delimiter)) {
      const program = join(directory, candidate.name);
      if (directory !== '' && isExecutable(program)) return ok({ ...candidate, path: program });
    }
  }
  return fail(
    'E_SEED_COMPILER',
    'there is no C compiler to build the seed with',
    'apt-get install gcc libc6-dev; or give a static TinyCC with --seed FILE',
  );
}

/** Where a default seed is kept, by what it is made of and with. */
export function defaultSeedFile(seedsDirectory: string, source: Sha256, compiler: HostCompiler): string {
  const { size, mtimeMs } = statSync(compiler.path);
  const identity = JSON.stringify([source, realpathSync(compiler.path), size, mtimeMs, FLAGS, compiler.libraries]);
  const key = createHash('sha256').update(identity).digest('hex').slice(0, 32);
  return join(seedsDirectory, key, 'tcc');
}

/** Compiles TinyCC's tarball in `scratch`, a fresh directory; gives the program's file. Needs the host's tar and bzip2. */
export async function buildDefaultSeed(tarball: string, compiler: HostCompiler, scratch: string, signal?: AbortSignal): Promise<Result<string>> {
  const unpacked = await step('tar', ['-xjf', tarball], scratch, 'unpack TinyCC', signal);
  if (!unpacked.ok) return unpacked;
  const configured = await attemptAsync('write', join(scratch, 'config.h'), () => writeFile(join(scratch, 'config.h'), ''));
  if (!configured.ok) return configured;
  const compiled = await step(compiler.path, [...FLAGS, '-o', 'seed', 'tcc.c', ...compiler.libraries], scratch, 'compile the seed', signal);
  return compiled.ok ? ok(join(scratch, 'seed')) : compiled;
}

async function step(program: string, args: readonly string[], cwd: string, what: string, signal?: AbortSignal): Promise<Result<void>> {
  const env = { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C' };
  const ran = await runProgram(program, args, cwd, { timeout: COMPILE_TIMEOUT, env, signal });
  if (!ran.ok) return ran;
  if (signal?.aborted === true) return fail('E_CANCELLED', `interrupted while trying to ${what}`);
  if (ran.value.status === 0) return ok(undefined);
  const said = ran.value.output.trim().split('\n').slice(-3).join('; ');
  return fail(
    'E_SEED_BUILD',
    `cannot ${what} with ${program}: ${said}`,
    'apt-get install gcc libc6-dev bzip2; or give a static TinyCC with --seed FILE',
  );
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
