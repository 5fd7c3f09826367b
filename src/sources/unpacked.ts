import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fail, type Result } from '../result.js';

/**
 * Unpacks a tarball by the machine's tar, and calls `use` with the directory: that of the tarball's one folder, if there is nothing beside
 * it. Afterwards the directory is deleted. Fails with `E_PROGRAM` if tar cannot unpack it.
 */
export async function withUnpacked<T>(file: string, use: (directory: string) => Result<T> | Promise<Result<T>>): Promise<Result<T>> {
  const directory = mkdtempSync(join(tmpdir(), 'zilch-unpacked-'));
  try {
    const args = ['xpf', file, '-C', directory, '--no-same-owner', '--delay-directory-restore'];
    try {
      await promisify(execFile)('tar', args, { maxBuffer: 1 << 24 });
    } catch (error) {
      return fail('E_PROGRAM', `tar cannot unpack ${file}: ${(error as Error).message.split('\n')[1] ?? (error as Error).message}`);
    }
    const names = readdirSync(directory);
    const [only] = names;
    return await use(names.length === 1 ? join(directory, only!) : directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
