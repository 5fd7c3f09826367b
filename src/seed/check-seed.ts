import { open, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { attemptAsync } from '../store/index.js';
import { fail, ok, type Result } from '../result.js';
import { checkStaticProgram, ELF_HEAD_BYTES } from './elf.js';
import { runProgram, type Ended } from './run-program.js';

/** What a program must be and do to be the seed. */
export interface CheckedSeed {
  /** What it answers to `-v`, `tcc version 0.9.27 (x86_64 Linux)`. */
  readonly version: string;
}

const ANSWER = 42;
/** It needs as little as stage 1: no headers, no libraries, no libc. A TinyCC from before 2020 starts at `main`. */
const PROBE = `int _start(void) { return ${ANSWER}; }\nint main(void) { return ${ANSWER}; }\n`;

/**
 * Finds out whether a file is a static TinyCC for x86-64 that can compile and run, with clearer messages than a failing
 * build. `directory` is for scratch files. The file is run outside any sandbox.
 */
export async function checkSeed(file: string, directory: string): Promise<Result<CheckedSeed>> {
  const elf = await checkSeedFile(file);
  if (!elf.ok) return elf;

  const asked = await runProgram(file, ['-v'], directory);
  if (!asked.ok) return asked;
  if (asked.value.signal !== undefined) return crashed(file, '-v', asked.value);
  const version = asked.value.output.split('\n')[0] ?? '';
  if (!version.startsWith('tcc version ')) {
    return fail('E_SEED_NOT_TCC', `the seed ${file} is not a TinyCC: it answers "${version.slice(0, 60)}" to -v`, 'use any recent static tcc');
  }

  const probe = join(directory, 'probe.c');
  const written = await attemptAsync('write', probe, () => writeFile(probe, PROBE));
  if (!written.ok) return written;
  const args = ['-nostdinc', '-nostdlib', '-run', probe];
  const ran = await runProgram(file, args, directory);
  await rm(probe, { force: true });
  if (!ran.ok) return ran;
  if (ran.value.signal !== undefined) return crashed(file, args.join(' '), ran.value);
  if (ran.value.status !== ANSWER) {
    const said = ran.value.output.trim().split('\n')[0] ?? '';
    return fail(
      'E_SEED_RUN',
      `the seed ${file} cannot compile and run a two-line program (status ${ran.value.status ?? 'unknown'}${said === '' ? '' : `: ${said}`})`,
      'use a native x86-64 tcc with -run, not a cross compiler',
    );
  }
  return ok({ version });
}

/** Like `checkSeed`, but without running the file. */
export async function checkSeedFile(file: string): Promise<Result<void>> {
  const head = await attemptAsync('read the seed', file, () => readHead(file));
  return head.ok ? checkStaticProgram(head.value, file) : head;
}

async function readHead(file: string): Promise<Buffer> {
  const handle = await open(file, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(ELF_HEAD_BYTES), 0, ELF_HEAD_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

function crashed(file: string, args: string, { signal }: Ended): Result<never> {
  const how = signal === 'SIGKILL' ? 'hangs' : `dies of ${signal ?? 'a signal'}`;
  return fail('E_SEED_CRASH', `the seed ${file} ${how} when called with ${args}`, 'try another tcc; without --seed, one is built from source');
}
