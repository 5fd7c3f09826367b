import type { Failure } from '../result.js';

/** What the shell is told. docs/cli.md lists these. */
export const EXIT = {
  done: 0,
  /** A build or test failed, or what was asked for cannot be done. */
  failed: 1,
  /** The command line is wrong, or names something that does not exist. */
  usage: 2,
  /** Everything was built, but something is not what it should be: a pin, a rebuild, the store's contents. */
  different: 3,
  /** This machine lacks something that builds need; `zilch doctor` says what. */
  machine: 4,
  /** A defect of Zilch itself. */
  bug: 70,
  /** Ctrl-C. */
  interrupted: 130,
  /** Nobody reads the results any more; what SIGPIPE would make of it. */
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

/** The exit code that a failure ends the program with. */
export function exitCodeOf(failure: Failure): ExitCode {
  return BY_FAILURE[failure.code] ?? EXIT.failed;
}
