/** What of the machine's memory builds may take for files. */
import { totalmem } from 'node:os';

const MIB = 2 ** 20;
const GIB = 2 ** 30;

/** What a build directory may take: half of what is free, shared by all jobs; 0 when a compiler would soon fill it. */
export function memoryForBuild(jobs: number): number {
  const share = Math.floor((process.availableMemory() - GIB) / (2 * jobs));
  return share < 4 * GIB ? 0 : share;
}

/**
 * What /tmp may take, and /dev/shm once more, in bytes: of all jobs together a quarter of the memory. Builds hardly use them:
 * TMPDIR is the build directory.
 */
export function memoryForScratch(jobs: number): number {
  const limit = process.constrainedMemory();
  const memory = limit > 0 ? Math.min(limit, totalmem()) : totalmem();
  return Math.max(64 * MIB, Math.floor(memory / (8 * jobs)));
}
