/**
 * Paths that no garbage collection may delete while this process runs: those it is about to add, use or build upon. The
 * format is Nix's (`gc.cc`), so its collector and ours both respect them: a file named by process id, under an
 * exclusive lock, with paths that each end in a NUL.
 */
import { fstatSync, ftruncateSync, mkdirSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { StorePath } from '../formats/index.js';
import { err, ok, type Result } from '../result.js';
import { tryLock, type FileLock } from './file-lock.js';
import { ioFailure, isSystemError } from './io-failure.js';
import type { Layout } from './layout.js';
import { withShortSocketPath } from './socket-path.js';
import { writeAll } from './write-all.js';

/**
 * Numbers above every process id (2^22 at most), for a second store in one process or the same id in another container.
 */
const FIRST_SPARE_NAME = 5_000_000;
const SPARE_NAMES = 1_000_000_000;

export class TempRoots {
  readonly #layout: Layout;
  readonly #known = new Set<StorePath>();
  #file: FileLock | undefined;

  constructor(layout: Layout) {
    this.#layout = layout;
  }

  /**
   * Makes a path a root until `close`. After it returns, no running or later collection deletes the path; so check
   * whether a path is valid after this, not before.
   */
  async add(path: StorePath): Promise<Result<void>> {
    if (this.#known.has(path)) return ok(undefined);
    try {
      this.#file ??= this.#create();
      // Write it first, for collections that start from now on. Then tell a collection that is already running.
      append(this.#file.fd, `${path}\0`);
      while (!(this.#noneIsRunning() || (await this.#tellCollector(path)))) await sleep(2);
    } catch (error) {
      return err(ioFailure('record a temporary root in', this.#layout.tempRootsDir, error));
    }
    this.#known.add(path);
    return ok(undefined);
  }

  /** Releases all of this process's roots. */
  close(): void {
    this.#file?.releaseAndDelete();
    this.#file = undefined;
    this.#known.clear();
  }

  #noneIsRunning(): boolean {
    const gcLock = tryLock(this.#layout.gcLockFile, 'shared');
    gcLock?.release();
    return gcLock !== undefined;
  }

  #create(): FileLock {
    mkdirSync(this.#layout.tempRootsDir, { recursive: true });
    for (let name = process.pid; ; name = FIRST_SPARE_NAME + Math.floor(Math.random() * SPARE_NAMES)) {
      const file = tryLock(join(this.#layout.tempRootsDir, String(name)), 'exclusive');
      if (file === undefined) continue;
      // Discard what a dead process with our id wrote.
      ftruncateSync(file.fd);
      return file;
    }
  }

  /** True if the collector has acknowledged the path; false if it has just ended. */
  #tellCollector(path: StorePath): Promise<boolean> {
    return withShortSocketPath(
      this.#layout.gcSocket,
      (address) =>
        new Promise<boolean>((resolve, reject) => {
          const socket = createConnection(address);
          socket.on('connect', () => socket.write(`${path}\n`));
          socket.on('data', () => {
            socket.destroy();
            resolve(true);
          });
          socket.on('close', () => resolve(false));
          socket.on('error', (error) => {
            if (isSystemError(error) && ['ECONNREFUSED', 'ENOENT', 'ECONNRESET', 'EPIPE'].includes(error.code)) resolve(false);
            else reject(error);
          });
        }),
    );
  }
}

/** Writes all of it or nothing: a partial entry, left by a full disk, would damage the next one. */
function append(fd: number, entry: string): void {
  const { size } = fstatSync(fd);
  try {
    writeAll(fd, Buffer.from(entry), size);
  } catch (error) {
    ftruncateSync(fd, size);
    throw error;
  }
}
