import { Worker, type WorkerOptions } from 'node:worker_threads';

/** Starts a thread of the store. A process that has nothing else to do does not wait for it. */
export function startThread(name: 'file-maker-worker' | 'read-ahead-worker', workerData: unknown, options: WorkerOptions = {}): Worker {
  const isCompiled = !import.meta.url.endsWith('.ts');
  // Compiled, this lies in a bundle beside the folders; uncompiled, in tests, the thread must compile for itself too.
  const worker = isCompiled
    ? new Worker(new URL(`../store/tree/${name}.js`, import.meta.url), { ...options, workerData, execArgv: [] })
    : new Worker(new URL(`./${name}.ts`, import.meta.url), { ...options, workerData, execArgv: ['--import', 'jiti/register'] });
  worker.unref();
  return worker;
}
