import { closeSync, constants, fstatSync, openSync, readlinkSync, readSync } from 'node:fs';
import { NarWriter } from '../../formats/index.js';
import type { Result } from '../../result.js';
import { bytesOf, displayPath, toByteString, type ByteString, type HostPath } from './host-path.js';
import { failureOf, problem, runInSlices } from './tree-problem.js';
import { walkTree } from './walk.js';

/**
 * Writes the NAR of the tree at `hostPath` into `sink`; gives its size. A chunk is valid during the call of `sink` only.
 * Fails with `E_FILE_TYPE` on what a NAR cannot hold (devices, sockets, pipes), `E_FILE_CHANGED` when a file's size
 * changes meanwhile, and as `ioFailure` says; then what the sink got is worth nothing.
 */
export async function dumpTree(hostPath: HostPath, sink: (chunk: Uint8Array) => void): Promise<Result<number>> {
  const root = toByteString(hostPath);
  return runInSlices(root, dumpSteps(root, sink));
}

/** The NAR of a tree as a stream for slow readers: nothing is read ahead of them. Throws what `dumpTree` fails with, as an error whose `cause` is the failure. */
export async function* streamTree(hostPath: HostPath): AsyncGenerator<Uint8Array, void, undefined> {
  const root = toByteString(hostPath);
  const chunks: Uint8Array[] = [];
  const steps = dumpSteps(root, (chunk) => chunks.push(Buffer.from(chunk)));
  for (;;) {
    let done: boolean | undefined;
    try {
      done = steps.next().done;
    } catch (error) {
      const failed = failureOf(error, root);
      throw failed.ok ? error : new Error(failed.failure.message, { cause: failed.failure });
    }
    yield* chunks.splice(0);
    if (done === true) return;
  }
}

function* dumpSteps(root: ByteString, sink: (chunk: Uint8Array) => void): Generator<undefined, number, undefined> {
  const writer = new NarWriter(sink);
  for (const { kind, path, name } of walkTree(root)) {
    if (name !== undefined && kind !== 'leave') writer.entry(Buffer.from(name, 'latin1'));
    switch (kind) {
      case 'file':
        yield* dumpFile(path, writer);
        break;
      case 'symlink':
        writer.symlink(readlinkSync(bytesOf(path), 'buffer'));
        break;
      case 'directory':
        writer.beginDirectory();
        break;
      case 'leave':
        writer.endDirectory();
        break;
      case 'other':
        problem('E_FILE_TYPE', `${displayPath(path)} is neither a file, a directory nor a symlink`, 'a store path cannot hold sockets, pipes or devices');
    }
    if (name !== undefined && kind !== 'directory') writer.endEntry();
    yield;
  }
  writer.finish();
  return writer.size;
}

function* dumpFile(path: ByteString, writer: NarWriter): Generator<undefined, void, undefined> {
  // O_NOFOLLOW and O_NONBLOCK: had the file been swapped for a symlink or a pipe meanwhile, we must neither leave the tree nor hang.
  const fd = openSync(bytesOf(path), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const { size, mode } = fstatSync(fd);
    if ((mode & constants.S_IFMT) !== constants.S_IFREG) problem('E_FILE_CHANGED', `${displayPath(path)} became something else while it was read`);
    writer.file((mode & constants.S_IXUSR) !== 0, size);
    for (let missing = size; missing > 0; ) {
      const space = writer.space();
      const count = readSync(fd, space, 0, space.length, null);
      if (count === 0) problem('E_FILE_CHANGED', `${displayPath(path)} became shorter while it was read`);
      writer.wrote(count);
      missing -= count;
      yield;
    }
    writer.endFile();
  } finally {
    closeSync(fd);
  }
}
