import { closeSync, constants, fstatSync, openSync, readlinkSync } from 'node:fs';
import { bytesOf, displayPath, type ByteString } from './host-path.js';
import { problem } from './tree-problem.js';
import { TreeWalk } from './walk.js';

/**
 * A node of a tree, ready for writing; `name` is `undefined` at the root. A file is open, and the receiver of the step
 * closes it.
 */
export type ReadStep =
  | { readonly kind: 'file'; readonly name: string | undefined; readonly fd: number; readonly size: number; readonly isExecutable: boolean }
  | { readonly kind: 'symlink'; readonly name: string | undefined; readonly target: Uint8Array }
  | { readonly kind: 'directory' | 'leave'; readonly name: string | undefined };

/** Finds and opens the files for a NAR. With `after`, the position of another reader, it continues there. */
export class TreeReader implements Iterable<ReadStep> {
  private readonly walk: TreeWalk;

  constructor(root: ByteString, after?: readonly string[]) {
    this.walk = new TreeWalk(root, after);
  }

  /** The position where another reader can continue; `undefined` if none can. */
  get position(): readonly string[] | undefined {
    return this.walk.position;
  }

  *[Symbol.iterator](): Generator<ReadStep, void, undefined> {
    for (const { kind, path, name } of this.walk) {
      switch (kind) {
        case 'file':
          yield openFile(path, name);
          break;
        case 'symlink':
          yield { kind, name, target: readlinkSync(bytesOf(path), 'buffer') };
          break;
        case 'directory':
        case 'leave':
          yield { kind, name };
          break;
        case 'other':
          problem(
            'E_FILE_TYPE',
            `${displayPath(path)} is neither a file, a directory nor a symlink`,
            'a store path cannot hold sockets, pipes or devices',
          );
      }
    }
  }
}

function openFile(path: ByteString, name: string | undefined): ReadStep {
  // O_NOFOLLOW and O_NONBLOCK: if the file was replaced by a symlink or a pipe meanwhile, we must neither leave the
  // tree nor hang.
  const fd = openSync(bytesOf(path), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  const { size, mode } = fstatSync(fd);
  if ((mode & constants.S_IFMT) === constants.S_IFREG) return { kind: 'file', name, fd, size, isExecutable: (mode & constants.S_IXUSR) !== 0 };
  closeSync(fd);
  return problem('E_FILE_CHANGED', `${displayPath(path)} became something else while it was read`);
}
