import { createHash } from 'node:crypto';
import { closeSync, openSync, readdirSync, readSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Result } from '../result.js';
import { attempt } from '../store/index.js';

const PIECE_BYTES = 1 << 20;

/** Writes SHA256SUMS of every file below a directory, sorted, as `sha256sum --check` takes it; gives the number of files. */
export function writeSums(directory: string): Result<number> {
  return attempt('write the sums of', directory, () => {
    const files = readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
      .filter((file) => file !== 'SHA256SUMS')
      .sort();
    const lines = files.map((file) => `${sha256Of(join(directory, file))}  ${file}\n`);
    writeFileSync(join(directory, 'SHA256SUMS'), lines.join(''));
    return files.length;
  });
}

function sha256Of(file: string): string {
  const fd = openSync(file, 'r');
  try {
    const hash = createHash('sha256');
    const piece = Buffer.allocUnsafe(PIECE_BYTES);
    for (let count = readSync(fd, piece); count > 0; count = readSync(fd, piece)) hash.update(piece.subarray(0, count));
    return hash.digest('hex');
  } finally {
    closeSync(fd);
  }
}
