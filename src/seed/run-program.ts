import { spawn } from 'node:child_process';
import { ok, err, type Result } from '../result.js';
import { ioFailure } from '../store/index.js';

/** How a program ended; exactly one of `status` and `signal` is set. */
export interface Ended {
  readonly status: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
  /** The first 64 KiB of its standard output and error. */
  readonly output: string;
}

export interface RunOptions {
  /** The program is killed after this time, in milliseconds. */
  readonly timeout?: number;
  readonly env?: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal | undefined;
}

const OUTPUT_LIMIT = 65536;

/** Runs a program to its end, with empty standard input. Fails only when it cannot be started. */
export function runProgram(program: string, args: readonly string[], cwd: string, options: RunOptions = {}): Promise<Result<Ended>> {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd,
      env: options.env ?? {},
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: options.timeout ?? 10_000,
      killSignal: 'SIGKILL',
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    let output = '';
    const take = (chunk: Buffer): void => {
      if (output.length < OUTPUT_LIMIT) output += chunk.toString();
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.on('error', (error) => {
      // Node reports an aborted child twice; the `close` event says how it ended.
      if (error.name !== 'AbortError') resolve(err(ioFailure('run', program, error)));
    });
    child.on('close', (status, signal) => resolve(ok({ status: status ?? undefined, signal: signal ?? undefined, output })));
  });
}
