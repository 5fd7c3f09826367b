/** The files of a variation: the tracer, and file systems for build directories. */
import { execFile } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { fail, ok, type Result } from '../result.js';
import { IN_WORKPLACE, type ImageFileSystem, type SandboxVariation } from './variation.js';

const IMAGE_BYTES = 32 * 2 ** 30;

/** Makes the files of a variation in a build's workplace, before it begins. */
export async function furnishVariation(workDir: string, { tracer, fileSystem }: SandboxVariation): Promise<Result<void>> {
  if (tracer !== undefined) {
    // A build user sees only its workplace.
    copyFileSync(tracer.program, join(workDir, IN_WORKPLACE.tracer));
    chmodSync(join(workDir, IN_WORKPLACE.tracer), 0o755);
  }
  if (fileSystem === undefined) return ok(undefined);
  const image = join(workDir, IN_WORKPLACE.image);
  writeFileSync(image, '');
  truncateSync(image, IMAGE_BYTES);
  const made = await attemptProgram(`mkfs.${fileSystem}`, ['-q', image]);
  return made.ok ? made : fail('E_PROGRAM', `cannot make an ${fileSystem} for a build directory: ${made.failure.message}`, made.failure.hint);
}

/** True if file systems of this kind can be made and mounted for builds. */
export function canMount(fileSystem: ImageFileSystem): boolean {
  if (process.geteuid?.() !== 0 || !existsSync('/dev/loop-control')) return false;
  const directories = ['/sbin', '/usr/sbin', ...(process.env['PATH'] ?? '').split(':')];
  const isThere = directories.some((directory) => existsSync(join(directory, `mkfs.${fileSystem}`)));
  return isThere && readFileSync('/proc/filesystems', 'utf8').split(/\s+/).includes(fileSystem);
}

const SOURCE = fileURLToPath(new URL('../../runtime/tracer.c', import.meta.url));
const COMPILERS = ['cc', 'gcc', 'clang', 'tcc'];

/** Compiles the tracer into a directory. Fails with `E_PROGRAM` on a machine without a C compiler. */
export async function makeTracer(directory: string): Promise<Result<string>> {
  const program = join(directory, IN_WORKPLACE.tracer);
  let last = 'there is no C compiler';
  for (const compiler of COMPILERS) {
    const made = await attemptProgram(compiler, ['-o', program, SOURCE]);
    if (made.ok) return ok(program);
    if (!made.failure.message.includes('ENOENT')) last = made.failure.message;
  }
  return fail('E_PROGRAM', `the tracer cannot be compiled: ${last}`, 'apt-get install tcc');
}

async function attemptProgram(program: string, args: readonly string[]): Promise<Result<void>> {
  try {
    await promisify(execFile)(program, args, { env: { PATH: `${process.env['PATH'] ?? ''}:/usr/bin:/bin:/usr/sbin:/sbin`, LC_ALL: 'C' } });
    return ok(undefined);
  } catch (error) {
    return fail('E_PROGRAM', (error as Error).message.trim());
  }
}
