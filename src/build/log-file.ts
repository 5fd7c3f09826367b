/** Reads logs in pieces, because a log can be larger than a string or the memory of a process. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { ok, type Result } from '../result.js';
import { attempt } from '../store/index.js';

const PIECE_BYTES = 256 * 1024;

/** Errors of opening something that is no log: a missing file or directory, a symlink, a pipe without a reader. */
const NO_LOG: readonly string[] = ['ENOENT', 'ENOTDIR', 'ELOOP', 'ENXIO'];

/** An open log; close it. */
export class LogFile {
  private constructor(
    private readonly fd: number,
    private readonly path: string,
  ) {}

  /** `undefined` if there is no regular file. Does not follow symlinks, and does not block. */
  static open(path: string): Result<LogFile | undefined> {
    return attempt('read the log', path, () => {
      let fd: number;
      try {
        fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
      } catch (error) {
        if (NO_LOG.includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
        throw error;
      }
      if (fstatSync(fd).isFile()) return new LogFile(fd, path);
      closeSync(fd);
      return undefined;
    });
  }

  /** The current size in bytes. */
  size(): Result<number> {
    return attempt('read the log', this.path, () => fstatSync(this.fd).size);
  }

  /** Up to `length` bytes from an offset on: fewer at the end. */
  read(from: number, length: number): Result<Buffer> {
    return attempt('read the log', this.path, () => {
      const bytes = Buffer.alloc(length);
      let count = 0;
      for (;;) {
        const more = readSync(this.fd, bytes, count, length - count, from + count);
        count += more;
        if (more === 0 || count === length) return bytes.subarray(0, count);
      }
    });
  }

  /** Everything from an offset on, in pieces, up to the end when that is reached. */
  *pieces(from: number): Generator<Result<Buffer>, void, undefined> {
    for (let at = from; ;) {
      const piece = this.read(at, PIECE_BYTES);
      if (piece.ok && piece.value.length === 0) return;
      yield piece;
      if (!piece.ok) return;
      at += piece.value.length;
    }
  }

  /** The offset of the last `count` lines; a last line without its end is one. */
  startOfLast(count: number): Result<number> {
    const size = this.size();
    if (!size.ok) return size;
    let ends = 0;
    for (let end = size.value; end > 0;) {
      const start = Math.max(0, end - PIECE_BYTES);
      const piece = this.read(start, end - start);
      if (!piece.ok) return piece;
      for (let at = piece.value.lastIndexOf(0x0a); at >= 0; at = at === 0 ? -1 : piece.value.lastIndexOf(0x0a, at - 1)) {
        // No line begins after the end of the last line.
        if (start + at + 1 < size.value && ++ends === count) return ok(start + at + 1);
      }
      end = start;
    }
    return ok(0);
  }

  close(): void {
    closeSync(this.fd);
  }
}
