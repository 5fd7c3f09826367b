import { spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the ladder, with a slash at its end. */
export const LADDER = fileURLToPath(new URL('../../bootstrap/0-seed/', import.meta.url));
export const STEP1 = join(LADDER, '1-t/step1.hex');
export const STEP2 = join(LADDER, '2-s/step2.t');

/** What a C compiler must know to take T for C: its one type, its two ways into memory, its one function. */
const T_IS_C = `
#define int long
#define word(p) (*(long *)(p))
#define byte(p) (*(unsigned char *)(p))
static long sys(long n, long a, long b, long c) {
  long r;
  __asm__ volatile("syscall" : "=a"(r) : "a"(n), "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory");
  return r;
}
`;

/** The bytes of the seed's text, which has no labels. */
export function seedBytes(): Buffer {
  const text = readFileSync(join(LADDER, 'seed.hex'), 'latin1').replaceAll(/#.*/g, '').replaceAll(/\s/g, '');
  return Buffer.from(text, 'hex');
}

export interface Ran {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder with the first programs of the ladder, made as a user would make them. */
export class Ladder {
  readonly directory = mkdtempSync(join(tmpdir(), 'zilch-ladder-'));
  readonly seed = this.path('seed');

  constructor() {
    writeFileSync(this.seed, seedBytes());
    chmodSync(this.seed, 0o755);
  }

  path(name: string): string {
    return join(this.directory, name);
  }

  write(name: string, text: string): string {
    writeFileSync(this.path(name), text);
    return this.path(name);
  }

  /** Runs a program in the folder, so that its messages name files as they are given. */
  run(program: string, ...args: readonly string[]): Ran {
    const { status, signal, stdout, stderr }: SpawnSyncReturns<string> = spawnSync(program, args, {
      cwd: this.directory,
      encoding: 'latin1',
      env: program.startsWith('/usr/') ? process.env : {},
      maxBuffer: 1 << 28,
      timeout: 60_000,
    });
    return { status, signal, stdout, stderr };
  }

  /** The compiler of S, made by the seed and step 1. */
  makeStep2(): string {
    this.mustRun(this.seed, STEP1, STEP2, 'step2');
    return this.path('step2');
  }

  /** A program in T as the host's C compiler understands it. */
  compileTAsC(source: string, output: string): string {
    this.write('t-is-c.h', T_IS_C);
    this.mustRun('/usr/bin/gcc', '-w', '-O1', '-fno-builtin', '-include', 't-is-c.h', '-x', 'c', source, '-o', output);
    return this.path(output);
  }

  /** A program in S as the host's C compiler understands it; signed numbers wrap, as they do in S. */
  compileSAsC(source: string, output: string): string {
    this.mustRun('/usr/bin/gcc', '-w', '-O0', '-fwrapv', '-funsigned-char', '-std=gnu99', source, '-o', output);
    return this.path(output);
  }

  mustRun(program: string, ...args: readonly string[]): Ran {
    const ran = this.run(program, ...args);
    if (ran.status !== 0) throw new Error(`${program} ${args.join(' ')}: ${String(ran.status ?? ran.signal)}\n${ran.stdout}${ran.stderr}`);
    return ran;
  }

  close(): void {
    rmSync(this.directory, { recursive: true });
  }
}
