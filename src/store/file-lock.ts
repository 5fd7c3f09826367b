/**
 * Locks between processes, by flock(2) on files, in the same way as Nix's `pathlocks.cc`, so Nix and Zilch exclude each
 * other on one store. The kernel drops a lock whenever its holder dies.
 */
import { closeSync, constants, fstatSync, openSync, statSync, unlinkSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { isMissing, isSystemError } from './io-failure.js';
import { flock } from '../system-calls.js';

export type LockMode = 'exclusive' | 'shared';

/** A held lock; closing it releases it. */
export class FileLock {
  readonly #path: string;
  #fd: number | undefined;

  constructor(path: string, fd: number) {
    this.#path = path;
    this.#fd = fd;
  }

  /** The open file, for those who keep data in it. */
  get fd(): number {
    if (this.#fd === undefined) throw new Error(`Internal error: the lock ${this.#path} was released`);
    return this.#fd;
  }

  /** Releases the lock and keeps its file. */
  release(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }

  /**
   * Releases the lock and deletes its file. Processes that already wait on the deleted file start again with a new one:
   * Nix notices the mark written into it, Zilch checks whether the name still leads to it.
   */
  releaseAndDelete(): void {
    if (this.#fd === undefined) return;
    try {
      unlinkSync(this.#path);
      writeSync(this.#fd, 'd');
    } catch (error) {
      // The disk is full, or a garbage collection was faster: release the lock nevertheless.
      if (!isSystemError(error)) throw error;
    } finally {
      this.release();
    }
  }
}

/**
 * Takes the lock if it is free; `undefined` if it is not. Throws the system's error if the file cannot be opened, for
 * example because another user has put a symlink there.
 */
export function tryLock(path: string, mode: LockMode): FileLock | undefined {
  for (;;) {
    const fd = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o600);
    try {
      flock(fd, mode);
    } catch (error) {
      closeSync(fd);
      if (isSystemError(error) && (error.code === 'EAGAIN' || error.code === 'EWOULDBLOCK')) return undefined;
      throw error;
    }
    if (isStill(path, fd)) return new FileLock(path, fd);
    closeSync(fd);
  }
}

/** False if the file was deleted after it was opened; then others may hold a lock on a new one of the same name. */
function isStill(path: string, fd: number): boolean {
  const there = statSync(path, { throwIfNoEntry: false });
  const open = fstatSync(fd);
  return there?.ino === open.ino && there.dev === open.dev;
}

export interface WaitOptions {
  /** Ends the waiting; the promise is then rejected with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Called once, if the lock is not free immediately. */
  readonly onWait?: (() => void) | undefined;
}

const FIRST_DELAY_MS = 2;
const LONGEST_DELAY_MS = 100;

/**
 * Waits until the lock is free and takes it. It polls, because a blocking flock(2) would occupy one of Node's four file
 * threads, and four waiting locks would stop every file operation, including the holder's.
 */
export async function lock(path: string, mode: LockMode, options: WaitOptions = {}): Promise<FileLock> {
  let delay = FIRST_DELAY_MS;
  for (let attempt = 0; ; attempt++) {
    options.signal?.throwIfAborted();
    const taken = tryLock(path, mode);
    if (taken !== undefined) return taken;
    if (attempt === 0) options.onWait?.();
    await sleep(delay, undefined, options.signal === undefined ? {} : { signal: options.signal });
    delay = Math.min(delay * 1.5, LONGEST_DELAY_MS);
  }
}

/** True if a process holds a lock on the file or directory. False if it does not exist. */
export function isLocked(path: string): boolean {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
  try {
    flock(fd, 'exclusive');
    return false;
  } catch (error) {
    if (isSystemError(error) && (error.code === 'EAGAIN' || error.code === 'EWOULDBLOCK')) return true;
    throw error;
  } finally {
    closeSync(fd);
  }
}
