import { EXIT, type ExitCode } from './exit-code.js';
import { printError } from './output.js';

let stopWhatRuns: (() => void) | undefined;

/** Called when output can no longer be written. Stops the run as Ctrl-C does, or ends the program if nothing needs to be stopped. */
export function stopUnheard(exitCode: ExitCode): void {
  if (stopWhatRuns === undefined) process.exit(exitCode);
  stopWhatRuns();
}

/**
 * Turns Ctrl-C into an abort signal for as long as `run` runs: what is being built is stopped and the store left as it
 * was. A second Ctrl-C ends the program at once; builds die with it.
 */
export async function interruptible<T>(run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    printError('stopping; again to stop at once\n');
    controller.abort();
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const name of signals) process.on(name, stop);
  stopWhatRuns = (): void => controller.abort();
  try {
    return await run(controller.signal);
  } finally {
    for (const name of signals) process.off(name, stop);
    stopWhatRuns = undefined;
  }
}
