import { chmodSync, lstatSync, renameSync } from 'node:fs';

/**
 * Renames, on one file system. A directory that its owner cannot write to cannot change its parent, so it is made
 * writable for a moment. A store path is moved under its lock, so nobody relies on its mode meanwhile.
 */
export function moveTree(from: string, to: string): void {
  const stat = lstatSync(from);
  if (stat.isDirectory()) chmodSync(from, 0o755);
  renameSync(from, to);
  if (stat.isDirectory()) chmodSync(to, stat.mode & 0o7777);
}
