import { lchownSync } from 'node:fs';
import type { Result } from '../../result.js';
import { bytesOf, toByteString, type ByteString, type HostPath } from './host-path.js';
import { runInSlices } from './slices.js';
import { TreeWalk } from './walk.js';

/** Gives a tree to a user and a group, without following symlinks. Needs root. Fails like `ioFailure`. */
export function giveTree(hostPath: HostPath, uid: number, gid: number): Promise<Result<void>> {
  const root = toByteString(hostPath);
  return runInSlices(root, giveSteps(root, uid, gid));
}

function* giveSteps(root: ByteString, uid: number, gid: number): Generator<undefined, void, undefined> {
  for (const { kind, path } of new TreeWalk(root)) {
    if (kind !== 'leave') lchownSync(bytesOf(path), uid, gid);
    yield;
  }
}
