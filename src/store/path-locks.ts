import { join } from 'node:path';
import { STORE_DIR, type StorePath } from '../formats/index.js';
import { err, fail, type Result } from '../result.js';
import { lock, type FileLock, type WaitOptions } from './file-lock.js';
import { ioFailure, isSystemError } from './io-failure.js';
import { hostPathOf, type Layout } from './layout.js';

/** The subject of a lock: a store path (then Nix respects it, too), or another name of letters, digits, `-` and `.`. */
export type LockKey = StorePath | (string & {});

/**
 * Holds the locks of all `keys` while `body` runs; waits for them without blocking the event loop. They are taken in
 * sorted order, like in Nix, so two processes that want the same ones never wait for each other. Not reentrant.
 */
export async function withLocks<T>(
  layout: Layout,
  keys: readonly LockKey[],
  body: () => Promise<Result<T>>,
  options: WaitOptions = {},
): Promise<Result<T>> {
  const held: FileLock[] = [];
  try {
    for (const file of [...new Set(keys.map((key) => lockFile(layout, key)))].sort()) {
      try {
        held.push(await lock(file, 'exclusive', options));
      } catch (error) {
        if (options.signal?.aborted === true) return fail('E_CANCELLED', `stopped while waiting for the lock ${file}`);
        if (isSystemError(error)) return err(ioFailure('lock', file, error));
        throw error;
      }
    }
    return await body();
  } finally {
    for (const taken of held.reverse()) taken.releaseAndDelete();
  }
}

function lockFile(layout: Layout, key: LockKey): string {
  if (key.startsWith(`${STORE_DIR}/`)) return `${hostPathOf(layout, key as StorePath)}.lock`;
  if (!/^[\w.-]+$/.test(key)) throw new Error(`Internal error: "${key}" cannot be the name of a lock`);
  return join(layout.zilchLocksDir, `${key}.lock`);
}
