import { randomBytes } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync, renameSync, rmdirSync, unlinkSync } from 'node:fs';
import type { Result } from '../../result.js';
import { bytesOf, joinBytes, toByteString, type ByteString, type HostPath } from './host-path.js';
import { runInSlices, runToEnd } from './slices.js';
import { TreeWalk } from './walk.js';

/**
 * Removes a tree with any contents: read-only directories, sockets, nesting deeper than a path can be long. Follows no
 * symlink. A missing tree is no error. Returns the freed bytes of disk; files with other hard links do not count. Fails
 * like `ioFailure`.
 */
export async function removeTree(hostPath: HostPath): Promise<Result<number>> {
  const root = toByteString(hostPath);
  return runInSlices(root, removeSteps(root));
}

/** Like `removeTree`, but synchronous, for small trees and at exit; throws the system's error. */
export function removeTreeSync(hostPath: HostPath): number {
  return runToEnd(removeSteps(toByteString(hostPath)));
}

/** Bytes of a path that leave room below Linux's limit of 4096 for one more name. */
const LONGEST_PATH = 3500;

function* removeSteps(root: ByteString): Generator<undefined, number, undefined> {
  if (lstatSync(bytesOf(root), { throwIfNoEntry: false }) === undefined) return 0;
  const aside: ByteString[] = [];
  let freed = 0;
  for (const { kind, path } of new TreeWalk(root)) {
    if (kind === 'leave') {
      if (path === root) for (const deep of aside) freed += yield* removeSteps(deep);
      rmdirSync(bytesOf(path));
    } else if (kind === 'directory') {
      // The walk reads a directory after this, which makes it readable.
      chmodSync(bytesOf(path), 0o700);
      if (path.length > LONGEST_PATH && path !== root) {
        // With relative paths a builder can nest deeper than any absolute path: move deeper trees to the top.
        // Use a name that cannot exist, neither from the builder nor from an earlier, killed removal.
        const top = joinBytes(root, `.deep-${randomBytes(8).toString('hex')}`);
        renameSync(bytesOf(path), bytesOf(top));
        mkdirSync(bytesOf(path));
        aside.push(top);
      }
    } else {
      const { nlink, blocks } = lstatSync(bytesOf(path));
      unlinkSync(bytesOf(path));
      if (nlink === 1) freed += blocks * 512;
    }
    yield;
  }
  return freed;
}
