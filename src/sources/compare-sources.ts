/**
 * Compares a source with what upstream published, file by file: whether it is upstream's without some files, and which. Two tarballs of the
 * same files have different hashes if they were packed differently, so this is how a tarball that Debian packed again can be trusted as far
 * as upstream's own.
 */
import type { Result } from '../result.js';
import { attempt } from '../store/index.js';
import { contentOf, hashOf, listFiles, type ByteName, type ListedFile } from './file-list.js';
import { findUpstreamList, type ListedHash, type UpstreamList } from './upstream-list.js';

/** All names are below the top, sorted. */
export interface SourceComparison {
  /** Files and symlinks that are the same, byte for byte. */
  readonly same: number;
  readonly leftOut: readonly ByteName[];
  readonly added: readonly ByteName[];
  readonly changed: readonly { readonly file: ByteName; readonly what: string }[];
  /** The same bytes with other permissions, as they are at upstream's and here. Only the permission to execute counts as a change. */
  readonly permissions: readonly { readonly file: ByteName; readonly upstream: number; readonly here: number }[];
  /** The names that upstream's release has and the source has, too. */
  readonly kept: ReadonlySet<ByteName>;
  /** If it was compared with a list of upstream's. */
  readonly list?: Pick<UpstreamList, 'file' | 'identity'> & { readonly algorithms: readonly string[] };
}

/** Compares two unpacked trees. Times, owners and directories without files do not count. Fails as reading files fails. */
export function compareWithTree(upstream: string, source: string): Result<SourceComparison> {
  return attempt('compare', `${upstream} and ${source}`, () => {
    const theirs = listFiles(upstream);
    return compare(theirs, listFiles(source), differenceOfFiles);
  });
}

/** Compares an unpacked tree with upstream's list in it. Fails as `findUpstreamList` does, and as reading files fails. */
export function compareWithList(source: string): Result<SourceComparison> {
  const read = attempt('read', source, () => {
    const files = listFiles(source);
    return { files, list: findUpstreamList(files) };
  });
  if (!read.ok) return read;
  const { files, list } = read.value;
  if (!list.ok) return list;
  const { entries, unlisted, file, identity } = list.value;
  const listed = new Map([...files].filter(([name]) => !unlisted.has(name)));
  const algorithms = [...new Set([...entries.values()].map(({ algorithm }) => algorithm))].sort();
  return attempt('compare', source, () => ({
    ...compare(entries, listed, differenceFromHash),
    list: { file, algorithms, ...(identity === undefined ? {} : { identity }) },
  }));
}

/** What differs: a text, or only permissions; `undefined` if nothing does. */
type Difference = string | { readonly upstream: number; readonly here: number } | undefined;

function compare<T>(
  theirs: ReadonlyMap<ByteName, T>,
  ours: ReadonlyMap<ByteName, ListedFile>,
  differenceOf: (upstream: T, here: ListedFile) => Difference,
): SourceComparison {
  const kept = new Set<ByteName>();
  const leftOut: ByteName[] = [];
  const changed: { file: ByteName; what: string }[] = [];
  const permissions: { file: ByteName; upstream: number; here: number }[] = [];
  for (const [file, upstream] of [...theirs].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const here = ours.get(file);
    if (here === undefined) {
      leftOut.push(file);
      continue;
    }
    kept.add(file);
    const difference = differenceOf(upstream, here);
    if (typeof difference === 'string') changed.push({ file, what: difference });
    else if (difference !== undefined) permissions.push({ file, ...difference });
  }
  const added = [...ours.keys()].filter((name) => !theirs.has(name)).sort();
  return { same: kept.size - changed.length, leftOut, added, changed, permissions, kept };
}

function differenceOfFiles(upstream: ListedFile, here: ListedFile): Difference {
  if (upstream.kind !== here.kind) return `${upstream.kind} of upstream’s, ${here.kind} here`;
  if (!contentOf(upstream).equals(contentOf(here))) return here.kind === 'symlink' ? 'leads elsewhere' : 'contents';
  if (here.kind !== 'file' || upstream.mode === here.mode) return undefined;
  if (isExecutable(upstream) !== isExecutable(here)) return `executable ${isExecutable(here) ? 'here' : 'at upstream’s'} only`;
  return { upstream: upstream.mode, here: here.mode };
}

function differenceFromHash({ algorithm, hash, executable }: ListedHash, here: ListedFile): Difference {
  if (hashOf(here, algorithm) !== hash) return 'contents';
  if (executable === undefined || here.kind !== 'file' || executable === isExecutable(here)) return undefined;
  return `executable ${executable ? 'at upstream’s' : 'here'} only`;
}

function isExecutable({ mode }: ListedFile): boolean {
  return (mode & 0o100) !== 0;
}

/** Names for people: a folder of which nothing was kept is one line, with the number of its files. */
export function foldersLeftOut({
  leftOut,
  kept,
}: Pick<SourceComparison, 'leftOut' | 'kept'>): readonly { readonly name: ByteName; readonly files: number }[] {
  const keptFolders = new Set<string>();
  for (const name of kept) for (const folder of foldersOf(name)) keptFolders.add(folder);
  const found = new Map<ByteName, number>();
  for (const name of leftOut) {
    const gone = foldersOf(name).find((folder) => !keptFolders.has(folder));
    const key = gone === undefined ? name : `${gone}/`;
    found.set(key, (found.get(key) ?? 0) + 1);
  }
  return [...found].map(([name, files]) => ({ name, files }));
}

/** The folders that a file is in, from the top. */
function foldersOf(name: ByteName): string[] {
  const parts = name.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}
