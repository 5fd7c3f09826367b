import type { Failure } from '../result.js';

/** The exit codes. docs/cli.md lists them. */
export const EXIT = {
  done: 0,
  /** A build or test failed, or the request cannot be carried out. */
  failed: 1,
  /** The command line is wrong, or names something that does not exist. */
  usage: 2,
  /** Everything was built, but something differs from what it should be: a pin, a rebuild, the store's contents. */
  different: 3,
  /** This machine lacks something that builds need; `zilch doctor` says what. */
  machine: 4,
  /** A defect of Zilch itself. */
  bug: 70,
  /** Ctrl-C. */
  interrupted: 130,
  /** Nobody reads the results any more. The same code as after SIGPIPE. */
  brokenPipe: 141,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const BY_FAILURE: Readonly<Record<string, ExitCode>> = {
  E_USAGE: EXIT.usage,
  E_TARGET: EXIT.usage,
  E_CACHE_ADDRESS: EXIT.usage,
  E_KEY: EXIT.usage,
  E_NO_CHAIN: EXIT.usage,
  E_DIFFERENT: EXIT.different,
  E_DISAGREEMENT: EXIT.different,
  E_POLICY: EXIT.usage,
  E_SANDBOX: EXIT.machine,
  E_MEMORY: EXIT.machine,
  E_NO_QEMU: EXIT.machine,
  E_NO_FIRMWARE: EXIT.machine,
  E_CANCELLED: EXIT.interrupted,
  E_UNFINISHED: EXIT.bug,
};

/** The exit code of a failure. */
export function exitCodeOf(failure: Failure): ExitCode {
  return BY_FAILURE[failure.code] ?? EXIT.failed;
}
