import { closeSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { Failure } from '../../result.js';
import type { ByteString } from './host-path.js';
import { nextTurn, runSlice } from './slices.js';
import type { StepWriter } from './step-writer.js';
import { TreeProblem } from './tree-problem.js';
import type { ReadStep } from './tree-reader.js';

/** How far ahead: so many batches of so many steps. Their files are open meanwhile. */
export const BATCHES = 4;
export const BATCH_STEPS = 64;

/** What the other thread is told. */
export interface Order {
  readonly root: ByteString;
  readonly after: readonly string[];
}

/** What the other thread says. */
export type Report =
  | { readonly kind: 'batch'; readonly steps: readonly ReadStep[] }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** Of the two 32-bit numbers that both threads see: how many batches were written (the other thread sleeps on it), and 1 when no more are wanted. */
export const TAKEN = 0;
export const ABANDONED = 1;

/**
 * A thread that finds and opens the files of a tree while this one reads and hashes them: with many small files, either
 * is about half of the work.
 */
export class ReadAhead {
  private readonly shared = new Int32Array(new SharedArrayBuffer(8));
  private readonly worker: Worker;
  private readonly reports: Report[] = [];
  /** Taken from a report, but not written yet: their files are open. */
  private steps: ReadStep[] = [];
  private wake: () => void = () => undefined;
  private ready = false;
  private working = false;
  private crash: Error | undefined;

  constructor() {
    this.worker = new Worker(...workerFile(this.shared));
    // A process that has nothing else to do must not wait for help it does not need.
    this.worker.unref();
    this.worker.on('message', (report: Report) => {
      this.receive(report);
    });
    // A thread that cannot start is never ready: the work is done without it.
    this.worker.once('error', (error: Error) => {
      this.crash = error;
      this.wake();
    });
  }

  get isReady(): boolean {
    return this.ready;
  }

  /** Goes on from a reader's position to the end of the tree. Throws what reading and writing throw. Call it once. */
  async goOn(root: ByteString, after: readonly string[], writer: StepWriter): Promise<void> {
    const order: Order = { root, after };
    this.working = true;
    this.worker.ref();
    this.worker.postMessage(order);
    for (;;) {
      const report = await this.nextReport();
      if (report.kind === 'done') return;
      if (report.kind === 'failed') throw new TreeProblem(report.failure);
      this.steps = [...report.steps].reverse();
      const written = writer.write(this.takeSteps());
      while (runSlice(written) === undefined) await nextTurn();
      Atomics.add(this.shared, TAKEN, 1);
      Atomics.notify(this.shared, TAKEN);
    }
  }

  /** Ends the thread, and closes what it opened in vain. */
  dismiss(): void {
    if (!this.working) void this.worker.terminate();
    // Killed at work, it would leave files open that nobody knows of.
    Atomics.store(this.shared, ABANDONED, 1);
    Atomics.notify(this.shared, TAKEN);
    closeFiles(this.steps);
    for (const report of this.reports.splice(0)) this.receive(report);
  }

  private receive(report: Report | { readonly kind: 'ready' }): void {
    const isAbandoned = Atomics.load(this.shared, ABANDONED) === 1;
    if (report.kind === 'ready') this.ready = true;
    else if (!isAbandoned) this.reports.push(report);
    else if (report.kind === 'batch') closeFiles(report.steps);
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

function workerFile(shared: Int32Array): ConstructorParameters<typeof Worker> {
  // What the thread opens is closed by another: it must not close it once more when it ends.
  const options = { workerData: shared, trackUnmanagedFds: false };
  const compiled = new URL('./read-ahead-worker.js', import.meta.url);
  if (!import.meta.url.endsWith('.ts')) return [compiled, { ...options, execArgv: [] }];
  // Uncompiled, in tests, the thread must compile for itself too.
  return [new URL('./read-ahead-worker.ts', import.meta.url), { ...options, execArgv: ['--import', 'jiti/register'] }];
}
