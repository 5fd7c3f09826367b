import { constants } from 'node:os';
import { err, ok, type Failure, type Result } from '../result.js';

/** What Node's file system calls throw; told apart from programmers' errors by its `errno`. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException & { code: string } {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code in constants.errno;
}

/** What to do when there is no room. */
export const FULL_DISK_HINT = 'the disk is full: make room (`zilch gc` deletes what nothing needs) or put the store elsewhere with --store';

/**
 * A failed system call as a failure: `action` reads after "cannot", `path` is the file it was about. Anything that is
 * not a system call's error is a bug and is thrown again.
 */
export function ioFailure(action: string, path: string | Buffer, error: unknown): Failure {
  if (!isSystemError(error)) throw error;
  const message = `cannot ${action} ${path.toString()}: ${describe(error)}`;
  switch (error.code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return { code: 'E_DISK_FULL', message, hint: FULL_DISK_HINT, cause: error };
    case 'EROFS':
      return { code: 'E_READ_ONLY', message, hint: 'the file system is mounted read-only; put the store elsewhere with --store', cause: error };
    case 'EACCES':
    case 'EPERM':
      return { code: 'E_PERMISSION', message, hint: 'run as the owner of the store, or put the store elsewhere with --store', cause: error };
    case 'ENOENT':
    case 'ENOTDIR':
      return { code: 'E_NOT_FOUND', message, cause: error };
    case 'EXDEV':
      return { code: 'E_IO', message, hint: 'nix/store and nix/var must lie on one file system', cause: error };
    default:
      return { code: 'E_IO', message, cause: error };
  }
}

/** Runs file system calls; what the system refuses becomes a failure (see `ioFailure`). */
export function attempt<T>(action: string, path: string | Buffer, calls: () => T): Result<T> {
  try {
    return ok(calls());
  } catch (error) {
    return err(ioFailure(action, path, error));
  }
}

/** As `attempt`, for calls that are awaited. */
export async function attemptAsync<T>(action: string, path: string | Buffer, calls: () => Promise<T>): Promise<Result<T>> {
  try {
    return ok(await calls());
  } catch (error) {
    return err(ioFailure(action, path, error));
  }
}

/** True when the error says that there is no such file: the one error that is often an answer. */
export function isMissing(error: unknown): boolean {
  return isSystemError(error) && error.code === 'ENOENT';
}

function describe(error: NodeJS.ErrnoException): string {
  const text = /^[A-Z0-9]+: ([^,]+)/.exec(error.message)?.[1];
  return text ?? error.message;
}
