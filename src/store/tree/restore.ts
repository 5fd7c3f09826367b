import { closeSync, constants, lstatSync, mkdirSync, openSync, symlinkSync, writeSync } from 'node:fs';
import { NarParser, type NarVisitor } from '../../formats/index.js';
import { fail, type Result } from '../../result.js';
import { bytesOf, displayPath, joinBytes, toByteString, type ByteString, type HostPath } from './host-path.js';
import { removeTree } from './remove.js';
import { failureOf } from './tree-problem.js';

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
    const restored = await feed(source, new NarParser(restorer), root);
    complete = restored.ok;
    return restored;
  } finally {
    if (!complete) {
      restorer.closeFile();
      await removeTree(hostPath);
    }
  }
}

/** Errors of `source` itself are the caller's, and pass through. */
async function feed(source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, parser: NarParser, root: ByteString): Promise<Result<void>> {
  for await (const chunk of source) {
    try {
      const pushed = parser.push(chunk);
      if (!pushed.ok) return pushed;
    } catch (error) {
      return failureOf(error, root);
    }
  }
  return parser.end();
}

const NEW_FILE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

class Restorer implements NarVisitor {
  /** Where the next node goes. */
  private path: ByteString;
  private readonly directories: ByteString[] = [];
  private fd: number | undefined;

  constructor(root: ByteString) {
    this.path = root;
  }

  file(executable: boolean): void {
    this.fd = openSync(bytesOf(this.path), NEW_FILE, executable ? 0o777 : 0o666);
  }

  data(bytes: Uint8Array): void {
    for (let offset = 0; offset < bytes.length;) offset += writeSync(this.fd!, bytes, offset);
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

  closeFile(): void {
    if (this.fd !== undefined) closeSync(this.fd);
    this.fd = undefined;
  }
}
