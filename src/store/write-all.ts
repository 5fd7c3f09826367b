import { writeSync } from 'node:fs';

/** Writes all bytes, even if one call writes fewer; at `position`, or at the file's current position. */
export function writeAll(fd: number, bytes: Uint8Array, position?: number): void {
  for (let offset = 0; offset < bytes.length;)
    offset += writeSync(fd, bytes, offset, bytes.length - offset, position === undefined ? null : position + offset);
}
