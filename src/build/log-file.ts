/** Reading logs: in pieces, because a log can be larger than what a process wants to hold, or a string can. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { ok, type Result } from '../result.js';
import { attempt } from '../store/index.js';

const PIECE_BYTES = 256 * 1024;

/** What opening says of that which is no log: it is not there, or a symlink, or a directory is missing, or it is a pipe without a reader. */
const NO_LOG: readonly string[] = ['ENOENT', 'ENOTDIR', 'ELOOP', 'ENXIO'];

/** An open log; close it. */
export class LogFile {
  private constructor(
    private readonly fd: number,
    private readonly path: string,
  ) {}

  /** `undefined` when there is no regular file there; symlinks are not followed, and nothing is waited for. */
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

  /** In bytes, as it is now. */
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

  /** All from an offset on, in pieces, to the end as it is when that is reached. */
  *pieces(from: number): Generator<Result<Buffer>, void, undefined> {
    for (let at = from; ;) {
      const piece = this.read(at, PIECE_BYTES);
      if (piece.ok && piece.value.length === 0) return;
      yield piece;
      if (!piece.ok) return;
      at += piece.value.length;
    }
  }

  /** Where the last `count` lines begin; a last line without its end is one. */
  startOfLast(count: number): Result<number> {
    const size = this.size();
    if (!size.ok) return size;
    let ends = 0;
    for (let end = size.value; end > 0;) {
      const start = Math.max(0, end - PIECE_BYTES);
      const piece = this.read(start, end - start);
      if (!piece.ok) return piece;
      for (let at = piece.value.lastIndexOf(0x0a); at >= 0; at = at === 0 ? -1 : piece.value.lastIndexOf(0x0a, at - 1)) {
        // The end of the very last line begins no other.
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
