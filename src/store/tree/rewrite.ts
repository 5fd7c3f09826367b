import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  lstatSync,
  openSync,
  readlinkSync,
  readSync,
  renameSync,
  symlinkSync,
  unlinkSync,
} from 'node:fs';
import type { Result } from '../../result.js';
import { writeAll } from '../write-all.js';
import { bytesOf, displayPath, joinBytes, toByteString, type ByteString, type HostPath } from './host-path.js';
import { runInSlices } from './slices.js';
import { problem } from './tree-problem.js';
import { TreeWalk } from './walk.js';

/** How much of a tree had to be changed. */
export interface RewriteCount {
  readonly files: number;
  readonly symlinks: number;
  readonly names: number;
}

/**
 * Replaces store path hash parts (all of one length) in a tree, in place: in files, symlink targets and names, but not
 * in the name of the tree itself. Modes are kept, times are not, so canonicalise afterwards. If interrupted, it leaves
 * some strings replaced and others not, so the tree must not be registered yet. It writes into existing files: if
 * outputs of one build share a file by a hard link, all of them need the same replacements. Fails like `ioFailure`, and
 * with `E_EXISTS` if two names would become equal.
 */
export async function rewriteTree(hostPath: HostPath, rewrites: ReadonlyMap<string, string>, signal?: AbortSignal): Promise<Result<RewriteCount>> {
  const root = toByteString(hostPath);
  return runInSlices(root, new TreeRewriter(rewrites).run(root), signal);
}

const BUFFER_BYTES = 256 * 1024;

class TreeRewriter {
  private readonly rewrites: readonly (readonly [from: Buffer, to: Buffer])[];
  /** Bytes that are scanned again with the next part of a file, so that no string across the border is missed. */
  private readonly overlap: number;
  private readonly buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  private readonly count = { files: 0, symlinks: 0, names: 0 };

  constructor(rewrites: ReadonlyMap<string, string>) {
    this.rewrites = [...rewrites].map(([from, to]) => [Buffer.from(from, 'latin1'), Buffer.from(to, 'latin1')] as const);
    const lengths = new Set(this.rewrites.flat().map((bytes) => bytes.length));
    if (lengths.size > 1) throw new Error('Internal error: what is rewritten must keep its length');
    this.overlap = Math.max((lengths.values().next().value ?? 0) - 1, 0);
  }

  *run(root: ByteString): Generator<undefined, RewriteCount, undefined> {
    if (this.rewrites.length === 0) return this.count;
    for (const { kind, path, name } of new TreeWalk(root)) {
      if (kind === 'file') yield* this.file(path);
      if (kind === 'symlink') this.symlink(path);
      // A directory is renamed when it is left, because until then its entries are found by the old name.
      if (kind !== 'directory' && name !== undefined) this.rename(path, name);
      yield;
    }
    return this.count;
  }

  private rename(from: ByteString, name: string): void {
    const newName = this.replaced(Buffer.from(name, 'latin1'));
    if (newName === undefined) return;
    const parent = parentOf(from);
    const to = joinBytes(parent, newName.toString('latin1'));
    if (lstatSync(bytesOf(to), { throwIfNoEntry: false }) !== undefined)
      problem('E_EXISTS', `${displayPath(from)} would become ${displayPath(to)}, which exists already`);
    inWritable(parent, () => {
      renameSync(bytesOf(from), bytesOf(to));
    });
    this.count.names++;
  }

  private symlink(path: ByteString): void {
    const target = this.replaced(readlinkSync(bytesOf(path), 'buffer'));
    if (target === undefined) return;
    inWritable(parentOf(path), () => {
      unlinkSync(bytesOf(path));
      symlinkSync(target, bytesOf(path));
    });
    this.count.symlinks++;
  }

  private *file(path: ByteString): Generator<undefined, void, undefined> {
    const fd = openSync(bytesOf(path), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    let writable: number | undefined;
    const { mode } = fstatSync(fd);
    try {
      for (let start = 0, held = 0; ;) {
        const used = held + readSync(fd, this.buffer, held, this.buffer.length - held, start + held);
        if (used === held) break;
        const changes = this.replaceIn(this.buffer.subarray(0, used));
        if (changes.length > 0 && writable === undefined) {
          fchmodSync(fd, mode | constants.S_IWUSR);
          writable = openSync(bytesOf(path), constants.O_WRONLY | constants.O_NOFOLLOW);
          this.count.files++;
        }
        for (const [offset, to] of changes) writeAll(writable!, to, start + offset);
        held = Math.min(this.overlap, used);
        this.buffer.copyWithin(0, used - held, used);
        start += used - held;
        yield;
      }
    } finally {
      if (writable !== undefined) {
        closeSync(writable);
        fchmodSync(fd, mode);
      }
      closeSync(fd);
    }
  }

  /** The bytes with all strings replaced; `undefined` if none occurs. */
  private replaced(bytes: Buffer): Buffer | undefined {
    return this.replaceIn(bytes).length > 0 ? bytes : undefined;
  }

  private replaceIn(bytes: Buffer): readonly (readonly [offset: number, to: Buffer])[] {
    const changes: (readonly [number, Buffer])[] = [];
    for (const [from, to] of this.rewrites) {
      for (let at = bytes.indexOf(from); at >= 0; at = bytes.indexOf(from, at + from.length)) {
        to.copy(bytes, at);
        changes.push([at, to]);
      }
    }
    return changes;
  }
}

function parentOf(path: ByteString): ByteString {
  const slash = path.lastIndexOf('/');
  return (slash < 0 ? '.' : path.slice(0, slash + 1)) as ByteString;
}

/** Directories of a canonical tree are read-only even for their owner. */
function inWritable(directory: ByteString, change: () => void): void {
  const fd = openSync(bytesOf(directory), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_DIRECTORY);
  try {
    const { mode } = fstatSync(fd);
    fchmodSync(fd, mode | constants.S_IWUSR);
    change();
    fchmodSync(fd, mode);
  } finally {
    closeSync(fd);
  }
}
