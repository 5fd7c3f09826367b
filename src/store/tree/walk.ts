import { lstatSync, readdirSync, type Dirent } from 'node:fs';
import { bytesOf, displayPath, joinBytes, type ByteString } from './host-path.js';
import { problem } from './tree-problem.js';

/**
 * One step of a walk through a tree: a node (`other` is a device, socket or pipe), or `leave` after all of a
 * directory's entries.
 */
export interface WalkStep {
  readonly kind: 'file' | 'symlink' | 'directory' | 'leave' | 'other';
  readonly path: ByteString;
  /** The last component of the path; `undefined` at the root, which is no entry of a directory. */
  readonly name: string | undefined;
}

interface OpenDirectory {
  readonly path: ByteString;
  readonly name: string | undefined;
  readonly entries: readonly Dirent[];
  next: number;
}

/**
 * Walks through a tree in the order of its NAR, without following symlinks. A directory is read when the walk continues
 * after it. No recursion, because a builder can nest directories deeper than the stack.
 */
export class TreeWalk implements Iterable<WalkStep> {
  private readonly open: OpenDirectory[] = [];
  private last: WalkStep | undefined;

  /** With `after`, the `position` of another walk, it continues there. */
  constructor(
    private readonly root: ByteString,
    after: readonly string[] = [],
  ) {
    let path = root;
    let name: string | undefined;
    for (const child of after) {
      const entries = sortedEntries(path);
      const index = entries.findIndex((entry) => entry.name === child);
      if (index < 0) problem('E_FILE_CHANGED', `${displayPath(joinBytes(path, child))} disappeared while its tree was read`);
      this.open.push({ path, name, entries, next: index + 1 });
      path = joinBytes(path, child);
      name = child;
    }
  }

  /**
   * The position of the walk: the names from the root to its last node. `undefined` after a `directory` that is not
   * read yet, and at the end.
   */
  get position(): readonly string[] | undefined {
    if (this.last?.kind === 'directory' || this.open.length === 0) return undefined;
    return this.open.map(({ entries, next }) => entries[next - 1]?.name ?? '');
  }

  *[Symbol.iterator](): Generator<WalkStep, void, undefined> {
    if (this.open.length === 0) yield (this.last = stepOf(this.root, undefined, lstatSync(bytesOf(this.root))));
    for (;;) {
      if (this.last?.kind === 'directory')
        this.open.push({ path: this.last.path, name: this.last.name, entries: sortedEntries(this.last.path), next: 0 });
      const directory = this.open.at(-1);
      if (directory === undefined) return;
      const entry = directory.entries[directory.next++];
      if (entry === undefined) {
        this.open.pop();
        this.last = { kind: 'leave', path: directory.path, name: directory.name };
      } else {
        this.last = stepOf(joinBytes(directory.path, entry.name), entry.name, entry);
      }
      yield this.last;
    }
  }
}

function sortedEntries(path: ByteString): readonly Dirent[] {
  const entries = readdirSync(bytesOf(path), { withFileTypes: true, encoding: 'latin1' });
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The type from reading a directory saves one system call for each file. */
function stepOf(path: ByteString, name: string | undefined, type: Pick<Dirent, 'isFile' | 'isDirectory' | 'isSymbolicLink'>): WalkStep {
  if (type.isFile()) return { kind: 'file', path, name };
  if (type.isDirectory()) return { kind: 'directory', path, name };
  if (type.isSymbolicLink()) return { kind: 'symlink', path, name };
  return { kind: 'other', path, name };
}
