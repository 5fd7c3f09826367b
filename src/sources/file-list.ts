/** The files and symlinks of a tree, with what tells two of them apart. */
import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** The bytes of a file's name below the tree's top, each as one character; so names that are not UTF-8 are told apart. */
export type ByteName = string;

export interface ListedFile {
  readonly kind: 'file' | 'symlink' | 'device, socket or pipe';
  /** Permission bits, as 0o644. Symlinks have none that mean anything. */
  readonly mode: number;
  readonly hostPath: Buffer;
}

/** Lists all but directories: a tarball of sources needs none for themselves. */
export function listFiles(directory: string): ReadonlyMap<ByteName, ListedFile> {
  const found = new Map<ByteName, ListedFile>();
  const walk = (hostPath: Buffer, name: ByteName): void => {
    for (const entry of readdirSync(hostPath, 'buffer')) {
      const below = Buffer.concat([hostPath, Buffer.from('/'), entry]);
      const path = `${name === '' ? '' : `${name}/`}${entry.toString('latin1')}`;
      const stat = lstatSync(below);
      if (stat.isDirectory()) walk(below, path);
      else
        found.set(path, {
          kind: stat.isFile() ? 'file' : stat.isSymbolicLink() ? 'symlink' : 'device, socket or pipe',
          mode: stat.mode & 0o7777,
          hostPath: below,
        });
    }
  };
  walk(Buffer.from(directory), '');
  return found;
}

/** The bytes of a file, or the target of a symlink. */
export function contentOf({ kind, hostPath }: ListedFile): Buffer {
  return kind === 'symlink' ? readlinkSync(hostPath, 'buffer') : kind === 'file' ? readFileSync(hostPath) : Buffer.alloc(0);
}

/** A hash of the contents in hexadecimal, by the name that node:crypto has for it. */
export function hashOf(file: ListedFile, algorithm: string): string {
  return createHash(algorithm).update(contentOf(file)).digest('hex');
}

/** A name for people. */
export function shownName(name: ByteName): string {
  return Buffer.from(name, 'latin1').toString();
}
