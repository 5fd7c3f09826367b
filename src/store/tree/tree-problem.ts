import { err, ok, type Failure, type Result } from '../../result.js';
import { ioFailure, isSystemError } from '../io-failure.js';
import { displayPath, type ByteString } from './host-path.js';

/** Carries a failure out of the recursion over a tree; never leaves this folder. */
export class TreeProblem extends Error {
  constructor(readonly failure: Failure) {
    super(failure.message);
  }
}

/** Stops the work on a tree. */
export function problem(code: Failure['code'], message: string, hint?: string): never {
  throw new TreeProblem({ code, message, hint });
}

/** What to say of an error caught around work on the tree at `root`; rethrows bugs. */
export function failureOf(error: unknown, root: ByteString): Result<never> {
  if (error instanceof TreeProblem) return err(error.failure);
  const path = isSystemError(error) && error.path !== undefined ? error.path : displayPath(root);
  return err(ioFailure('work on', path, error));
}

/** How long the event loop may be kept from everything else. */
const SLICE_MILLISECONDS = 10;

/**
 * Runs work that is written as a generator, pausing where it yields when a slice of time is used up: file system calls
 * are fastest when synchronous, and this keeps them from freezing progress displays and other builds' logs.
 */
export async function runInSlices<T>(root: ByteString, steps: Generator<undefined, T, undefined>): Promise<Result<T>> {
  try {
    let sliceEnd = performance.now() + SLICE_MILLISECONDS;
    for (;;) {
      const step = steps.next();
      if (step.done === true) return ok(step.value);
      if (performance.now() < sliceEnd) continue;
      await new Promise((resolve) => setImmediate(resolve));
      sliceEnd = performance.now() + SLICE_MILLISECONDS;
    }
  } catch (error) {
    return failureOf(error, root);
  }
}
