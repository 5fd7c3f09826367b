/**
 * Metadata of files that a NAR cannot hold: extended attributes (including access lists and capabilities of programs),
 * setuid bits and the like. With them equal hashes would not mean equal trees, and everyone who runs a program with
 * capabilities would get these. Source: `canonicalisePathMetaData` in Nix's `posix-fs-canonicalise.cc`.
 */
import { chmodSync, lstatSync } from 'node:fs';
import type { Result } from '../../result.js';
import { isSystemError } from '../io-failure.js';
import { listAttributes, removeAttribute } from '../../system-calls.js';
import { bytesOf, displayPath, toByteString, type ByteString, type HostPath } from './host-path.js';
import { runInSlices } from './slices.js';
import { TreeWalk } from './walk.js';

/** The machine's own labels, which each new file gets. */
const LABELS = new Set(['security.selinux', 'security.SMACK64', 'security.ima', 'security.evm', 'security.csm', 'system.nfs4_acl']);

/**
 * Removes all extended attributes from a file or directory of this user; not from a symlink. Throws the system's
 * errors.
 */
export function removeAttributes(path: ByteString): void {
  const names = attributesOf(path);
  if (names.length === 0) return;
  // Removing attributes needs write permission.
  chmodSync(bytesOf(path), lstatSync(bytesOf(path)).mode | 0o700);
  for (const name of names) removeAttribute(bytesOf(path), name);
}

/** Describes the first file in a tree with metadata that no store path may have; `undefined` if there is none. */
export async function findExtras(hostPath: HostPath): Promise<Result<string | undefined>> {
  const root = toByteString(hostPath);
  return await runInSlices(root, extrasSteps(root));
}

function* extrasSteps(root: ByteString): Generator<undefined, string | undefined, undefined> {
  for (const { kind, path } of new TreeWalk(root)) {
    if (kind !== 'file' && kind !== 'directory') continue;
    const { mode } = lstatSync(bytesOf(path));
    if ((mode & 0o7022) !== 0) return `${displayPath(path)} has mode ${(mode & 0o7777).toString(8)}`;
    const [name] = attributesOf(path);
    if (name !== undefined) return `${displayPath(path)} has the extended attribute ${name}`;
    yield;
  }
  return undefined;
}

/** Symlinks are not checked, because only root can give them any. */
function attributesOf(path: ByteString): string[] {
  try {
    return listAttributes(bytesOf(path)).filter((name) => !LABELS.has(name));
  } catch (error) {
    // The file system does not support them.
    if (isSystemError(error) && (error.code === 'ENOTSUP' || error.code === 'EOPNOTSUPP')) return [];
    throw error;
  }
}
