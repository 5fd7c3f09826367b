/** One server as several processes, since one does one thing at a time: hashing what it sends takes most of its time. */
import cluster from 'node:cluster';
import type { Server } from 'node:http';
import { fail, ok, type Result } from '../result.js';
import { EXIT, type ExitCode } from './exit-code.js';
import { interruptible } from './interrupt.js';

/** Whether this is one of the processes that `serveByMany` started, which serve and do not talk of it. */
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
    // One alone first: what is wrong with the address is said once.
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

/** Serves, in one of the processes; ends only when it cannot. They die with the process that started them, and leave Ctrl-C to it. */
export function listenForEver(server: Server, { host, port }: { readonly host: string; readonly port: number }): Promise<Result<never>> {
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => undefined);
  return new Promise((resolve) => {
    server.once('error', (error) => {
      resolve(fail('E_LISTEN', `cannot listen at ${host}:${port}: ${error.message}`, 'choose another with --port'));
      // Else the process would wait for word from the one that started it.
      cluster.worker?.disconnect();
    });
    server.listen(port, host);
  });
}
