/**
 * The metadata of a store path's files: Nix keeps only what its archive format can hold, so equal hashes mean equal
 * trees. Source: `canonicalisePathMetaData` in Nix's `local-store.cc`.
 */
import { chmodSync, lchownSync, lstatSync, lutimesSync, type Stats } from 'node:fs';
import type { Result } from '../../result.js';
import { removeAttributes } from './attributes.js';
import { bytesOf, displayPath, toByteString, type ByteString, type HostPath } from './host-path.js';
import { runInSlices } from './slices.js';
import { problem } from './tree-problem.js';
import { TreeWalk } from './walk.js';

/** Seconds since 1970; not 0, which some programs take for "no time". */
const STORE_MTIME = 1;

/**
 * Gives a tree the metadata of a store path: time 1, modes 0444 and 0555, owned by this user, no extended attributes.
 * Fails with `E_FILE_TYPE`, naming the file, on anything but files, directories and symlinks, otherwise like
 * `ioFailure`.
 */
export function canonicalise(hostPath: HostPath, signal?: AbortSignal): Promise<Result<void>> {
  const root = toByteString(hostPath);
  return runInSlices(root, canonicaliseSteps(root), signal);
}

function* canonicaliseSteps(root: ByteString): Generator<undefined, void, undefined> {
  const uid = process.geteuid?.() ?? 0;
  const gid = process.getegid?.() ?? 0;
  for (const { kind, path } of new TreeWalk(root)) {
    if (kind === 'leave') continue;
    const bytes = bytesOf(path);
    const stat = lstatSync(bytes);
    if (kind === 'other') {
      problem(
        'E_FILE_TYPE',
        `${displayPath(path)} is a ${typeName(stat)}`,
        'a store path can only have files, directories and symlinks: leave it out of the output',
      );
    }
    // Changing the owner clears setuid bits, so it comes before the mode.
    if (stat.uid !== uid || stat.gid !== gid) lchownSync(bytes, uid, gid);
    if (kind !== 'symlink') {
      // A path that is not text must be opened for this, which needs read permission.
      if ((stat.mode & 0o400) === 0) chmodSync(bytes, stat.mode | 0o400);
      removeAttributes(path);
      const wanted = kind === 'directory' || (stat.mode & 0o100) !== 0 ? 0o555 : 0o444;
      if ((lstatSync(bytes).mode & 0o7777) !== wanted) chmodSync(bytes, wanted);
    }
    if (stat.mtimeMs !== STORE_MTIME * 1000) lutimesSync(bytes, stat.atime, STORE_MTIME);
    yield;
  }
}

function typeName(stat: Stats): string {
  if (stat.isSocket()) return 'socket';
  if (stat.isFIFO()) return 'named pipe';
  return stat.isCharacterDevice() ? 'character device' : 'block device';
}
