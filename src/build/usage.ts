/** Samples the resources that a build uses. Exact figures would need a cgroup, which not all users may make. */
import { readdirSync, readFileSync, readlinkSync, statfsSync } from 'node:fs';
import { BUILD_DIR } from './environment.js';

const INTERVAL_MS = 500;
const PAGE_SIZE = 4096;

/** The most programs that are counted, because a builder may use any number of names. */
const MOST_PROGRAMS = 500;

/** If a file system has fewer bytes left than this, it counts as full. */
const FULL = 16 * 2 ** 20;
/**
 * If a file system has fewer free files than this, it counts as full, because some are deleted before the next sample.
 */
const FEW_FILES = 16;

/** Samples the activity and memory of a sandbox's processes, and the use of its build directory. */
export class Sampler {
  /**
   * By program: the number of samples in which one of its processes was running or ready to run. Samples do not depend
   * on what is running, so the shares are those of the time spent, also for short-lived programs.
   */
  readonly running = new Map<string, number>();
  /** The largest sum of resident memory, in bytes; `undefined` before the first sample. */
  peakBytes: number | undefined;
  /** Whether the file system of the build directory was seen full. */
  wasFull = false;
  /** The largest use of that file system that was seen, in bytes. */
  buildDirPeakBytes = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly buildPath = BUILD_DIR) {}

  /** `pidNamespace` is what `/proc/<pid>/ns/pid` of all processes of the sandbox links to. */
  start(pidNamespace: string): void {
    this.timer = setInterval(() => {
      const processes = processesOf(pidNamespace);
      if (processes.length > 0) this.peakBytes = Math.max(this.peakBytes ?? 0, sum(processes.map(({ residentBytes }) => residentBytes)));
      for (const { program, runs } of processes) if (runs) this.count(program);
      const [first] = processes;
      const room = first === undefined ? undefined : roomOf(`/proc/${first.pid}/root${this.buildPath}`);
      if (room === undefined) return;
      this.wasFull ||= room.free < FULL;
      this.buildDirPeakBytes = Math.max(this.buildDirPeakBytes, room.used);
    }, INTERVAL_MS);
    this.timer.unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private count(program: string): void {
    const name = this.running.has(program) || this.running.size < MOST_PROGRAMS ? program : 'others';
    this.running.set(name, (this.running.get(name) ?? 0) + 1);
  }
}

/** Whether a file system is full; false if it cannot be read. */
export function isFull(path: string): boolean {
  const room = roomOf(path);
  return room !== undefined && room.free < FULL;
}

/** In bytes; `undefined` if it cannot be read. */
function roomOf(path: string): { readonly free: number; readonly used: number } | undefined {
  try {
    const { bavail, bfree, blocks, bsize, files, ffree } = statfsSync(path);
    // A file system without free files is also full; one without a limit reports 0 files.
    return { free: files > 0 && ffree < FEW_FILES ? 0 : bavail * bsize, used: (blocks - bfree) * bsize };
  } catch {
    return undefined;
  }
}

function processesOf(pidNamespace: string): (ProcessState & { readonly pid: string })[] {
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return [];
    try {
      return readlinkSync(`/proc/${pid}/ns/pid`) === pidNamespace ? [{ pid, ...processState(readFileSync(`/proc/${pid}/stat`, 'latin1')) }] : [];
    } catch {
      // The process is gone, or belongs to another user, and does not count.
      return [];
    }
  });
}

/** The contents of `/proc/<pid>/stat`. */
export interface ProcessState {
  /** Name of the program's file; the kernel keeps 15 bytes of it. */
  readonly program: string;
  /** Running, or waiting only for a processor. */
  readonly runs: boolean;
  readonly residentBytes: number;
}

/** Reads `/proc/<pid>/stat`; proc(5) has its fields. */
export function processState(stat: string): ProcessState {
  const fields = fieldsAfterName(stat);
  return {
    program: stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')')),
    runs: fields[0] === 'R',
    residentBytes: Math.max(0, Number(fields[21])) * PAGE_SIZE,
  };
}

/**
 * From the third field on. The second, the program's name, may contain anything; the rest has spaces between fields
 * only.
 */
function fieldsAfterName(stat: string): string[] {
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** The unit of times in /proc/<pid>/stat: a hundredth of a second on every Linux that Node runs on. */
const TICKS = 100;

/**
 * The CPU time of child processes and of all they waited for. The kernel adds it to this process's account when a child
 * is waited for, so the increase since the last child belongs to the next one. If two end at the same time, one gets
 * the time of both.
 */
export class ChildrenCpu {
  private last = 0;
  private running = 0;

  /** Call before a child starts, so earlier processor time is not counted for it. */
  started(): void {
    if (this.running++ === 0) this.last = childrenTicks();
  }

  /** Seconds of user and system time since the last call; call when a child has ended. */
  ended(): number {
    this.running--;
    const total = childrenTicks();
    const grown = total - this.last;
    this.last = total;
    return grown / TICKS;
  }
}

function childrenTicks(): number {
  const fields = fieldsAfterName(readFileSync('/proc/self/stat', 'latin1'));
  return Number(fields[13]) + Number(fields[14]);
}
