import { Worker, type WorkerOptions } from 'node:worker_threads';

/** Starts a thread of the store. The thread does not keep the process running. */
export function startThread(name: 'file-maker-worker' | 'read-ahead-worker', workerData: unknown, options: WorkerOptions = {}): Worker {
  const isCompiled = !import.meta.url.endsWith('.ts');
  // Compiled code is in a bundle beside the folders; in tests the code is not compiled, and the thread must compile it,
  // too.
  const worker = isCompiled
    ? new Worker(new URL(`../store/tree/${name}.js`, import.meta.url), { ...options, workerData, execArgv: [] })
    : new Worker(new URL(`./${name}.ts`, import.meta.url), { ...options, workerData, execArgv: ['--import', 'jiti/register'] });
  worker.unref();
  return worker;
}
