/**
 * Software Heritage's identifiers of files and trees: whoever has the bytes can compute them, and archive.softwareheritage.org may have
 * what all other addresses have lost. Source: ISO/IEC 18670 (SWHID 1.2). The hashes are git's, of blobs and trees.
 */
import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { Result } from '../result.js';
import { attempt } from '../store/index.js';
import { withUnpacked } from './unpacked.js';

type Path = Buffer;

/** The identifier of what lies at a path: `swh:1:cnt:…` of a file, `swh:1:dir:…` of a tree. Follows no symlink. */
export function swhidOf(path: string): Result<string> {
  return attempt('read', path, () => {
    const bytes = Buffer.from(path);
    return lstatSync(bytes).isDirectory()
      ? `swh:1:dir:${treeHash(bytes).toString('hex')}`
      : `swh:1:cnt:${blobHash(contentOf(bytes)).toString('hex')}`;
  });
}

/**
 * The identifier of the tree that a tarball holds: of its one folder, if there is nothing beside it. Unpacked by the machine's tar; fails with
 * `E_PROGRAM` when that cannot.
 */
export async function swhidOfTarball(file: string): Promise<Result<string>> {
  return withUnpacked(file, swhidOf);
}

function contentOf(path: Path): Buffer {
  return lstatSync(path).isSymbolicLink() ? readlinkSync(path, 'buffer') : readFileSync(path);
}

function blobHash(content: Buffer): Buffer {
  return objectHash('blob', content);
}

function objectHash(type: string, content: Buffer): Buffer {
  return createHash('sha1').update(`${type} ${content.length}\0`).update(content).digest();
}

function treeHash(directory: Path): Buffer {
  const entries = readdirSync(directory, 'buffer').map((name) => {
    const path = Buffer.concat([directory, Buffer.from('/'), name]);
    const stat = lstatSync(path);
    const isTree = stat.isDirectory();
    return {
      // Git sorts a directory as if its name ended in a slash.
      key: isTree ? Buffer.concat([name, Buffer.from('/')]) : name,
      line: Buffer.concat([
        Buffer.from(`${isTree ? '40000' : stat.isSymbolicLink() ? '120000' : (stat.mode & 0o100) === 0 ? '100644' : '100755'} `),
        name,
        Buffer.from('\0'),
        isTree ? treeHash(path) : blobHash(contentOf(path)),
      ]),
    };
  });
  entries.sort((a, b) => Buffer.compare(a.key, b.key));
  return objectHash('tree', Buffer.concat(entries.map(({ line }) => line)));
}
