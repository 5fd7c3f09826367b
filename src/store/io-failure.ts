import { constants } from 'node:os';
import { err, ok, type Failure, type Result } from '../result.js';

/**
 * Errors whose names Node.js does not know; it calls them "Unknown system error -122". By number, with the C library's
 * text.
 */
const UNKNOWN_TO_NODE: ReadonlyMap<number, readonly [code: string, text: string]> = new Map([
  [constants.errno.ENOLCK, ['ENOLCK', 'no locks available']],
  [constants.errno.EBADMSG, ['EBADMSG', 'bad message: what is stored is damaged']],
  [constants.errno.ESTALE, ['ESTALE', 'stale file handle: the file is gone from its server']],
  [117, ['EUCLEAN', 'structure needs cleaning: the file system is damaged']],
  [121, ['EREMOTEIO', 'remote I/O error']],
  [constants.errno.EDQUOT, ['EDQUOT', 'disk quota exceeded']],
  [123, ['ENOMEDIUM', 'no medium found']],
  [133, ['EHWPOISON', 'memory page has hardware error']],
]);

const NAMED_HERE: ReadonlySet<string> = new Set([...UNKNOWN_TO_NODE.values()].map(([code]) => code));

/**
 * The exceptions of Node's file system calls, distinguished from programmers' errors by their `errno`. An error without
 * a name in Node.js gets its name here, so code that checks `code` works.
 */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException & { code: string } {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return false;
  if (error.code in constants.errno || NAMED_HERE.has(error.code) || /^E\d+$/.test(error.code)) return true;
  if (!/^Unknown system error -\d+$/.test(error.code)) return false;
  const number = -Number(/-\d+$/.exec(error.code)?.[0]);
  const [code, text] = UNKNOWN_TO_NODE.get(number) ?? [`E${number}`, `error ${number} of the system`];
  error.code = code;
  error.message = error.message.replace(/^Unknown system error -\d+: Unknown system error -\d+/, `${code}: ${text}`);
  return true;
}

/** The hint for a full disk. */
export const FULL_DISK_HINT = 'the disk is full: make room (`zilch gc` deletes what nothing needs) or put the store elsewhere with --store';

/** The hint for a disk that cannot be read or written. */
export const FAILING_DISK_HINT = 'the disk or its file system is damaged: read the messages of the kernel (dmesg), and check the disk';

/**
 * A failed system call as a failure: `action` reads after "cannot", `path` is the file it was about. Anything that is
 * not a system call's error is a bug and is thrown again.
 */
export function ioFailure(action: string, path: string | Buffer, error: unknown): Failure {
  if (!isSystemError(error)) throw error;
  const message = `cannot ${action} ${path.toString()}: ${describe(error)}`;
  // Elsewhere, another store would help nobody.
  const ofStore = /\bstore\b/.test(action) || /\/nix\/(store|var)(\/|$)/.test(path.toString());
  switch (error.code) {
    case 'ENOSPC':
      return { code: 'E_DISK_FULL', message, hint: FULL_DISK_HINT, cause: error };
    case 'EDQUOT':
      return {
        code: 'E_DISK_FULL',
        message,
        hint: 'the quota of this user is used up: make room, or put the store elsewhere with --store',
        cause: error,
      };
    case 'EIO':
    case 'EUCLEAN':
    case 'EBADMSG':
    case 'EREMOTEIO':
    case 'EHWPOISON':
      return { code: 'E_IO', message, hint: FAILING_DISK_HINT, cause: error };
    case 'ESTALE':
      return { code: 'E_IO', message, hint: 'the server of the file system has changed: mount it again', cause: error };
    case 'ENOLCK':
      return { code: 'E_IO', message, hint: 'the file system does not support locks, which a store needs: use another with --store', cause: error };
    case 'EROFS':
      return {
        code: 'E_READ_ONLY',
        message,
        hint: `the file system is mounted read-only${ofStore ? '; put the store elsewhere with --store' : ''}`,
        cause: error,
      };
    case 'EACCES':
    case 'EPERM':
      return {
        code: 'E_PERMISSION',
        message,
        hint: ofStore ? 'run as the owner of the store, or put the store elsewhere with --store' : `who may? ls -ld ${path.toString()}`,
        cause: error,
      };
    case 'ENOENT':
    case 'ENOTDIR':
      return { code: 'E_NOT_FOUND', message, cause: error };
    case 'ENAMETOOLONG':
      return { code: 'E_IO', message, hint: 'put the store where its path is shorter, with --store', cause: error };
    case 'EXDEV':
      return { code: 'E_IO', message, hint: 'nix/store and nix/var must be on one file system', cause: error };
    default:
      return { code: 'E_IO', message, cause: error };
  }
}

/** Runs file system calls; their errors become failures (see `ioFailure`). */
export function attempt<T>(action: string, path: string | Buffer, calls: () => T): Result<T> {
  try {
    return ok(calls());
  } catch (error) {
    return err(ioFailure(action, path, error));
  }
}

/** Like `attempt`, for asynchronous calls. */
export async function attemptAsync<T>(action: string, path: string | Buffer, calls: () => Promise<T>): Promise<Result<T>> {
  try {
    return ok(await calls());
  } catch (error) {
    return err(ioFailure(action, path, error));
  }
}

/** True if the error says that the file does not exist, which is often an expected answer. */
export function isMissing(error: unknown): boolean {
  return isSystemError(error) && error.code === 'ENOENT';
}

function describe(error: NodeJS.ErrnoException): string {
  const text = /^[A-Z0-9]+: ([^,]+)/.exec(error.message)?.[1];
  return text ?? error.message;
}
