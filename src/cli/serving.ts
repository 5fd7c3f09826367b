/** One server as several processes. A process does one thing at a time, and hashing takes most of that time. */
import cluster from 'node:cluster';
import type { Server } from 'node:http';
import { listenFailure } from '../http/index.js';
import { ok, type Result } from '../result.js';
import { EXIT, type ExitCode } from './exit-code.js';
import { interruptible } from './interrupt.js';

/** Whether `serveByMany` started this process. Such a process serves and prints nothing. */
export function isServing(): boolean {
  return cluster.isWorker;
}

/**
 * Runs this command line in several processes that listen at one address, until Ctrl-C; `onListening` is told the port. When one
 * of them ends by itself, which it does with a failure that it has told, all do, and its exit code is the result.
 */
export async function serveByMany(count: number, onListening: (port: number) => void): Promise<Result<ExitCode | undefined>> {
  return interruptible(async (signal) => {
    const ended = new Promise<ExitCode>((resolve) => {
      cluster.on('exit', (_worker, code: number | null) => resolve((code ?? EXIT.bug) as ExitCode));
    });
    const stopped = new Promise<undefined>((resolve) => {
      signal.addEventListener('abort', () => resolve(undefined));
    });
    // One starts alone first, so that an error about the address is printed once.
    cluster.once('listening', (_worker, { port }) => {
      for (let more = 1; more < count; more++) cluster.fork();
      onListening(port);
    });
    cluster.fork();
    const code = await Promise.race([ended, stopped]);
    for (const worker of Object.values(cluster.workers ?? {})) worker?.process.kill('SIGKILL');
    return ok(code);
  });
}

/** Serves in one of the processes until it fails. The processes die with the one that started them, and leave Ctrl-C to it. */
export function listenForEver(server: Server, { host, port }: { readonly host: string; readonly port: number }): Promise<Result<never>> {
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => undefined);
  return new Promise((resolve) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      resolve(listenFailure(error, host, port));
      // Otherwise the process would wait for a message from the one that started it.
      cluster.worker?.disconnect();
    });
    server.listen(port, host);
  });
}
