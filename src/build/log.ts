/**
 * Logs of builds: `<root>/nix/var/log/nix/drvs/xx/<rest>.drv`, plain text, in Nix's layout. `nix log` and every other
 * program can read them, also while they grow. After a kill at most the last second is missing. A log that is too long
 * has the beginning and the end, and says between them how many bytes were left out.
 */
import { appendFileSync, existsSync, linkSync, mkdirSync, rmSync, statSync, truncateSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { storePathBaseName, type DrvPath } from '../formats/index.js';
import type { Result } from '../result.js';
import { attempt } from '../store/index.js';
import { LastBytes } from './last-bytes.js';
import { logTimesPath, TimeMarks, unknownFrom } from './log-times.js';

/** The part that is written as it comes. LLVM's logs have a tenth of it. */
const LONGEST_BEGINNING = 64 * 2 ** 20;
/** The part of the rest that is kept, in memory until the build is over. */
const LONGEST_END = 2 ** 20;

const FLUSH_BYTES = 256 * 1024;
const FLUSH_MS = 1000;

/** Host path of a derivation's log below the store's root, whether it exists or not. */
export function logPath(root: string, drvPath: DrvPath): string {
  const baseName = storePathBaseName(drvPath);
  return join(root, 'nix/var/log/nix/drvs', baseName.slice(0, 2), baseName.slice(2));
}

/** Links the log of an equal, built derivation to one that need not be built, if it has none. */
export function linkLog(root: string, built: DrvPath, reused: DrvPath): void {
  const [from, to] = [logPath(root, built), logPath(root, reused)];
  if (!existsSync(from) || existsSync(to)) return;
  // A missing log is no reason to fail.
  attempt('link the log', to, () => {
    mkdirSync(dirname(to), { recursive: true });
    linkSync(from, to);
    if (existsSync(logTimesPath(from))) linkSync(logTimesPath(from), logTimesPath(to));
  });
}

/** In bytes. */
interface LogLimits {
  readonly beginning: number;
  readonly end: number;
}

const LIMITS: LogLimits = { beginning: LONGEST_BEGINNING, end: LONGEST_END };

/** Writes one log under the names of both its derivations, the requested one and the resolved one. */
export class LogWriter {
  private readonly path: string;
  private pending: Buffer[] = [];
  private pendingBytes = 0;
  private timer: NodeJS.Timeout | undefined;
  private taken = 0;
  /** The output after the beginning. */
  private end: LastBytes | undefined;
  /** Of the lines of the beginning. */
  private marks = '';

  private constructor(
    path: string,
    private readonly limits: LogLimits,
    private readonly times: TimeMarks,
  ) {
    this.path = path;
  }

  /** Starts a log, which replaces older ones. Fails with the system's error. */
  static open(
    root: string,
    drvPaths: readonly [DrvPath, ...DrvPath[]],
    { limits = LIMITS, now = () => performance.now() }: { readonly limits?: LogLimits; readonly now?: () => number } = {},
  ): Result<LogWriter> {
    const [path, ...others] = [...new Set(drvPaths)].map((drvPath) => logPath(root, drvPath)) as [string, ...string[]];
    return attempt('begin the log', path, () => {
      for (const name of [path, ...others]) {
        mkdirSync(dirname(name), { recursive: true });
        // An older log may have several names: replace this one, and do not write into the others.
        for (const file of [name, logTimesPath(name)]) rmSync(file, { force: true });
      }
      for (const fileOf of [(name: string) => name, logTimesPath]) {
        appendFileSync(fileOf(path), '');
        for (const name of others) linkSync(fileOf(path), fileOf(name));
      }
      return new LogWriter(path, limits, new TimeMarks(now));
    });
  }

  /** Writes bytes, usually a line, exactly as readers get them. */
  write(bytes: Buffer): void {
    const at = this.taken;
    this.taken += bytes.length;
    if (this.end === undefined && this.taken > this.limits.beginning) {
      this.marks += unknownFrom(at);
      this.flush();
      this.end = new LastBytes(this.limits.end);
    }
    if (this.end === undefined) this.marks += this.times.markAt(at);
    if (this.end === undefined) this.append(bytes);
    else this.end.push(bytes);
  }

  /** Writes the rest. */
  close(): void {
    if (this.end !== undefined) this.append(ending(this.end));
    this.flush();
  }

  private append(bytes: Buffer): void {
    this.pending.push(bytes);
    this.pendingBytes += bytes.length;
    if (this.pendingBytes >= FLUSH_BYTES) this.flush();
    else this.timer ??= setTimeout(() => this.flush(), FLUSH_MS).unref();
  }

  private flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.pending.length === 0) return;
    const marks = this.marks;
    this.marks = '';
    // First, for those who read along. Without them the log is as good.
    if (marks !== '') attempt('write the times of the log', this.path, () => appendFileSync(logTimesPath(this.path), marks));
    const bytes = Buffer.concat(this.pending);
    // On a full disk the rest of the log is lost, and the build fails by itself.
    attempt('write the log', this.path, () => {
      const length = statSync(this.path).size;
      try {
        appendFileSync(this.path, bytes);
      } catch (error) {
        truncateSync(this.path, length);
        throw error;
      }
    });
    this.pending = [];
    this.pendingBytes = 0;
  }
}

/** The end of a log that became too long: the number of bytes missing before it, then whole lines if possible. */
function ending(end: LastBytes): Buffer {
  const kept = end.bytes();
  if (end.count === kept.length) return kept;
  const lines = kept.subarray(kept.indexOf(0x0a) + 1);
  return Buffer.concat([Buffer.from(`\n… ${end.count - lines.length} more bytes were left out here …\n\n`), lines]);
}
