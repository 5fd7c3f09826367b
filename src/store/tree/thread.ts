import { Worker, type WorkerOptions } from 'node:worker_threads';

/** Starts a compiled file as a thread. A process that has nothing else to do does not wait for it. */
export function startThread(file: URL, workerData: unknown, options: WorkerOptions = {}): Worker {
  const isCompiled = !import.meta.url.endsWith('.ts');
  // Uncompiled, in tests, the thread must compile for itself too.
  const worker = isCompiled
    ? new Worker(file, { ...options, workerData, execArgv: [] })
    : new Worker(new URL(file.href.replace(/js$/, 'ts')), { ...options, workerData, execArgv: ['--import', 'jiti/register'] });
  worker.unref();
  return worker;
}
