import { Worker, type WorkerOptions } from 'node:worker_threads';

/** Starts a file of this folder, named without its ending, as a thread. A process that has nothing else to do does not wait for it. */
export function startThread(name: string, workerData: unknown, options: WorkerOptions = {}): Worker {
  const isCompiled = !import.meta.url.endsWith('.ts');
  // Uncompiled, in tests, the thread must compile for itself too.
  const execArgv = isCompiled ? [] : ['--import', 'jiti/register'];
  const worker = new Worker(new URL(`./${name}.${isCompiled ? 'js' : 'ts'}`, import.meta.url), { ...options, workerData, execArgv });
  worker.unref();
  return worker;
}
