/** The other thread of `file-maker.ts`. */
import { parentPort, workerData } from 'node:worker_threads';
import { makeFiles, type FileBatch, type Made } from './file-maker.js';
import { toByteString } from './host-path.js';
import { failureOf } from './tree-problem.js';

const made = workerData as Int32Array;

function make(batch: FileBatch): Made {
  try {
    makeFiles(batch);
    return undefined;
  } catch (error) {
    const failed = failureOf(error, batch.paths[0] ?? toByteString(''));
    return failed.ok ? undefined : failed.failure;
  } finally {
    Atomics.add(made, 0, 1);
  }
}

parentPort?.on('message', (batch: FileBatch) => parentPort?.postMessage(make(batch)));
Atomics.store(made, 0, 0);
