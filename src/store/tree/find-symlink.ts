import { readlinkSync } from 'node:fs';
import type { Result } from '../../result.js';
import { bytesOf, displayPath, toByteString, type ByteString, type HostPath } from './host-path.js';
import { runInSlices } from './slices.js';
import { TreeWalk } from './walk.js';

/** A symlink: its path for messages, and its target. */
export interface FoundSymlink {
  readonly path: string;
  readonly target: string;
}

/**
 * The first symlink of a tree whose target matches; `undefined` if there is none. Fails like `ioFailure`, and with
 * `E_CANCELLED`.
 */
export function findSymlink(
  hostPath: HostPath,
  isWanted: (target: string) => boolean,
  signal?: AbortSignal,
): Promise<Result<FoundSymlink | undefined>> {
  const root = toByteString(hostPath);
  return runInSlices(root, findSteps(root, isWanted), signal);
}

function* findSteps(root: ByteString, isWanted: (target: string) => boolean): Generator<undefined, FoundSymlink | undefined, undefined> {
  for (const { kind, path } of new TreeWalk(root)) {
    yield;
    if (kind !== 'symlink') continue;
    const target = readlinkSync(bytesOf(path));
    if (isWanted(target)) return { path: displayPath(path), target };
  }
  return undefined;
}
