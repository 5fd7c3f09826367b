/** The other thread of `read-ahead.ts`. */
import { parentPort, workerData } from 'node:worker_threads';
import { ABANDONED, BATCH_STEPS, BATCHES, closeFiles, type Order, type Report } from './read-ahead.js';
import { packSteps } from './step-batch.js';
import { failureOf } from './tree-problem.js';
import { TreeReader, type ReadStep } from './tree-reader.js';

const written = workerData as Int32Array;
let given = 0;

function report(what: Report | { readonly kind: 'ready' }): void {
  parentPort?.postMessage(what);
}

/** Sleeps while the most allowed batches are unread; false if no more are wanted. */
function mayGive(): boolean {
  for (;;) {
    const count = Atomics.load(written, 0);
    if (count === ABANDONED) return false;
    if (given - count < BATCHES) return true;
    Atomics.wait(written, 0, count);
  }
}

function give(steps: readonly ReadStep[]): boolean {
  if (!mayGive()) {
    closeFiles(steps);
    return false;
  }
  given++;
  report({ kind: 'batch', batch: packSteps(steps) });
  return true;
}

function readAll({ root, after }: Order): void {
  let steps: ReadStep[] = [];
  try {
    for (const step of new TreeReader(root, after)) {
      steps.push(step);
      if (steps.length < BATCH_STEPS) continue;
      if (!give(steps)) return;
      steps = [];
    }
    if (give(steps)) report({ kind: 'done' });
  } catch (error) {
    closeFiles(steps);
    const failed = failureOf(error, root);
    if (!failed.ok) report({ kind: 'failed', failure: failed.failure });
  }
}

// Only once: with nothing more to wait for, the thread ends.
parentPort?.once('message', readAll);
report({ kind: 'ready' });
