/** Every difference of two trees, as far as a NAR can tell them apart. */
import type { Result } from '../result.js';
import { attemptAsync } from '../store/index.js';
import { diffContents, type ContentsDifference } from './contents.js';
import { compareNodes, describeDifference, MAX_SIZE, type ComparedNode, type NodeDifference, type Rewrite } from './nodes.js';
import { readPlain } from './plain-file.js';

export interface TreesDifference {
  /** In the order of names. */
  readonly files: readonly FileDifference[];
  /** Files that are the same in both. */
  readonly same: number;
  /** True when there are more differences than were looked at. */
  readonly cutOff: boolean;
}

export interface FileDifference {
  /** Below the trees' tops, empty for the tops themselves. Bytes that are not UTF-8 show as U+FFFD. */
  readonly file: string;
  /** `only in the first`, `symlinks to a and b`, `executable in the first only`, `contents`. */
  readonly what: string;
  /** In bytes, of files that differ in contents. */
  readonly sizes?: readonly [number, number];
  readonly contents?: ContentsDifference;
}

const MAX_DIFFERENCES = 500;
/** How many files are looked into; of the others only that they differ is told. */
const MAX_LOOKED_INTO = 40;

/**
 * Compares the trees or files at two host paths; follows no symlink. What is, or lies in, a store path and names itself counts as the
 * same where the other names itself, but in files of more than 64 MiB. Fails as `ioFailure` says.
 */
export async function diffTrees(first: string, second: string): Promise<Result<TreesDifference>> {
  const rewrite = renaming(ownName(second), ownName(first));
  const files: FileDifference[] = [];
  let same = 0;
  return attemptAsync('compare', `${first} and ${second}`, async () => {
    for (const node of compareNodes(first, second, rewrite)) {
      // There are more.
      if (files.length >= MAX_DIFFERENCES) return { files, same, cutOff: true };
      if (node.differences.length === 0) same++;
      const lookInto = files.length < MAX_LOOKED_INTO;
      for (const difference of node.differences) files.push(await told(node, difference, { lookInto, rewrite }));
    }
    return { files, same, cutOff: false };
  });
}

interface TellingOptions {
  /** Tell what the difference is, not only that there is one. */
  readonly lookInto: boolean;
  /** What the second file is compared as. */
  readonly rewrite: Rewrite;
}

async function told({ file, ...at }: ComparedNode, difference: NodeDifference, { lookInto, rewrite }: TellingOptions): Promise<FileDifference> {
  if (difference.kind !== 'contents') return { file, what: describeDifference(difference) };
  const { sizes, offset } = difference;
  const contents: ContentsDifference | undefined =
    Math.max(...sizes) > MAX_SIZE
      ? { kind: 'large', firstOffset: offset }
      : lookInto
        ? await diffContents(readPlain(at.first), rewrite(readPlain(at.second)))
        : undefined;
  return { file, what: 'contents', sizes, ...(contents === undefined ? {} : { contents }) };
}

/** The hash that stands before the name of the store path in which something lies. */
function ownName(hostPath: string): string | undefined {
  return /^.*\/nix\/store\/([0-9a-z]{32})-/.exec(hostPath)?.[1];
}

/** Puts one name in place of another that is as long. */
function renaming(from: string | undefined, to: string | undefined): Rewrite {
  if (from === undefined || to === undefined || from === to) return (bytes) => bytes;
  return (bytes) => {
    let renamed = bytes;
    for (let at = bytes.indexOf(from, 0, 'latin1'); at >= 0; at = bytes.indexOf(from, at + from.length, 'latin1')) {
      if (renamed === bytes) renamed = Buffer.from(bytes);
      renamed.write(to, at, 'latin1');
    }
    return renamed;
  };
}
