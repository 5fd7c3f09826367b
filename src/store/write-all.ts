import { writeSync } from 'node:fs';

/** Writes all of the bytes, where one call may write fewer; at `position`, or where the file stands. */
export function writeAll(fd: number, bytes: Uint8Array, position?: number): void {
  for (let offset = 0; offset < bytes.length;)
    offset += writeSync(fd, bytes, offset, bytes.length - offset, position === undefined ? null : position + offset);
}
