import type { Failure, Result } from '../result.js';
import { err } from '../result.js';
import { StreamFailure } from '../exchange/index.js';
import { ioFailure } from '../store/index.js';

/** Turns an error of a stream between a file and the store into a failure. Throws bugs again. */
export function fileFailure(action: string, file: string, error: unknown): Result<never> {
  const failure: Failure = error instanceof StreamFailure ? error.failure : ioFailure(action, file, error);
  return err(failure);
}
