/** Reads files of trees that others may change meanwhile. */
import { closeSync, constants, openSync, readFileSync, readSync } from 'node:fs';

const CHUNK = 256 * 1024;

/** The whole of a file. */
export function readPlain(path: Buffer): Buffer {
  const fd = openPlain(path);
  try {
    return readFileSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Some bytes of a file; fewer where it ends. */
export function readPart(path: Buffer, offset: number, length: number): Buffer {
  const fd = openPlain(path);
  try {
    const part = Buffer.alloc(length);
    return part.subarray(0, fill(fd, part, offset));
  } finally {
    closeSync(fd);
  }
}

/** The index of the first byte that is not the same in both, read piece by piece; `undefined` when the files are equal. */
export function firstDifferenceOnDisk(first: Buffer, second: Buffer): number | undefined {
  const a = openPlain(first);
  try {
    const b = openPlain(second);
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
      closeSync(b);
    }
  } finally {
    closeSync(a);
  }
}

/** Had the file been swapped for a symlink or a pipe meanwhile, we must neither leave the tree nor hang. */
function openPlain(path: Buffer): number {
  return openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
}

function fill(fd: number, buffer: Buffer, position: number): number {
  let filled = 0;
  for (let read = -1; read !== 0 && filled < buffer.length; filled += read)
    read = readSync(fd, buffer, filled, buffer.length - filled, position + filled);
  return filled;
}
