/**
 * Getting files onto the disk before they are registered. A file system writes back what it is given in an order of its own: without
 * this, a power cut may leave a database that knows a path, and a path whose files are empty. See
 * docs/decisions/0010-power-cuts.md.
 */
import { closeSync, fsyncSync, lstatSync, openSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { ok, type Result } from '../result.js';
import { attempt, attemptAsync } from './io-failure.js';
import { syncFileSystem, syncFileSystemSync } from '../system-calls.js';

/** Up to this number of files are synced one by one, which takes less time than all that others have written to the file system. */
const FEW = 3;

const BRING = 'bring to the disk';

/** Makes what was put into a store's directory durable. Who comes while others wait shares one call with them. */
export class Durability {
  #running: Promise<Result<void>> | undefined;
  #next: Promise<Result<void>> | undefined;

  constructor(private readonly storeDir: string) {}

  /** Returns when these names in the store's directory, and all that is in them, are on the disk. */
  async settle(hostPaths: readonly string[]): Promise<Result<void>> {
    if (hostPaths.length === 0) return ok(undefined);
    const stats = attempt('look at', this.storeDir, () => hostPaths.map((path) => lstatSync(path)));
    if (!stats.ok) return stats;
    if (hostPaths.length > FEW || !stats.value.every((stat) => stat.isFile())) return this.#wholeFileSystem();
    // At once, so that they share a commit of the file system's journal.
    const synced = await Promise.all([...hostPaths, this.storeDir].map((path) => attemptAsync(BRING, path, () => syncFile(path))));
    return synced.find((result) => !result.ok) ?? ok(undefined);
  }

  /** A call that has begun may have passed by what was written since: it is the next one that has all of it. */
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

/** Makes all that was written to the file system of a directory durable, at once. */
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

/** Makes a file, or what names a directory has, durable, at once. Throws the system's error. */
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
