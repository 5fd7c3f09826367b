/**
 * Logs of builds: `<root>/nix/var/log/nix/drvs/xx/<rest>.drv`, plain text, laid out as Nix's: `nix log` and everything else can read
 * them, while they grow too. After a kill at most the last second is missing.
 */
import { appendFileSync, existsSync, linkSync, mkdirSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { storePathBaseName, type DrvPath } from '../formats/index.js';
import type { Result } from '../result.js';
import { attempt } from '../store/index.js';

const FLUSH_BYTES = 256 * 1024;
const FLUSH_MS = 1000;

/** Host path of a derivation's log below the store's root, whether it is there or not. */
export function logPath(root: string, drvPath: DrvPath): string {
  const baseName = storePathBaseName(drvPath);
  return join(root, 'nix/var/log/nix/drvs', baseName.slice(0, 2), baseName.slice(2));
}

/** Reads a whole log as text; `undefined` when there is none. */
export function readLog(root: string, drvPath: DrvPath): string | undefined {
  try {
    return readFileSync(logPath(root, drvPath), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Gives a derivation that need not be built the log of the equal one that was; where there is one and it has none. */
export function linkLog(root: string, built: DrvPath, reused: DrvPath): void {
  const [from, to] = [logPath(root, built), logPath(root, reused)];
  if (!existsSync(from) || existsSync(to)) return;
  // A log is no reason to fail.
  attempt('link the log', to, () => {
    mkdirSync(dirname(to), { recursive: true });
    linkSync(from, to);
  });
}

/** Writes one log under the names of all derivations it belongs to: the one asked for and the resolved one. */
export class LogWriter {
  private readonly path: string;
  private pending: Buffer[] = [];
  private pendingBytes = 0;
  private timer: NodeJS.Timeout | undefined;

  private constructor(path: string) {
    this.path = path;
  }

  /** Begins a log in place of older ones. Fails with what the system says. */
  static open(root: string, drvPaths: readonly [DrvPath, ...DrvPath[]]): Result<LogWriter> {
    const [path, ...others] = [...new Set(drvPaths)].map((drvPath) => logPath(root, drvPath)) as [string, ...string[]];
    return attempt('begin the log', path, () => {
      for (const name of [path, ...others]) {
        mkdirSync(dirname(name), { recursive: true });
        // An older log may go by several names: replace this one, do not write into the others.
        rmSync(name, { force: true });
      }
      appendFileSync(path, '');
      for (const name of others) linkSync(path, name);
      return new LogWriter(path);
    });
  }

  /** Takes bytes exactly as they shall be read. */
  write(bytes: Buffer): void {
    this.pending.push(bytes);
    this.pendingBytes += bytes.length;
    if (this.pendingBytes >= FLUSH_BYTES) this.flush();
    else this.timer ??= setTimeout(() => this.flush(), FLUSH_MS).unref();
  }

  /** Writes out what is left. */
  close(): void {
    this.flush();
  }

  private flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.pending.length === 0) return;
    const bytes = Buffer.concat(this.pending);
    // A disk that is full loses what did not fit, and the build fails by itself.
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
