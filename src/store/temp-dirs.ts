/**
 * Directories for work in progress, on the store's file system. Each process has its own directory beside a lock that
 * it always holds. If the lock can be taken, the owner is gone, and the directory is deleted. Process ids are not used,
 * because they are reused and mean nothing in another container.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Result } from '../result.js';
import { tryLock, type FileLock } from './file-lock.js';
import { attempt } from './io-failure.js';
import { removeTree, removeTreeSync } from './tree/index.js';

export class TempDirs {
  readonly #base: string;
  #places = 0;
  #own: { readonly directory: string; readonly lock: FileLock } | undefined;

  constructor(base: string) {
    this.#base = base;
  }

  /** An unused path; files there are deleted after this process has ended. */
  place(): Result<string> {
    return attempt('make a directory in', this.#base, () => {
      if (this.#own === undefined) {
        this.#own = this.#claim();
        // In parallel with the new work, because a killed build may have left millions of files.
        void this.sweep();
      }
      return join(this.#own.directory, String(this.#places++));
    });
  }

  /** Makes a fresh, empty directory, mode 0700, at such a path. */
  make(): Result<string> {
    const place = this.place();
    if (!place.ok) return place;
    return attempt('make the directory', place.value, () => {
      mkdirSync(place.value, { mode: 0o700 });
      return place.value;
    });
  }

  /** Deletes what ended processes left. Files of other users cannot be deleted and stay; they do no harm. */
  async sweep(): Promise<void> {
    const names = attempt('list', this.#base, () => readdirSync(this.#base));
    for (const name of names.ok ? names.value : []) {
      if (!name.endsWith('.lock')) continue;
      const lock = attempt('lock', name, () => tryLock(join(this.#base, name), 'exclusive'));
      if (!lock.ok || lock.value === undefined) continue;
      // The directory is deleted before its lock: if killed in between, the next sweep still finds the lock.
      const removed = await removeTree(join(this.#base, name.slice(0, -'.lock'.length)));
      if (removed.ok) lock.value.releaseAndDelete();
      else lock.value.release();
    }
  }

  /**
   * Deletes this process's own directory. If that fails, for example on a file system that became read-only, a later
   * sweep deletes it.
   */
  close(): void {
    if (this.#own === undefined) return;
    const { directory, lock } = this.#own;
    this.#own = undefined;
    const removed = attempt('delete', directory, () => removeTreeSync(directory));
    if (removed.ok) lock.releaseAndDelete();
    else lock.release();
  }

  #claim(): { directory: string; lock: FileLock } {
    for (;;) {
      const directory = join(this.#base, `${process.pid}-${randomBytes(6).toString('hex')}`);
      // The lock comes before the directory: a sweep may delete a directory whose lock is not held.
      const lock = tryLock(`${directory}.lock`, 'exclusive');
      if (lock === undefined) continue;
      try {
        mkdirSync(directory, { mode: 0o700 });
        return { directory, lock };
      } catch (error) {
        lock.releaseAndDelete();
        throw error;
      }
    }
  }
}
