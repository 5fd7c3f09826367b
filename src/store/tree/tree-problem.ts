import { err, type Failure, type Result } from '../../result.js';
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

/** The failure for an error during work on the tree at `root`; rethrows bugs. */
export function failureOf(error: unknown, root: ByteString): Result<never> {
  if (error instanceof TreeProblem) return err(error.failure);
  const path = isSystemError(error) && error.path !== undefined ? error.path : displayPath(root);
  return err(ioFailure('work on', path, error));
}
