/** What a build takes, by looking now and then: exact figures would need a cgroup, which not everyone may make. */
import { readdirSync, readFileSync, readlinkSync, statfsSync } from 'node:fs';
import { BUILD_DIR } from './environment.js';

const INTERVAL_MS = 500;
const PAGE_SIZE = 4096;

/** A file system with less than this left, in bytes, is why something could not be written. */
const FULL = 16 * 2 ** 20;

/** The sandbox to look at. */
export interface Sampled {
  /** Process id of the builder on the host. */
  readonly pid: number;
  /** What `/proc/<pid>/ns/pid` of all its processes links to. */
  readonly pidNamespace: string;
}

/** Samples the resident memory of all processes of a sandbox, and how full its build directory is. */
export class Sampler {
  /** The largest sum of resident memory, in bytes; `undefined` until there is a sample. */
  peakBytes: number | undefined;
  /** Whether the file system of the build directory was seen full. */
  wasFull = false;
  private timer: NodeJS.Timeout | undefined;

  start(sampled: Sampled): void {
    this.timer = setInterval(() => {
      const bytes = residentBytes(sampled.pidNamespace);
      if (bytes > 0) this.peakBytes = Math.max(this.peakBytes ?? 0, bytes);
      this.wasFull ||= isFull(`/proc/${sampled.pid}/root${BUILD_DIR}`);
    }, INTERVAL_MS);
    this.timer.unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }
}

/** Whether a file system has no room left; false when there is no looking at it. */
export function isFull(path: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(path);
    return bavail * bsize < FULL;
  } catch {
    return false;
  }
}

function residentBytes(pidNamespace: string): number {
  let pages = 0;
  for (const pid of readdirSync('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    try {
      if (readlinkSync(`/proc/${pid}/ns/pid`) !== pidNamespace) continue;
      pages += Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1] ?? 0);
    } catch {
      // It is gone, or another user's: not ours to count.
    }
  }
  return pages * PAGE_SIZE;
}

/** Fields of /proc/<pid>/stat are in these: a second has a hundred of them on every Linux that Node runs on. */
const TICKS = 100;

/**
 * The CPU time of child processes and of all they waited for. The kernel adds it to this process's account when a child is
 * waited for, so the growth since the last child is the next one's; where two end at once, one gets the time of both.
 */
export class ChildrenCpu {
  private last = 0;

  /** Seconds of user and system time since the last call; call when a child has ended. */
  sinceLast(): number {
    const total = childrenTicks() / TICKS;
    const grown = total - this.last;
    this.last = total;
    return grown;
  }
}

function childrenTicks(): number {
  const stat = readFileSync('/proc/self/stat', 'utf8');
  // The second field, the program's name, may hold anything; the rest has spaces between fields only.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[13]) + Number(fields[14]);
}
