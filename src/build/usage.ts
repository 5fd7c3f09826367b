/** What a build takes, by looking now and then: exact figures would need a cgroup, which not everyone may make. */
import { readdirSync, readFileSync, readlinkSync, statfsSync } from 'node:fs';
import { BUILD_DIR } from './environment.js';

const INTERVAL_MS = 500;
const PAGE_SIZE = 4096;

/** So many different programs are counted: a builder may call its own by any names. */
const MOST_PROGRAMS = 500;

/** A file system with less than this left, in bytes, is why something could not be written. */
const FULL = 16 * 2 ** 20;
/** Free files of a file system that can hold no more: some of the build's own are deleted before anybody looks. */
const FEW_FILES = 16;

/** Samples what the processes of a sandbox do, how much memory they have, and how full its build directory is. */
export class Sampler {
  /**
   * By program: how often one of its processes was found running or ready to. As samples know nothing of who is running, the
   * shares are those of the time spent; short-lived programs are met as often as they deserve.
   */
  readonly running = new Map<string, number>();
  /** The largest sum of resident memory, in bytes; `undefined` until there is a sample. */
  peakBytes: number | undefined;
  /** Whether the file system of the build directory was seen full. */
  wasFull = false;
  /** The most that was seen in use of that file system, in bytes. */
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

/** Whether a file system has no room left; false when there is no looking at it. */
export function isFull(path: string): boolean {
  const room = roomOf(path);
  return room !== undefined && room.free < FULL;
}

/** In bytes; `undefined` when there is no looking at it. */
function roomOf(path: string): { readonly free: number; readonly used: number } | undefined {
  try {
    const { bavail, bfree, blocks, bsize, files, ffree } = statfsSync(path);
    // Full is also what can hold no more files; without a limit there are none.
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
      // It is gone, or another user's: not ours to count.
      return [];
    }
  });
}

/** What `/proc/<pid>/stat` says of a process. */
export interface ProcessState {
  /** Name of the program's file; the kernel keeps 15 bytes of it. */
  readonly program: string;
  /** Running, or waiting for nothing but a processor. */
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

/** From the third field on. The second, the program's name, may hold anything; the rest has spaces between fields only. */
function fieldsAfterName(stat: string): string[] {
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** Fields of /proc/<pid>/stat are in these: a second has a hundred of them on every Linux that Node runs on. */
const TICKS = 100;

/**
 * The CPU time of child processes and of all they waited for. The kernel adds it to this process's account when a child is
 * waited for, so the growth since the last child is the next one's; where two end at once, one gets the time of both.
 */
export class ChildrenCpu {
  private last = 0;
  private running = 0;

  /** Call when a child is about to start: what others took before there was any is nobody's. */
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
