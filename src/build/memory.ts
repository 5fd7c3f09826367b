/** How much of the machine's memory builds may use for files. */
import { totalmem } from 'node:os';

const MIB = 2 ** 20;
const GIB = 2 ** 30;

/** The limit of a build directory: half of the free memory, shared by all jobs; 0 if a compiler would soon fill it. */
export function memoryForBuild(jobs: number): number {
  const share = Math.floor((process.availableMemory() - GIB) / (2 * jobs));
  return share < 4 * GIB ? 0 : share;
}

/**
 * Whether a build may run beside others: not if all of them together would take more memory than there is, by what each took here before. A
 * build of which that is not known counts as nothing.
 */
export function fitsMemory<T>(bytesOf: (build: T) => number, memory: number): (build: T, running: Iterable<T>) => boolean {
  return (build, running) => [...running].reduce((sum, one) => sum + bytesOf(one), bytesOf(build)) <= memory;
}

/**
 * The limit of /tmp, and the same for /dev/shm, in bytes: a quarter of the memory for all jobs together. Builds hardly
 * use them, because TMPDIR is the build directory.
 */
export function memoryForScratch(jobs: number): number {
  const limit = process.constrainedMemory();
  const memory = limit > 0 ? Math.min(limit, totalmem()) : totalmem();
  return Math.max(64 * MIB, Math.floor(memory / (8 * jobs)));
}
