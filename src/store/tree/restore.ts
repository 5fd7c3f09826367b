import { closeSync, lstatSync, mkdirSync, symlinkSync } from 'node:fs';
import { NarParser, type NarVisitor } from '../../formats/index.js';
import { fail, type Result } from '../../result.js';
import { writeAll } from '../write-all.js';
import { FileMaker, newFile, SMALL_FILE_BYTES } from './file-maker.js';
import { bytesOf, displayPath, joinBytes, toByteString, type ByteString, type HostPath } from './host-path.js';
import { removeTree } from './remove.js';
import { failureOf } from './tree-problem.js';

/** A second thread is called for a tree that has more files than these, which take less time than it needs to come. */
const FILES_ALONE = 3000;

/**
 * Makes the tree of a NAR at `hostPath`, where nothing may be yet, with the modes 0666 and 0777 less the umask. Whatever
 * the archive says, nothing is made outside of `hostPath`: names are checked by the parser, no directory is entered but
 * those made here, and files are made new, never opened. On failure (`E_NAR`, `E_EXISTS`, or as `ioFailure` says) what was made is removed again;
 * killed, it leaves a part: restore to a temporary place and rename.
 */
export async function restoreTree(source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, hostPath: HostPath): Promise<Result<void>> {
  const root = toByteString(hostPath);
  if (lstatSync(bytesOf(root), { throwIfNoEntry: false }) !== undefined) {
    return fail('E_EXISTS', `${displayPath(root)} exists already`, 'restore to a path where nothing is');
  }
  const restorer = new Restorer(root);
  let complete = false;
  try {
    const restored = await feed(source, restorer, root);
    complete = restored.ok;
    return restored;
  } finally {
    await restorer.close();
    if (!complete) await removeTree(hostPath);
  }
}

/** Errors of `source` itself are the caller's, and pass through. */
async function feed(source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, restorer: Restorer, root: ByteString): Promise<Result<void>> {
  const parser = new NarParser(restorer);
  for await (const chunk of source) {
    try {
      const pushed = parser.push(chunk);
      if (!pushed.ok) return pushed;
    } catch (error) {
      return failureOf(error, root);
    }
  }
  try {
    await restorer.finish();
  } catch (error) {
    return failureOf(error, root);
  }
  return parser.end();
}

class Restorer implements NarVisitor {
  /** Where the next node goes. */
  private path: ByteString;
  private readonly directories: ByteString[] = [];
  /** The open file; while there is none, data is that of a small file, which the maker has. */
  private fd: number | undefined;
  private maker: FileMaker | undefined;
  private files = 0;

  constructor(root: ByteString) {
    this.path = root;
  }

  file(executable: boolean, size: number): void {
    if (++this.files === FILES_ALONE) this.maker = new FileMaker();
    if (this.maker?.isReady === true && size <= SMALL_FILE_BYTES) this.maker.file(this.path, executable, size);
    else this.fd = newFile(this.path, executable);
  }

  data(bytes: Uint8Array): void {
    if (this.fd === undefined) this.maker?.data(bytes);
    else writeAll(this.fd, bytes);
  }

  endFile(): void {
    this.closeFile();
  }

  symlink(target: Uint8Array): void {
    symlinkSync(Buffer.from(target), bytesOf(this.path));
  }

  beginDirectory(): void {
    mkdirSync(bytesOf(this.path));
    this.directories.push(this.path);
  }

  entry(name: Uint8Array): void {
    this.path = joinBytes(this.directories.at(-1)!, toByteString(name));
  }

  endEntry(): void {}

  endDirectory(): void {
    this.directories.pop();
  }

  /** When all that was told is made. Throws what went wrong with it. */
  async finish(): Promise<void> {
    await this.maker?.finish();
  }

  /** Afterwards nothing is made any more. */
  async close(): Promise<void> {
    this.closeFile();
    await this.maker?.dismiss();
  }

  private closeFile(): void {
    if (this.fd !== undefined) closeSync(this.fd);
    this.fd = undefined;
  }
}
