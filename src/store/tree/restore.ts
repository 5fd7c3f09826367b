import { closeSync, lstatSync, mkdirSync, symlinkSync } from 'node:fs';
import { NarParser, type NarVisitor } from '../../formats/index.js';
import { fail, type Result } from '../../result.js';
import { writeAll } from '../write-all.js';
import { FileMaker, newFile, SMALL_FILE_BYTES } from './file-maker.js';
import { bytesOf, displayPath, joinBytes, toByteString, type ByteString, type HostPath } from './host-path.js';
import { removeTree } from './remove.js';
import { failureOf } from './tree-problem.js';

/** A tree with more files than this uses a second thread; for fewer, starting the thread would take longer. */
const FILES_ALONE = 3000;

/**
 * Creates the tree of a NAR at `hostPath`, which must not exist, with the modes 0666 and 0777 without the umask.
 * Whatever the archive says, nothing is created outside of `hostPath`: the parser checks names, only directories
 * created here are entered, and files are always new. After a failure (`E_NAR`, `E_EXISTS`, or like `ioFailure`) the
 * partial tree is removed; if killed, it stays, so restore to a temporary path and rename.
 */
export async function restoreTree(source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, hostPath: HostPath): Promise<Result<void>> {
  const root = toByteString(hostPath);
  if (lstatSync(bytesOf(root), { throwIfNoEntry: false }) !== undefined) {
    return fail('E_EXISTS', `${displayPath(root)} exists already`, 'restore to a path that does not exist');
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

/** Errors of `source` itself belong to the caller, and pass through. */
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
  /** The path of the next node. */
  private path: ByteString;
  private readonly directories: ByteString[] = [];
  /** The open file; if there is none, data belongs to a small file, which the maker has. */
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

  /** Resolves when everything is created. Throws its errors. */
  async finish(): Promise<void> {
    await this.maker?.finish();
  }

  /** After that nothing more is created. */
  async close(): Promise<void> {
    this.closeFile();
    await this.maker?.dismiss();
  }

  private closeFile(): void {
    if (this.fd !== undefined) closeSync(this.fd);
    this.fd = undefined;
  }
}
