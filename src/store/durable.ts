/**
 * Gets files onto the disk before they are registered. A file system writes data in its own order. Without this, a
 * power cut may leave a database with a path whose files are empty. See docs/decisions/0010-power-cuts.md.
 */
import { closeSync, fsyncSync, lstatSync, openSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { ok, type Result } from '../result.js';
import { attempt, attemptAsync } from './io-failure.js';
import { syncFileSystem, syncFileSystemSync } from '../system-calls.js';

/**
 * Up to this number of files are synced one by one, which is faster than syncing everything that others wrote to the
 * file system.
 */
const FEW = 3;

const BRING = 'bring to the disk';

/** Makes files in a store's directory durable. Callers that come during a call share the next one. */
export class Durability {
  #running: Promise<Result<void>> | undefined;
  #next: Promise<Result<void>> | undefined;

  constructor(private readonly storeDir: string) {}

  /** Returns when these names in the store's directory, and everything in them, are on the disk. */
  async settle(hostPaths: readonly string[]): Promise<Result<void>> {
    if (hostPaths.length === 0) return ok(undefined);
    const stats = attempt('look at', this.storeDir, () => hostPaths.map((path) => lstatSync(path)));
    if (!stats.ok) return stats;
    if (hostPaths.length > FEW || !stats.value.every((stat) => stat.isFile())) return this.#wholeFileSystem();
    // At the same time, so they share a commit of the file system's journal.
    const synced = await Promise.all([...hostPaths, this.storeDir].map((path) => attemptAsync(BRING, path, () => syncFile(path))));
    return synced.find((result) => !result.ok) ?? ok(undefined);
  }

  /** A running call may miss what was written after its start, so wait for the next one. */
  #wholeFileSystem(): Promise<Result<void>> {
    if (this.#running === undefined) return this.#start();
    this.#next ??= this.#running.then(() => this.#start());
    return this.#next;
  }

  #start(): Promise<Result<void>> {
    this.#next = undefined;
    const running = syncWhole(this.storeDir).finally(() => {
      if (this.#running === running) this.#running = undefined;
    });
    this.#running = running;
    return running;
  }
}

/** Makes everything on the file system of a directory durable, synchronously. */
export function syncFileSystemNow(directory: string): Result<void> {
  return attempt(BRING, directory, () => {
    const fd = openSync(directory, 'r');
    try {
      syncFileSystemSync(fd);
    } finally {
      closeSync(fd);
    }
  });
}

/** Makes a file, or the names in a directory, durable, synchronously. Throws the system's error. */
export function syncNow(path: string): void {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** An fsync(2) for each file of a compiler takes a hundred times as long. */
function syncWhole(directory: string): Promise<Result<void>> {
  return attemptAsync(BRING, directory, async () => {
    const handle = await open(directory, 'r');
    try {
      await syncFileSystem(handle.fd);
    } finally {
      await handle.close();
    }
  });
}

async function syncFile(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
