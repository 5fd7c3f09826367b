/**
 * Getting files onto the disk before they are registered. A file system writes back what it is given in an order of its own: without
 * this, a power cut may leave a database that knows a path, and a path whose files are empty. See
 * docs/decisions/0010-what-a-power-cut-may-take.md.
 */
import { execFile, spawnSync } from 'node:child_process';
import { closeSync, fsyncSync, lstatSync, openSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { err, fail, ok, type Result } from '../result.js';
import { attempt, attemptAsync, ioFailure } from './io-failure.js';

/** Up to this number of files are synced one by one, which takes less time than starting a program. */
const FEW = 3;

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
    const synced = await Promise.all([...hostPaths, this.storeDir].map((path) => attemptAsync('bring to the disk', path, () => syncFile(path))));
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
    const running = syncFileSystem(this.storeDir).finally(() => {
      if (this.#running === running) this.#running = undefined;
    });
    this.#running = running;
    return running;
  }
}

/** Makes all that was written to the file system of a directory durable, at once. */
export function syncFileSystemNow(directory: string): Result<void> {
  const { error, status, stderr } = spawnSync('sync', ['-f', directory], { env: environment(), encoding: 'utf8' });
  return error === undefined && status === 0 ? ok(undefined) : notSynced(directory, error?.message ?? stderr);
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

/** Node.js has no syncfs(2), so this is coreutils' `sync`. An fsync(2) for each file of a compiler takes a hundred times as long. */
function syncFileSystem(directory: string): Promise<Result<void>> {
  return new Promise<Result<void>>((resolve) => {
    execFile('sync', ['-f', directory], { env: environment(), encoding: 'utf8' }, (error, _stdout, stderr) => {
      resolve(error === null ? ok(undefined) : notSynced(directory, stderr.trim() === '' ? error.message : stderr));
    });
    // Some of the system's errors are thrown, such as that there is no memory for another process.
  }).catch((error: unknown) => err(ioFailure('bring to the disk, by `sync`,', directory, error)));
}

function notSynced(directory: string, why: string): Result<never> {
  return fail(
    'E_IO',
    `what was written to ${directory} cannot be brought to the disk: ${why.trim()}`,
    'is the disk sound, and `sync` of coreutils there?',
  );
}

async function syncFile(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function environment(): NodeJS.ProcessEnv {
  return { PATH: `${process.env['PATH'] ?? ''}:/usr/bin:/bin`, LC_ALL: 'C' };
}
