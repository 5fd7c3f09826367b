import { chmodSync, lstatSync, readdirSync, rmdirSync, unlinkSync } from 'node:fs';
import { isMissing } from './io-failure.js';

const SLASH = Buffer.from('/');

/** A path below a directory, both as bytes: names in a store need not be text in any encoding. */
export function joinBytes(directory: Buffer, name: Buffer): Buffer {
  return Buffer.concat([directory, SLASH, name]);
}

/**
 * Deletes a file or a tree, whatever its modes (a store's directories are read-only). Nothing there is fine. Returns the
 * bytes of disk set free: files with further hard links count nothing. Throws the system's error on the first entry
 * that cannot be deleted.
 */
export function removeTree(path: string | Buffer): number {
  const bytes = Buffer.from(path);
  try {
    const stat = lstatSync(bytes);
    if (!stat.isDirectory()) {
      unlinkSync(bytes);
      return stat.nlink === 1 ? stat.blocks * 512 : 0;
    }
    if ((stat.mode & 0o700) !== 0o700) chmodSync(bytes, stat.mode | 0o700);
    let freed = stat.blocks * 512;
    for (const name of readdirSync(bytes, { encoding: 'buffer' })) freed += removeTree(joinBytes(bytes, name));
    rmdirSync(bytes);
    return freed;
  } catch (error) {
    // Somebody else deletes the same tree: what is gone is gone.
    if (isMissing(error)) return 0;
    throw error;
  }
}
