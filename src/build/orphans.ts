/**
 * Sandboxes that outlived their zilch. The kernel kills them with it, but for a moment while bwrap starts: its child has
 * not asked to be killed yet, and goes on alone or waits forever for its parent. Those few are found by the next run.
 */
import { readdirSync, readFileSync } from 'node:fs';

/** Kills what runs in workplaces below `tempDir` and has been left to the system's first process; gives how many there were. */
export function killOrphans(tempDir: string): number {
  const orphans = readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && isLeft(pid) && isSandbox(pid, tempDir));
  for (const pid of orphans) {
    try {
      process.kill(Number(pid), 'SIGKILL');
    } catch (error) {
      if (!['ESRCH', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  }
  return orphans.length;
}

/** A running build's bwrap has its zilch as parent, and the builder has bwrap. */
function isLeft(pid: string): boolean {
  const parent = /^PPid:\s*(\d+)$/m.exec(read(`/proc/${pid}/status`))?.[1];
  return parent === '1' || (parent !== undefined && read(`/proc/${parent}/comm`) === 'systemd\n');
}

/** Tells by bwrap's arguments or, once the builder has taken bwrap's place, by what is mounted as its store. */
function isSandbox(pid: string, tempDir: string): boolean {
  const words = [...read(`/proc/${pid}/cmdline`).split('\0'), ...read(`/proc/${pid}/mountinfo`).split(/[ \n]/)];
  return words.some((word) => word.startsWith(`${tempDir}/`) && word.endsWith('/store'));
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // It is gone, or another user's.
    return '';
  }
}
