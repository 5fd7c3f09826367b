import { closeSync, openSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { isMissing } from './io-failure.js';

/** Bytes that fit into `sun_path` with its final NUL. */
const LONGEST_SOCKET_PATH = 107;

/**
 * Calls `use` with an address for a Unix socket. A path that is too long for one is reached through /proc and an open
 * descriptor of its directory, because a store may be in a deep folder.
 */
export async function withShortSocketPath<T>(path: string, use: (address: string) => Promise<T>): Promise<T> {
  if (Buffer.byteLength(path) <= LONGEST_SOCKET_PATH) return use(path);
  let directory: number;
  try {
    directory = openSync(dirname(path), 'r');
  } catch (error) {
    // If the directory does not exist, `use` reports the error.
    if (isMissing(error)) return use(`/proc/self/fd/-1/${basename(path)}`);
    throw error;
  }
  try {
    return await use(`/proc/self/fd/${directory}/${basename(path)}`);
  } finally {
    closeSync(directory);
  }
}
