import { chmodSync, lstatSync, rmdirSync, unlinkSync } from 'node:fs';
import type { Result } from '../../result.js';
import { bytesOf, toByteString, type ByteString, type HostPath } from './host-path.js';
import { runInSlices } from './slices.js';
import { TreeWalk } from './walk.js';

/**
 * Removes a tree, whatever is in it: read-only directories, sockets, nesting deeper than `fs.rm` bears. Follows no symlink.
 * A tree that is not there is fine. Fails with `E_TREE_IO`.
 */
export async function removeTree(hostPath: HostPath): Promise<Result<void>> {
  const root = toByteString(hostPath);
  return runInSlices(root, removeSteps(root));
}

function* removeSteps(root: ByteString): Generator<undefined, void, undefined> {
  if (lstatSync(bytesOf(root), { throwIfNoEntry: false }) === undefined) return;
  for (const { kind, path } of new TreeWalk(root)) {
    // The walk reads a directory after this: by then we may.
    if (kind === 'directory') chmodSync(bytesOf(path), 0o700);
    else if (kind === 'leave') rmdirSync(bytesOf(path));
    else unlinkSync(bytesOf(path));
    yield;
  }
}
