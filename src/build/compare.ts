/** Finds where two trees differ, for people. */
import { closeSync, lstatSync, openSync, readdirSync, readlinkSync, readSync } from 'node:fs';
import type { TreeDifference } from './event.js';

const CHUNK = 256 * 1024;

/**
 * The first difference in the order of names, or `undefined`. Compares what a NAR has: contents, types, the executable
 * bit.
 */
export function firstDifference(first: string, second: string): TreeDifference | undefined {
  return compareNodes(Buffer.from(first), Buffer.from(second), '');
}

function compareNodes(first: Buffer, second: Buffer, file: string): TreeDifference | undefined {
  const [a, b] = [kindOf(first), kindOf(second)];
  if (a !== b) return { file, what: `${a} and ${b}` };
  switch (a) {
    case 'directory':
      return compareDirectories(first, second, file);
    case 'symlink': {
      const [from, to] = [readlinkSync(first), readlinkSync(second)];
      return from === to ? undefined : { file, what: `symlinks to ${from} and ${to}` };
    }
    default: {
      const offset = firstDifferentByte(first, second);
      return offset === undefined ? undefined : { file, what: `contents from byte ${offset}` };
    }
  }
}

function compareDirectories(first: Buffer, second: Buffer, file: string): TreeDifference | undefined {
  const names = (directory: Buffer): Set<string> => new Set(readdirSync(directory, 'latin1'));
  const [a, b] = [names(first), names(second)];
  for (const name of [...new Set([...a, ...b])].sort()) {
    const shown = Buffer.from(name, 'latin1').toString();
    const below = file === '' ? shown : `${file}/${shown}`;
    if (!b.has(name)) return { file: below, what: 'only in the first' };
    if (!a.has(name)) return { file: below, what: 'only in the second' };
    const difference = compareNodes(join(first, name), join(second, name), below);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

function join(directory: Buffer, name: string): Buffer {
  return Buffer.concat([directory, Buffer.from(`/${name}`, 'latin1')]);
}

function kindOf(path: Buffer): 'directory' | 'symlink' | 'executable file' | 'file' {
  const stat = lstatSync(path);
  if (stat.isDirectory()) return 'directory';
  if (stat.isSymbolicLink()) return 'symlink';
  return (stat.mode & 0o100) === 0 ? 'file' : 'executable file';
}

function firstDifferentByte(first: Buffer, second: Buffer): number | undefined {
  const [a, b] = [openSync(first, 'r'), openSync(second, 'r')];
  try {
    const [left, right] = [Buffer.allocUnsafe(CHUNK), Buffer.allocUnsafe(CHUNK)];
    for (let offset = 0; ; offset += CHUNK) {
      const [inLeft, inRight] = [fill(a, left, offset), fill(b, right, offset)];
      const common = Math.min(inLeft, inRight);
      if (left.compare(right, 0, common, 0, common) !== 0) return offset + left.findIndex((byte, index) => byte !== right[index]);
      if (inLeft !== inRight) return offset + common;
      if (inLeft < CHUNK) return undefined;
    }
  } finally {
    closeSync(a);
    closeSync(b);
  }
}

function fill(fd: number, buffer: Buffer, position: number): number {
  let filled = 0;
  for (let read = -1; read !== 0 && filled < buffer.length; filled += read)
    read = readSync(fd, buffer, filled, buffer.length - filled, position + filled);
  return filled;
}
