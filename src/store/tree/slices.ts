import { ok, type Result } from '../../result.js';
import { displayPath, type ByteString } from './host-path.js';
import { failureOf, problem } from './tree-problem.js';

/** The longest time that the event loop may be blocked. */
const SLICE_MILLISECONDS = 10;

/**
 * Runs work that is written as a generator, and pauses at a yield when a slice of time is used up. File system calls
 * are fastest when synchronous, and the pauses keep progress displays and other builds' logs running. Fails with
 * `E_CANCELLED` in the pause after the signal.
 */
export async function runInSlices<T>(root: ByteString, steps: Generator<undefined, T, undefined>, signal?: AbortSignal): Promise<Result<T>> {
  try {
    for (;;) {
      const end = runSlice(steps);
      if (end !== undefined) return ok(end.value);
      await nextTurn();
      checkSignal(root, signal);
    }
  } catch (error) {
    return failureOf(error, root);
  }
}

/** Stops the work on a tree after the signal. */
export function checkSignal(root: ByteString, signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) problem('E_CANCELLED', `stopped while ${displayPath(root)} was read`);
}

/** Runs one slice; returns the result at the end. */
export function runSlice<T>(steps: Generator<undefined, T, undefined>): IteratorReturnResult<T> | undefined {
  const sliceEnd = performance.now() + SLICE_MILLISECONDS;
  do {
    const step = steps.next();
    if (step.done === true) return step;
  } while (performance.now() < sliceEnd);
  return undefined;
}

/** Runs everything without pauses. */
export function runToEnd<T>(steps: Generator<undefined, T, undefined>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** Lets everything else that waits for the event loop run. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
