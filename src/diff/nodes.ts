/** Two trees side by side, as far as a NAR can tell them apart: contents, kinds, the executable bit, the targets of symlinks. */
import { lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { firstDifferentByte } from './contents.js';
import { firstDifferenceOnDisk, readPlain } from './plain-file.js';

export type NodeKind = 'directory' | 'symlink' | 'file' | 'special file';

/** One thing that is not the same. */
export type NodeDifference =
  | { readonly kind: 'only'; readonly side: 'first' | 'second' }
  | { readonly kind: 'kinds'; readonly first: NodeKind; readonly second: NodeKind }
  | { readonly kind: 'executable'; readonly side: 'first' | 'second' }
  | { readonly kind: 'targets'; readonly first: string; readonly second: string }
  /** In bytes, of files: where they differ first, and what each is long. */
  | { readonly kind: 'contents'; readonly offset: number; readonly sizes: readonly [number, number] };

/** A place in both trees. */
export interface ComparedNode {
  /** Below the trees' tops, empty for the tops themselves. Bytes that are not UTF-8 show as U+FFFD. */
  readonly file: string;
  /** Where it lies on this host; names are bytes. */
  readonly first: Buffer;
  readonly second: Buffer;
  /** None when it is the same in both. */
  readonly differences: readonly NodeDifference[];
}

/** Changes bytes of the second tree before they are compared, and not how many they are. */
export type Rewrite = (bytes: Buffer) => Buffer;

/** Files that are larger are compared as they are, without `Rewrite`, and never held in memory. */
export const MAX_SIZE = 64 * 2 ** 20;

/** Walks two trees or files in the order of names, one after another, and names all that is no directory in both. Follows no symlink. */
export function* compareNodes(first: string, second: string, rewrite?: Rewrite): Generator<ComparedNode> {
  const open: Omit<ComparedNode, 'differences'>[] = [{ first: Buffer.from(first), second: Buffer.from(second), file: '' }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const kinds = [kindOf(next.first), kindOf(next.second)] as const;
    if (kinds[0] === 'directory' && kinds[1] === 'directory') open.push(...entries(next).reverse());
    else yield { ...next, differences: differencesOf(next, kinds, rewrite) };
  }
}

/** What a difference is, in words: `contents from byte 17`, `only in the first`. */
export function describeDifference(difference: NodeDifference): string {
  switch (difference.kind) {
    case 'only':
      return `only in the ${difference.side}`;
    case 'kinds':
      return `${difference.first} and ${difference.second}`;
    case 'executable':
      return `executable in the ${difference.side} only`;
    case 'targets':
      return `symlinks to ${difference.first} and ${difference.second}`;
    case 'contents':
      return `contents from byte ${difference.offset}`;
  }
}

function differencesOf(
  { first, second }: Pick<ComparedNode, 'first' | 'second'>,
  [kind, other]: readonly [NodeKind | undefined, NodeKind | undefined],
  rewrite: Rewrite | undefined,
): NodeDifference[] {
  if (kind === undefined || other === undefined) return kind === other ? [] : [{ kind: 'only', side: kind === undefined ? 'second' : 'first' }];
  if (kind !== other) return [{ kind: 'kinds', first: kind, second: other }];
  if (kind === 'symlink') {
    const [from, to] = [readlinkSync(first, 'buffer'), readlinkSync(second, 'buffer')];
    const target = rewrite?.(to) ?? to;
    return from.equals(target) ? [] : [{ kind: 'targets', first: from.toString(), second: target.toString() }];
  }
  return kind === 'file' ? compareFiles(first, second, rewrite) : [];
}

function compareFiles(first: Buffer, second: Buffer, rewrite: Rewrite | undefined): NodeDifference[] {
  const [a, b] = [lstatSync(first), lstatSync(second)];
  const isExecutable = (mode: number): boolean => (mode & 0o100) !== 0;
  const sizes = [a.size, b.size] as const;
  const offset =
    rewrite === undefined || Math.max(...sizes) > MAX_SIZE
      ? firstDifferenceOnDisk(first, second)
      : firstDifferentByte(readPlain(first), rewrite(readPlain(second)));
  return [
    ...(isExecutable(a.mode) === isExecutable(b.mode) ? [] : [{ kind: 'executable', side: isExecutable(a.mode) ? 'first' : 'second' } as const]),
    ...(offset === undefined ? [] : [{ kind: 'contents', offset, sizes } as const]),
  ];
}

function entries({ first, second, file }: Omit<ComparedNode, 'differences'>): Omit<ComparedNode, 'differences'>[] {
  const names = new Set([...readdirSync(first, 'latin1'), ...readdirSync(second, 'latin1')]);
  return [...names].sort().map((name) => {
    const shown = Buffer.from(name, 'latin1').toString();
    return { first: below(first, name), second: below(second, name), file: file === '' ? shown : `${file}/${shown}` };
  });
}

function below(directory: Buffer, name: string): Buffer {
  return Buffer.concat([directory, Buffer.from(`/${name}`, 'latin1')]);
}

function kindOf(path: Buffer): NodeKind | undefined {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return undefined;
  if (stat.isDirectory()) return 'directory';
  if (stat.isSymbolicLink()) return 'symlink';
  return stat.isFile() ? 'file' : 'special file';
}
