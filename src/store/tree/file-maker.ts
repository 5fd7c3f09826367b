import { closeSync, constants, openSync } from 'node:fs';
import type { Worker } from 'node:worker_threads';
import type { Failure } from '../../result.js';
import { writeAll } from '../write-all.js';
import { bytesOf, type ByteString } from './host-path.js';
import { startThread } from './thread.js';
import { TreeProblem } from './tree-problem.js';

/** Most bytes of a batch, and of one file in a batch. */
const BATCH_BYTES = 256 * 1024;
export const SMALL_FILE_BYTES = 64 * 1024;
/** Batches for the other thread: one to work on, and one so that it need not wait for the next. */
const BATCHES = 2;

const NEW_FILE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/** Files to make, in few and flat arrays, because passing an object to a thread costs as much as making a file. */
export interface FileBatch {
  readonly paths: readonly ByteString[];
  /** The mode of each, without the umask. */
  readonly modes: readonly number[];
  /** The end of each in `bytes`; it begins at the end of the one before. */
  readonly ends: readonly number[];
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The other thread's result of a batch. */
export type Made = Failure | undefined;

/** Creates a new file, open for writing. */
export function newFile(path: ByteString, isExecutable: boolean): number {
  return openSync(bytesOf(path), NEW_FILE, isExecutable ? 0o777 : 0o666);
}

/** Makes the files of a batch. Throws the system's error. */
export function makeFiles({ paths, modes, ends, bytes }: FileBatch): void {
  let start = 0;
  for (const [index, path] of paths.entries()) {
    const fd = openSync(bytesOf(path), NEW_FILE, modes[index]);
    try {
      const end = ends[index]!;
      writeAll(fd, bytes.subarray(start, end));
      start = end;
    } finally {
      closeSync(fd);
    }
  }
}

/** Makes small files in batches, in a second thread and, if that is busy, in this one. */
export class FileMaker {
  /** Shared by both threads: -1 until the other one is ready, then the number of batches it has made. */
  private readonly made = new Int32Array(new SharedArrayBuffer(4)).fill(-1);
  private readonly worker: Worker;
  private given = 0;
  private answered = 0;
  private problem: Error | undefined;
  private wake: () => void = () => undefined;
  private batch = emptyBatch();
  private used = 0;

  constructor() {
    this.worker = startThread('file-maker-worker', this.made);
    this.worker.on('message', (failure: Made) => {
      this.answered++;
      if (failure !== undefined) this.problem ??= new TreeProblem(failure);
      this.wake();
    });
    // Without it this thread makes everything; batches that it had are lost.
    const lost = (error: Error): void => {
      Atomics.store(this.made, 0, -1);
      if (this.given > this.answered) this.problem ??= error;
      this.wake();
    };
    this.worker.once('error', lost);
    this.worker.once('exit', () => lost(new Error('Internal error: the thread that makes files has ended')));
  }

  get isReady(): boolean {
    return Atomics.load(this.made, 0) >= 0;
  }

  /** Adds a file of at most `SMALL_FILE_BYTES`; `data` has its bytes. Throws errors of earlier files. */
  file(path: ByteString, isExecutable: boolean, size: number): void {
    if (this.used + size > BATCH_BYTES) this.handOver();
    this.batch.paths.push(path);
    this.batch.modes.push(isExecutable ? 0o777 : 0o666);
    this.batch.ends.push(this.used + size);
  }

  data(bytes: Uint8Array): void {
    this.batch.bytes.set(bytes, this.used);
    this.used += bytes.length;
  }

  /** Resolves when all files are made. Throws their errors. */
  async finish(): Promise<void> {
    this.handOver();
    this.worker.ref();
    while (this.problem === undefined && this.answered < this.given) await new Promise<void>((resolve) => (this.wake = resolve));
    this.check();
  }

  /** Ends the other thread; after that it makes no more files. */
  async dismiss(): Promise<void> {
    await this.worker.terminate();
  }

  private handOver(): void {
    this.check();
    const batch = this.batch;
    if (this.isReady && this.given - Atomics.load(this.made, 0) < BATCHES) {
      this.given++;
      this.worker.postMessage(batch, [batch.bytes.buffer]);
      this.batch = emptyBatch();
    } else {
      makeFiles(batch);
      this.batch = { ...emptyBatch(), bytes: batch.bytes };
    }
    this.used = 0;
  }

  private check(): void {
    if (this.problem !== undefined) throw this.problem;
  }
}

function emptyBatch(): { paths: ByteString[]; modes: number[]; ends: number[]; bytes: Uint8Array<ArrayBuffer> } {
  return { paths: [], modes: [], ends: [], bytes: new Uint8Array(BATCH_BYTES) };
}
