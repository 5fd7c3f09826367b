import type { FailureCode } from './failure-codes.js';

/**
 * Expected failures are values. Only bugs are thrown, so a stack trace always means "report this".
 */
export type Result<T, F extends Failure = Failure> = Ok<T> | Err<F>;

export interface Ok<T> {
  readonly ok: true;
  readonly value: T;
}

export interface Err<F extends Failure> {
  readonly ok: false;
  readonly failure: F;
}

/** An error that a user, not a programmer, can do something about. */
export interface Failure {
  /** Stable: scripts and the documentation refer to it. */
  readonly code: FailureCode;
  /** One sentence that names the offending path or value. */
  readonly message: string;
  /** What to do next, if that is known. */
  readonly hint?: string | undefined;
  /** Its cause: another failure, or the error of a system call. */
  readonly cause?: Failure | Error | undefined;
}

/**
 * Carries a failure out of functions whose result has no place for one, such as database queries. The command line
 * shows it.
 */
export class ThrownFailure extends Error {
  constructor(readonly failure: Failure) {
    super(failure.message, { cause: failure });
  }
}

/** Wraps a value as a success. */
export function ok<T>(value: T): Ok<T> {
  return { ok: true, value };
}

/** Wraps a failure. */
export function err<F extends Failure>(failure: F): Err<F> {
  return { ok: false, failure };
}

/** Makes a failure in one line: `fail('E_HASH', 'wrong hash of x', 'fetch it again')`. */
export function fail(code: FailureCode, message: string, hint?: string, cause?: Failure | Error): Err<Failure> {
  return err({ code, message, hint, cause });
}

/** For tests and for places where a failure can only be a bug: the value, or a thrown internal error. */
export function unwrap<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw new Error(`Internal error: ${result.failure.code}: ${result.failure.message}`, { cause: result.failure });
}
