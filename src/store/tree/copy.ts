import { chmodSync, constants, copyFileSync, lstatSync, mkdirSync, readlinkSync, symlinkSync } from 'node:fs';
import { ok, type Result } from '../../result.js';
import { bytesOf, displayPath, toByteString, type ByteString, type HostPath } from './host-path.js';
import { runInSlices } from './slices.js';
import { problem } from './tree-problem.js';
import { TreeWalk } from './walk.js';

/**
 * Copies a tree to a new path: bytes, names, symlinks and the executable bit, nothing else. Shares disk blocks if the
 * file system can. Fails with `E_FILE_TYPE` on what a store path cannot hold, otherwise like `ioFailure`; the partial
 * copy is left.
 */
export function copyTree(from: HostPath, to: HostPath): Promise<Result<void>> {
  const root = toByteString(from);
  return runInSlices(root, copySteps(root, toByteString(to)));
}

/** Makes a directory with only these entries of another, each of which must exist. Otherwise like `copyTree`. */
export async function copyEntries(from: string, to: string, names: readonly string[]): Promise<Result<void>> {
  const root = toByteString(from);
  const made = await runInSlices(root, makeDirectory(toByteString(to)));
  if (!made.ok) return made;
  for (const name of names) {
    const copied = await copyTree(`${from}/${name}`, `${to}/${name}`);
    if (!copied.ok) return copied;
  }
  return ok(undefined);
}

function* copySteps(root: ByteString, target: ByteString): Generator<undefined, void, undefined> {
  for (const { kind, path } of new TreeWalk(root)) {
    const from = bytesOf(path);
    const copy = `${target}${path.slice(root.length)}` as ByteString;
    const to = bytesOf(copy);
    switch (kind) {
      case 'directory':
        yield* makeDirectory(copy);
        break;
      case 'symlink':
        symlinkSync(readlinkSync(from, { encoding: 'buffer' }), to);
        break;
      case 'file':
        copyFileSync(from, to, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
        chmodSync(to, (lstatSync(from).mode & 0o100) === 0 ? 0o600 : 0o700);
        break;
      case 'other':
        problem(
          'E_FILE_TYPE',
          `${displayPath(path)} is not a file, a directory or a symlink`,
          'a store path cannot hold sockets, pipes or devices: leave it out',
        );
        break;
      case 'leave':
        break;
    }
    yield;
  }
}

function* makeDirectory(path: ByteString): Generator<undefined, void, undefined> {
  mkdirSync(bytesOf(path), { mode: 0o700 });
  yield;
}
