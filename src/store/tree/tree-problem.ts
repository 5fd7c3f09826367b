import { err, fail, type Failure, type Result } from '../../result.js';
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

/** True for the errors of system calls, whose paths and codes are worth a failure; all others are bugs. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && typeof (error as NodeJS.ErrnoException).syscall === 'string';
}

/** What to say of an error caught around work on the tree at `root`; rethrows bugs. */
export function failureOf(error: unknown, root: ByteString): Result<never> {
  if (error instanceof TreeProblem) return err(error.failure);
  if (!isSystemError(error)) throw error;
  const path = error.path ?? displayPath(root);
  return fail('E_TREE_IO', `${error.syscall ?? 'a system call'} failed on ${path}: ${error.code ?? error.message}`, HINTS[error.code ?? ''], error);
}

const HINTS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full: free some space, or use another store directory',
  EACCES: 'the permissions do not allow it',
  EROFS: 'the file system is mounted read-only',
  EMFILE: 'too many files are open: raise the limit (ulimit -n)',
  ENAMETOOLONG: 'the file system cannot hold so long a name',
};
