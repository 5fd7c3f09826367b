/** How much memory a build takes, by looking now and then: exact figures would need a cgroup, which not everyone may make. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

const INTERVAL_MS = 500;
const PAGE_SIZE = 4096;

/** Samples the resident memory of all processes of a PID namespace. */
export class MemorySampler {
  /** The largest sample, in bytes; `undefined` until there is one. */
  peak: number | undefined;
  private timer: NodeJS.Timeout | undefined;

  /** `pidNamespace` is what `/proc/<pid>/ns/pid` links to. */
  start(pidNamespace: string): void {
    this.timer = setInterval(() => {
      const sample = residentBytes(pidNamespace);
      if (sample > 0) this.peak = Math.max(this.peak ?? 0, sample);
    }, INTERVAL_MS);
    this.timer.unref();
  }

  stop(): void {
    clearInterval(this.timer);
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
