/** Handing the terminal to another program until it ends. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { checkSandbox, hostView } from '../build/index.js';
import { fail, ok, type Result } from '../result.js';
import type { Store } from '../store/index.js';

interface Surroundings {
  readonly store: Store;
  /** Folders before the user's own PATH. */
  readonly path: readonly string[];
  /** Variables beside the user's own. */
  readonly env: Readonly<Record<string, string>>;
}

/** Runs a program in the user's directory, on the machine as it is, but with this store as /nix/store. As `handOver`. */
export async function runOnHost(command: readonly string[], { store, path, env }: Surroundings): Promise<Result<number>> {
  const sandbox = await checkSandbox();
  if (!sandbox.ok) return sandbox;
  const view = hostView({ storeDir: store.layout.storeDir, directory: process.cwd(), command });
  if (!view.ok) return view;
  return handOver(view.value, { ...process.env, ...env, PATH: [...path, process.env['PATH'] ?? '/usr/bin:/bin'].join(':') });
}

/** How a command ends that opened a shell: as what was run in it. How a shell that somebody typed into ends is his business. */
export function shellStatus(status: Result<number>, { command }: { readonly command?: string }): Result<number | undefined> {
  return command === undefined && status.ok ? ok(undefined) : status;
}

/** Runs a program with this one's terminal; gives its exit status, or 128 and the number of the signal that ended it, as shells do. */
export async function handOver([program, ...args]: readonly [string, ...string[]], env: NodeJS.ProcessEnv = process.env): Promise<Result<number>> {
  // Ctrl-C is meant for the other program.
  const ignore = (): void => undefined;
  process.on('SIGINT', ignore);
  const child = spawn(program, args, { stdio: 'inherit', env });
  // A signal to this program is meant for the one that it runs.
  const pass = (signal: NodeJS.Signals): void => void child.kill(signal);
  const passed = ['SIGTERM', 'SIGHUP'] as const;
  for (const signal of passed) process.on(signal, pass);
  const ended = await new Promise<Result<number>>((resolve) => {
    child.on('error', (error) => resolve(fail('E_PROGRAM', `${program} cannot be run: ${error.message}`, 'zilch doctor')));
    child.on('close', (code, signal) => resolve(ok(code ?? 128 + (signal === null ? 0 : constants.signals[signal]))));
  });
  for (const signal of passed) process.off(signal, pass);
  process.off('SIGINT', ignore);
  return ended;
}
