/** Every difference of two trees, as far as a NAR can tell them apart. */
import { closeSync, constants, fstatSync, lstatSync, openSync, readdirSync, readFileSync, readlinkSync, readSync } from 'node:fs';
import type { Result } from '../../result.js';
import { attemptAsync } from '../../store/index.js';
import { diffContents, type ContentsDifference } from './contents.js';

export interface TreesDifference {
  /** In the order of names. */
  readonly files: readonly FileDifference[];
  /** Number of equal files. */
  readonly same: number;
  /** True if there are more differences than were examined. */
  readonly cutOff: boolean;
}

export interface FileDifference {
  /** Relative to the trees' tops, empty for the tops themselves. Bytes that are not UTF-8 show as U+FFFD. */
  readonly file: string;
  /** `only in the first`, `symlinks to a and b`, `executable in the first only`, `contents`. */
  readonly what: string;
  /** In bytes, for files with different contents. */
  readonly sizes?: readonly [number, number];
  readonly contents?: ContentsDifference;
}

const MAX_DIFFERENCES = 500;
/** The number of files to examine; the others are only reported to differ. */
const MAX_LOOKED_INTO = 40;
const MAX_SIZE = 64 * 2 ** 20;
const CHUNK = 1 << 20;

/**
 * Compares the trees or files at two host paths; follows no symlink. If both are in store paths and each names its own
 * path, these names count as equal, except in files of more than 64 MiB. Fails like `ioFailure`.
 */
export async function diffTrees(first: string, second: string): Promise<Result<TreesDifference>> {
  const renamed = renaming(ownName(second), ownName(first));
  const files: FileDifference[] = [];
  let same = 0;
  const open: { readonly a: Buffer; readonly b: Buffer; readonly file: string }[] = [{ a: Buffer.from(first), b: Buffer.from(second), file: '' }];
  return attemptAsync('compare', `${first} and ${second}`, async () => {
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const { a, b, file } = next;
      const [kindA, kindB] = [kindOf(a), kindOf(b)];
      if (kindA !== kindB)
        files.push({ file, what: kindB === undefined ? 'only in the first' : kindA === undefined ? 'only in the second' : `${kindA} and ${kindB}` });
      else if (kindA === 'directory') open.push(...entries(a, b, file).reverse());
      else if (kindA === 'symlink') {
        const [from, to] = [readlinkSync(a), renamed(readlinkSync(b, 'buffer')).toString()];
        if (from === to) same++;
        else files.push({ file, what: `symlinks to ${from} and ${to}` });
      } else if (kindA === 'file') {
        const differences = await diffFiles(a, b, file, { lookInto: files.length < MAX_LOOKED_INTO, renamed });
        if (differences.length === 0) same++;
        files.push(...differences);
      }
      if (files.length >= MAX_DIFFERENCES) break;
    }
    return { files, same, cutOff: open.length > 0 };
  });
}

/** The hash in the name of the store path that contains a file. */
function ownName(hostPath: string): string | undefined {
  return /^.*\/nix\/store\/([0-9a-z]{32})-/.exec(hostPath)?.[1];
}

/** Replaces one name by another of the same length. */
function renaming(from: string | undefined, to: string | undefined): (bytes: Buffer) => Buffer {
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

interface FileOptions {
  /** Describe the difference, and not only report that there is one. */
  readonly lookInto: boolean;
  /** Maps the second file's bytes before the comparison. */
  readonly renamed: (bytes: Buffer) => Buffer;
}

async function diffFiles(a: Buffer, b: Buffer, file: string, { lookInto, renamed }: FileOptions): Promise<FileDifference[]> {
  const differences: FileDifference[] = [];
  const [statA, statB] = [lstatSync(a), lstatSync(b)];
  const isExecutable = (mode: number): boolean => (mode & 0o100) !== 0;
  if (isExecutable(statA.mode) !== isExecutable(statB.mode))
    differences.push({ file, what: `executable in the ${isExecutable(statA.mode) ? 'first' : 'second'} only` });
  const sizes = [statA.size, statB.size] as const;
  if (Math.max(...sizes) > MAX_SIZE) {
    const firstOffset = firstDifferenceOnDisk(a, b);
    if (firstOffset !== undefined) differences.push({ file, what: 'contents', sizes, contents: { kind: 'large', firstOffset } });
    return differences;
  }
  const [bytesA, bytesB] = [readPlain(a), renamed(readPlain(b))];
  if (!bytesA.equals(bytesB))
    differences.push({ file, what: 'contents', sizes, ...(lookInto ? { contents: await diffContents(bytesA, bytesB) } : {}) });
  return differences;
}

function entries(a: Buffer, b: Buffer, file: string): { a: Buffer; b: Buffer; file: string }[] {
  const names = new Set([...readdirSync(a, 'latin1'), ...readdirSync(b, 'latin1')]);
  return [...names].sort().map((name) => {
    const shown = Buffer.from(name, 'latin1').toString();
    return { a: below(a, name), b: below(b, name), file: file === '' ? shown : `${file}/${shown}` };
  });
}

function below(directory: Buffer, name: string): Buffer {
  return Buffer.concat([directory, Buffer.from(`/${name}`, 'latin1')]);
}

function kindOf(path: Buffer): 'directory' | 'symlink' | 'file' | 'special file' | undefined {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return undefined;
  if (stat.isDirectory()) return 'directory';
  if (stat.isSymbolicLink()) return 'symlink';
  return stat.isFile() ? 'file' : 'special file';
}

/** If the file was replaced by a symlink or a pipe meanwhile, we must neither leave the tree nor hang. */
function openPlain(path: Buffer): number {
  return openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
}

function readPlain(path: Buffer): Buffer {
  const fd = openPlain(path);
  try {
    return readFileSync(fd);
  } finally {
    closeSync(fd);
  }
}

function firstDifferenceOnDisk(a: Buffer, b: Buffer): number | undefined {
  const [fdA, fdB] = [openPlain(a), openPlain(b)];
  try {
    const [left, right] = [Buffer.allocUnsafe(CHUNK), Buffer.allocUnsafe(CHUNK)];
    const end = Math.max(fstatSync(fdA).size, fstatSync(fdB).size);
    for (let offset = 0; offset < end; offset += CHUNK) {
      const [inLeft, inRight] = [readSync(fdA, left, 0, CHUNK, offset), readSync(fdB, right, 0, CHUNK, offset)];
      const common = Math.min(inLeft, inRight);
      if (left.compare(right, 0, common, 0, common) !== 0) return offset + left.findIndex((byte, index) => byte !== right[index]);
      if (inLeft !== inRight) return offset + common;
    }
    return undefined;
  } finally {
    closeSync(fdA);
    closeSync(fdB);
  }
}
