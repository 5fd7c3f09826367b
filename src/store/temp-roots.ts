/**
 * Paths that must outlive any garbage collection while this process runs: those it is about to add, to use or to build
 * upon. The format is Nix's (`gc.cc`), so that its collector and ours both respect them: a file named by process id, held
 * under an exclusive lock, of paths that each end in a NUL.
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

/** Names beyond every process id (2^22 at most), for a second store in one process or another container's same id. */
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
   * Makes a path a root until `close`. When it returns, no collection, running or to come, deletes the path; so ask
   * whether a path is valid after this, not before.
   */
  async add(path: StorePath): Promise<Result<void>> {
    if (this.#known.has(path)) return ok(undefined);
    try {
      this.#file ??= this.#create();
      // Written first: a collection that starts from now on reads it. What is left is one that is running already.
      append(this.#file.fd, `${path}\0`);
      while (!(this.#noneIsRunning() || (await this.#tellCollector(path)))) await sleep(2);
    } catch (error) {
      return err(ioFailure('record a temporary root in', this.#layout.tempRootsDir, error));
    }
    this.#known.add(path);
    return ok(undefined);
  }

  /** Lets all of this process's roots go. */
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
      // What a dead process of our id wrote is not ours to keep.
      ftruncateSync(file.fd);
      return file;
    }
  }

  /** True when the collector has acknowledged the path; false when it has just gone. */
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

/** All of it or nothing: a beginning, left by a full disk, would spoil the entry after it. */
function append(fd: number, entry: string): void {
  const { size } = fstatSync(fd);
  try {
    writeAll(fd, Buffer.from(entry), size);
  } catch (error) {
    ftruncateSync(fd, size);
    throw error;
  }
}
