/**
 * Journals: the events of each run, kept in the store as one JSON object a line, so another process can follow a run
 * and look at it afterwards. `<root>/nix/var/zilch/runs/<start>-<pid>.jsonl`.
 *
 * A journal has every event except the lines of logs, which are in the logs, and most of the progress of downloads.
 * Nothing depends on journals: if one cannot be written, the build continues without it.
 */
import { closeSync, constants, mkdirSync, openSync, readdirSync, readFileSync, readSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { PathInfo } from '../formats/index.js';
import type { BuildDoneEvent, BuildLogEvent, BuildReusedEvent, Emit, Event } from './event.js';

/** The first line of a journal. */
export interface RunHeader {
  readonly type: 'run';
  readonly version: 1;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly pid: number;
  /**
   * When the process started, in the kernel's ticks since boot; distinguishes it from a later process with the same id.
   */
  readonly processStart: string;
  /** Directory of the chain. */
  readonly chain: string;
  /** The targets, as the user named them. */
  readonly targets: readonly string[];
  readonly jobs: number;
  readonly cores: number;
}

/** A caller's description of a run. */
export type RunDescription = Pick<RunHeader, 'chain' | 'targets' | 'jobs' | 'cores'>;

/** An event as JSON: outputs are an object, not a map. */
export type JournalEvent =
  | Exclude<Event, BuildLogEvent | { readonly outputs: unknown }>
  | ({ readonly at: number } & (WithOutputs<BuildDoneEvent> | WithOutputs<BuildReusedEvent>));
type WithOutputs<E extends { readonly outputs: unknown }> = Omit<E, 'outputs'> & { readonly outputs: Readonly<Record<string, PathInfo>> };

export type JournalLine = RunHeader | JournalEvent;

/** Older journals are deleted when a new one begins. */
const KEPT_JOURNALS = 100;
const PROGRESS_MS = 1000;

/** Where a store keeps its journals. */
export function journalsDirectory(zilchDir: string): string {
  return join(zilchDir, 'runs');
}

/** Writes one run's journal. */
export class Journal {
  private readonly header: RunHeader;
  private held: string[] = [];
  private file: number | 'not yet' | 'closed' = 'not yet';
  private lastProgress = 0;

  constructor(
    private readonly directory: string,
    description: RunDescription,
  ) {
    this.header = { type: 'run', version: 1, at: Date.now(), pid: process.pid, processStart: processStart(process.pid) ?? '', ...description };
  }

  /** Records an event. A run in which nothing is fetched or built leaves no journal. */
  readonly emit: Emit = (event) => {
    if (event.type === 'build-log' || this.file === 'closed') return;
    if (event.type === 'fetch-progress') {
      if (event.at - this.lastProgress < PROGRESS_MS) return;
      this.lastProgress = event.at;
    }
    const line = `${JSON.stringify('outputs' in event ? { ...event, outputs: Object.fromEntries(event.outputs) } : event, errorsAsText)}\n`;
    const idle = event.type === 'done' || (event.type === 'plan' && event.drvs.length === 0);
    if (this.file === 'not yet' && idle) {
      this.held.push(line);
      return;
    }
    this.write([...this.held.splice(0), line].join(''));
  };

  close(): void {
    if (typeof this.file === 'number') closeSync(this.file);
    this.file = 'closed';
  }

  /**
   * One system call for each event, so readers see whole lines, and after a crash only the last line may be missing.
   */
  private write(text: string): void {
    try {
      if (this.file === 'not yet') {
        this.file = this.open();
        writeSync(this.file, `${JSON.stringify(this.header)}\n`);
      }
      if (this.file !== 'closed') writeSync(this.file, text);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === undefined) throw error;
      this.close();
    }
  }

  private open(): number {
    mkdirSync(this.directory, { recursive: true });
    for (const old of listJournals(this.directory).slice(KEPT_JOURNALS - 1)) rmSync(join(this.directory, `${old}.jsonl`), { force: true });
    return openSync(join(this.directory, `${this.header.at}-${this.header.pid}.jsonl`), 'ax', 0o644);
  }
}

/** The cause of a failure may be an error, which JSON would turn into `{}`. */
function errorsAsText(_key: string, value: unknown): unknown {
  return value instanceof Error ? { code: 'E_IO', message: value.message } : value;
}

/** The names of a directory's journals, newest first. */
export function listJournals(directory: string): string[] {
  try {
    return readdirSync(directory)
      .flatMap((file) => /^(\d{1,16}-\d{1,10})\.jsonl$/.exec(file)?.[1] ?? [])
      .sort((a, b) => Number.parseInt(b, 10) - Number.parseInt(a, 10));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

const PIECE_BYTES = 64 * 1024;
/** Five times the plan of a chain of ten thousand packages. Zilch writes no longer line, so longer ones are ignored. */
const LONGEST_LINE = 16 * 2 ** 20;

/** Reads a journal, and later its additions. */
export class JournalReader {
  private offset = 0;
  /** The beginning of a line whose end is not written yet. */
  private rest: Buffer[] = [];
  private restBytes = 0;

  constructor(private readonly path: string) {}

  /**
   * Yields the lines since the last call while they are read; none if the journal is gone. Lines that are no events are
   * skipped.
   */
  *read(): Generator<JournalLine, void, undefined> {
    for (const piece of this.added()) {
      let start = 0;
      for (let end = piece.indexOf(0x0a); end >= 0; end = piece.indexOf(0x0a, start)) {
        const line = this.lineOf(piece.subarray(start, end));
        start = end + 1;
        if (line !== undefined) yield line;
      }
      this.keep(piece.subarray(start));
    }
  }

  private lineOf(end: Buffer): JournalLine | undefined {
    const isWhole = this.restBytes + end.length <= LONGEST_LINE;
    const line = isWhole ? parseLine(Buffer.concat([...this.rest, end]).toString()) : undefined;
    this.rest = [];
    this.restBytes = 0;
    return line;
  }

  private keep(bytes: Buffer): void {
    this.restBytes += bytes.length;
    if (this.restBytes > LONGEST_LINE) this.rest = [];
    else if (bytes.length > 0) this.rest.push(Buffer.from(bytes));
  }

  private *added(): Generator<Buffer, void, undefined> {
    let file: number;
    try {
      file = openSync(this.path, constants.O_RDONLY | constants.O_NONBLOCK);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
      throw error;
    }
    try {
      const piece = Buffer.allocUnsafe(PIECE_BYTES);
      for (;;) {
        const count = readSync(file, piece, 0, piece.length, this.offset);
        if (count === 0) return;
        this.offset += count;
        yield piece.subarray(0, count);
      }
    } finally {
      closeSync(file);
    }
  }
}

function parseLine(line: string): JournalLine | undefined {
  if (line === '') return undefined;
  try {
    const json: unknown = JSON.parse(line);
    const isEvent =
      typeof json === 'object' &&
      json !== null &&
      typeof (json as { type?: unknown }).type === 'string' &&
      typeof (json as { at?: unknown }).at === 'number';
    return isEvent ? (json as JournalLine) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Whether the process that wrote a journal is still running. */
export function isAlive({ pid, processStart: start }: Pick<RunHeader, 'pid' | 'processStart'>): boolean {
  return start !== '' && processStart(pid) === start;
}

/** Field 22 of `/proc/<pid>/stat`; the name in field 2 may contain anything, and ends at the last `)`. */
function processStart(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}
