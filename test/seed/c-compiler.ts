/** The ladder's C compiler, made by other compilers, for tests. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const LADDER = fileURLToPath(new URL('../../bootstrap/0-seed/', import.meta.url));

/** Its files, in the order in which step 2 reads them. */
export const PARTS: readonly string[] = [
  ...['world', 'base', 'lexer', 'macro', 'directive', 'number', 'type', 'declare', 'declarator', 'initialise', 'fold'],
  ...['expression', 'statement', 'emit', 'float', 'generate', 'elf', 'main'],
].map((part) => join(LADDER, '3-cc', `${part}.c`));

/** A C library for test programs, and its headers. */
const LIBC = join(HERE, 'libc');
export const LIBRARY: readonly string[] = [join(LIBC, 'libc.c')];
export const HEADERS: readonly string[] = ['-I', LIBC];

/** Programs in C that print what they find; other compilers must make them print the same. */
export const PROGRAMS = join(HERE, 'c');

/** What S has and C has not: a way into the kernel. */
const PROTOTYPE = 'long syscall(long number, long a, long b, long c);\n';
const SYSCALL = `${PROTOTYPE}long syscall(long n, long a, long b, long c) { return __syscall(n, a, b, c, 0, 0, 0); }\n`;

/** A folder that all tests of a file may use; it is removed behind them. */
export function sharedFolder(): string {
  const directory = mkdtempSync(join(tmpdir(), 'zilch-cc-'));
  afterAll(() => {
    rmSync(directory, { recursive: true, force: true });
  });
  return directory;
}

export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export function run(program: string, args: readonly string[] = [], cwd?: string): Ran {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, encoding: 'latin1', maxBuffer: 1 << 28, timeout: 120_000 });
  return { status, stdout, stderr };
}

/** Runs what must not fail, and gives what it printed. */
export function mustRun(program: string, args: readonly string[] = [], cwd?: string): string {
  const ran = run(program, args, cwd);
  if (ran.status !== 0) throw new Error(`${[program, ...args].join(' ')}\nstatus ${String(ran.status)}\n${ran.stdout}${ran.stderr}`);
  return ran.stdout;
}

export function isInstalled(program: string): boolean {
  return spawnSync(program, ['--version']).status === 0;
}

/** All parts as one text, which is what S is. */
function wholeText(): string {
  return PARTS.map((part) => readFileSync(part, 'latin1')).join('');
}

/** Made by a compiler of the host. Whatever it may be warned of is an error, except parentheses, which S does without. */
export function compilerByHost(host: 'gcc' | 'clang', directory: string, ...options: readonly string[]): string {
  const source = join(directory, 'cc.c');
  const output = join(directory, `cc-${host}`);
  writeFileSync(source, PROTOTYPE + wholeText());
  mustRun(host, ['-std=gnu99', '-funsigned-char', '-O1', '-Wall', '-Werror', '-Wno-parentheses', ...options, '-o', output, source]);
  return output;
}

/** Made by a C compiler of the ladder. */
export function compilerByItself(compiler: string, directory: string, name: string): string {
  const source = join(directory, 'cc.c');
  const library = join(directory, 'syscall.c');
  const output = join(directory, name);
  writeFileSync(source, PROTOTYPE + wholeText());
  writeFileSync(library, SYSCALL);
  mustRun(compiler, ['-funsigned-char', '-o', output, source, library]);
  return output;
}

/** Made by the steps before it, if they are there: the seed, step 1, step 2. */
export function compilerByLadder(directory: string): string | undefined {
  const seed = join(directory, 'seed');
  const step1 = join(LADDER, '1-t/step1.hex');
  const step2 = join(LADDER, '2-s/step2.t');
  if (![join(LADDER, 'seed.hex'), step1, step2].every((file) => existsSync(file))) return undefined;
  const hex = readFileSync(join(LADDER, 'seed.hex'), 'latin1').replaceAll(/#.*/g, '').replaceAll(/\s/g, '');
  writeFileSync(seed, Buffer.from(hex, 'hex'), { mode: 0o755 });
  mustRun(seed, [step1, step2, join(directory, 'step2')]);
  mustRun(join(directory, 'step2'), [...PARTS, join(directory, 'cc-ladder')]);
  return join(directory, 'cc-ladder');
}
