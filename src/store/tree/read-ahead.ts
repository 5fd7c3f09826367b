import { closeSync } from 'node:fs';
import type { Worker } from 'node:worker_threads';
import type { Failure } from '../../result.js';
import type { ByteString } from './host-path.js';
import { checkSignal, nextTurn, runSlice } from './slices.js';
import { unpackSteps, type StepBatch } from './step-batch.js';
import type { StepWriter } from './step-writer.js';
import { startThread } from './thread.js';
import { TreeProblem } from './tree-problem.js';
import type { ReadStep } from './tree-reader.js';

/** How far ahead: the number of batches, and of steps in each. Their files are open meanwhile. */
export const BATCHES = 4;
export const BATCH_STEPS = 64;

/** The other thread's input. */
export interface Order {
  readonly root: ByteString;
  readonly after: readonly string[];
}

/** The other thread's output. */
export type Report =
  { readonly kind: 'batch'; readonly batch: StepBatch } | { readonly kind: 'done' } | { readonly kind: 'failed'; readonly failure: Failure };

/**
 * Both threads share the number of written batches, and the other thread waits for it to change. This value means that
 * no more are wanted.
 */
export const ABANDONED = -1;

/**
 * A thread that finds and opens the files of a tree while this one reads and hashes them. With many small files, each
 * does about half of the work.
 */
export class ReadAhead {
  private readonly written = new Int32Array(new SharedArrayBuffer(4));
  private readonly worker: Worker;
  private readonly reports: Report[] = [];
  /** Received, but not written yet; their files are open. */
  private steps: ReadStep[] = [];
  private wake: () => void = () => undefined;
  private ready = false;
  private working = false;
  private crash: Error | undefined;

  constructor() {
    // This thread closes the files, so the other must not close them again when it ends.
    this.worker = startThread('read-ahead-worker', this.written, { trackUnmanagedFds: false });
    this.worker.on('message', (report: Report) => {
      this.receive(report);
    });
    // If the thread cannot start, it is never ready, and the work is done without it.
    const lost = (error: Error): void => {
      this.crash ??= error;
      this.wake();
    };
    this.worker.once('error', lost);
    this.worker.once('exit', () => lost(new Error('Internal error: the thread that reads ahead has ended')));
  }

  get isReady(): boolean {
    return this.ready;
  }

  /** Continues from a reader's position to the end of the tree. Throws errors of reading and writing. Call it once. */
  async goOn(root: ByteString, after: readonly string[], writer: StepWriter, signal?: AbortSignal): Promise<void> {
    const order: Order = { root, after };
    this.working = true;
    this.worker.ref();
    this.worker.postMessage(order);
    for (;;) {
      const report = await this.nextReport();
      if (report.kind === 'done') return;
      if (report.kind === 'failed') throw new TreeProblem(report.failure);
      this.steps = unpackSteps(report.batch).reverse();
      const written = writer.write(this.takeSteps());
      while (runSlice(written) === undefined) {
        await nextTurn();
        checkSignal(root, signal);
      }
      Atomics.add(this.written, 0, 1);
      Atomics.notify(this.written, 0);
    }
  }

  /** Ends the thread, and closes unused files. */
  dismiss(): void {
    if (!this.working) void this.worker.terminate();
    // If it were killed, it would leave unknown files open.
    Atomics.store(this.written, 0, ABANDONED);
    Atomics.notify(this.written, 0);
    closeFiles(this.steps);
    for (const report of this.reports.splice(0)) this.receive(report);
  }

  private receive(report: Report | { readonly kind: 'ready' }): void {
    const isAbandoned = Atomics.load(this.written, 0) === ABANDONED;
    if (report.kind === 'ready') this.ready = true;
    else if (!isAbandoned) this.reports.push(report);
    else if (report.kind === 'batch') closeFiles(unpackSteps(report.batch));
    this.wake();
  }

  private async nextReport(): Promise<Report> {
    for (;;) {
      const report = this.reports.shift();
      if (report !== undefined) return report;
      if (this.crash !== undefined) throw this.crash;
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }

  private *takeSteps(): Generator<ReadStep, void, undefined> {
    for (let step = this.steps.pop(); step !== undefined; step = this.steps.pop()) yield step;
  }
}

/** Closes the files of steps that will not be written. */
export function closeFiles(steps: readonly ReadStep[]): void {
  for (const step of steps) {
    if (step.kind === 'file') closeSync(step.fd);
  }
}
