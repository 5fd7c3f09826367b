import { lstatSync, readdirSync, type Dirent } from 'node:fs';
import { bytesOf, joinBytes, type ByteString } from './host-path.js';

/** One step on the way through a tree: a node (`other` is a device, socket or pipe), or `leave` when all of a directory's entries are done. */
export interface WalkStep {
  readonly kind: 'file' | 'symlink' | 'directory' | 'leave' | 'other';
  readonly path: ByteString;
  /** The last component of the path; `undefined` at the root, which is not an entry of anything. */
  readonly name: string | undefined;
}

/**
 * Goes through a tree in the order of its NAR, following no symlink. A directory is read when the walk goes on behind
 * it. No recursion, because a builder can nest directories deeper than the stack is.
 */
export function* walkTree(root: ByteString): Generator<WalkStep, void, undefined> {
  const open: { readonly step: WalkStep; readonly entries: readonly Dirent[]; next: number }[] = [];
  let step = stepOf(root, undefined, lstatSync(bytesOf(root)));
  for (;;) {
    yield step;
    if (step.kind === 'directory') open.push({ step, entries: sortedEntries(step.path), next: 0 });
    const directory = open.at(-1);
    if (directory === undefined) return;
    const entry = directory.entries[directory.next++];
    if (entry === undefined) {
      step = { ...directory.step, kind: 'leave' };
      open.pop();
    } else {
      step = stepOf(joinBytes(directory.step.path, entry.name), entry.name, entry);
    }
  }
}

function sortedEntries(path: ByteString): readonly Dirent[] {
  const entries = readdirSync(bytesOf(path), { withFileTypes: true, encoding: 'latin1' });
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The type that reading a directory gives saves a system call a file. */
function stepOf(path: ByteString, name: string | undefined, type: Pick<Dirent, 'isFile' | 'isDirectory' | 'isSymbolicLink'>): WalkStep {
  if (type.isFile()) return { kind: 'file', path, name };
  if (type.isDirectory()) return { kind: 'directory', path, name };
  if (type.isSymbolicLink()) return { kind: 'symlink', path, name };
  return { kind: 'other', path, name };
}
