/** A kernel's initial file system as a file: cpio, in the format "newc". */
import { closeSync, lstatSync, openSync, readdirSync, readFileSync, readlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = 0o40755;
const PROGRAM = 0o100755;

export interface InitialFiles {
  /** Where the files are. */
  readonly folder: string;
  /** What of it goes into the archive, with all that is inside; devices are left out. */
  readonly names: readonly string[];
  /** Empty folders at the top. */
  readonly folders: readonly string[];
  /** Programs at the top. */
  readonly programs: ReadonlyMap<string, Buffer>;
}

/** Writes an archive of folders, links and files with their modes. Root owns all of them. */
export function writeInitialFiles(archive: string, { folder, names, folders, programs }: InitialFiles): void {
  const file = openSync(archive, 'w');
  const put = (path: string, mode: number, contents: Buffer): void => {
    for (const part of [header(path, mode, contents.length), padded(contents)]) writeWhole(file, part);
  };
  const add = (path: string): void => {
    const source = join(folder, path);
    const stat = lstatSync(source);
    if (stat.isFile()) put(path, stat.mode, readFileSync(source));
    if (stat.isSymbolicLink()) put(path, stat.mode, Buffer.from(readlinkSync(source)));
    if (!stat.isDirectory()) return;
    put(path, FOLDER, Buffer.alloc(0));
    for (const name of readdirSync(source).sort()) add(`${path}/${name}`);
  };
  try {
    for (const name of ['.', ...folders]) put(name, FOLDER, Buffer.alloc(0));
    for (const name of names) add(name);
    for (const [name, contents] of programs) put(name, PROGRAM, contents);
    put('TRAILER!!!', 0, Buffer.alloc(0));
  } finally {
    closeSync(file);
  }
}

function header(path: string, mode: number, length: number): Buffer {
  const name = Buffer.from(`${path}\0`);
  // inode, mode, uid, gid, links, time, size, four device numbers, length of the name, no checksum
  const fields = [0, mode, 0, 0, 1, 0, length, 0, 0, 0, 0, name.length, 0];
  return padded(Buffer.concat([Buffer.from(`070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}`), name]));
}

function padded(bytes: Buffer): Buffer {
  const rest = -bytes.length & 3;
  return rest === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(rest)]);
}

function writeWhole(file: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
}
