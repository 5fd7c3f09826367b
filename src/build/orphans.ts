/**
 * Sandboxes that outlived their zilch. The kernel kills them with it, but for a moment while bwrap starts: its child has
 * not asked to be killed yet, and goes on alone or waits forever for its parent. Those few are found by the next run.
 */
import { readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { STORE_DIR } from '../formats/index.js';
import { isAbandoned } from '../store/index.js';

/** Kills what runs in workplaces below `tempDir` whose owners are gone; gives how many there were. Throws the system's errors. */
export function killOrphans(tempDir: string): number {
  const bases = [tempDir, realpathSync(tempDir)].map((base) => `${base}/`);
  const isOrphaned = (path: string): boolean => {
    const base = bases.find((candidate) => path.startsWith(candidate));
    return base !== undefined && isAbandoned(join(base, path.slice(base.length).split('/')[0]!));
  };
  const orphans = readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && placesOf(pid).some(isOrphaned));
  for (const pid of orphans) {
    try {
      process.kill(Number(pid), 'SIGKILL');
    } catch (error) {
      if (!['ESRCH', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  }
  return orphans.length;
}

/** What a process has of a workplace: among bwrap's arguments the store, and the FIFO, which the builder keeps. */
function placesOf(pid: string): string[] {
  const words = orNothing(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8')).split('\0');
  const bound = words.filter((_, index) => words[index - 1] === '--bind' && words[index + 1] === STORE_DIR);
  return [...bound, ...[1, 2].map((fd) => orNothing(() => readlinkSync(`/proc/${pid}/fd/${fd}`)))];
}

function orNothing(read: () => string): string {
  try {
    return read();
  } catch {
    // It is gone, or another user's.
    return '';
  }
}
