/** What `vary` reports. */
import type { DrvPath } from '../../formats/index.js';
import type { Failure } from '../../result.js';

/** `recorded`: an earlier run of the same kind gave the same, so this one was left out. */
export type Verdict = 'same' | 'different' | 'failed' | 'recorded';

export interface RunOutcome {
  /** From 1. */
  readonly number: number;
  /** The number of runs in the plan. */
  readonly of: number;
  /** The settings of the plan, such as `time: 2039`; none if nothing was changed. */
  readonly changed: readonly string[];
  readonly seconds: number;
  /** By derivation, without those that have shown a leak before. */
  readonly verdicts: ReadonlyMap<DrvPath, Verdict>;
  /** By derivation: the settings that this run left out for it, because its build fails with them. */
  readonly leftOut: ReadonlyMap<DrvPath, readonly string[]>;
}

/** A change that must not matter, and does. */
export interface Finding {
  readonly drvPath: DrvPath;
  readonly name: string;
  /** The smallest change that shows it; empty if it shows with nothing changed. */
  readonly shownBy: readonly string[];
  /** The end of "it likely …". */
  readonly cause: string;
  readonly outputName: string;
  /** Below the output; empty for the output itself. */
  readonly file: string;
  readonly what: string;
  /** Sections, functions, lines. */
  readonly details: readonly string[];
}

/** A build that fails with something changed. */
export interface Breakage {
  readonly drvPath: DrvPath;
  readonly name: string;
  /** The smallest change that it fails with; empty if it fails with nothing changed. */
  readonly changed: readonly string[];
  readonly failure: Failure;
  readonly lastLines: readonly string[];
  /** The log of the build with this change, kept; missing if the builder was not run. */
  readonly logPath: string | undefined;
}

export interface Varied {
  readonly runs: readonly RunOutcome[];
  readonly findings: readonly Finding[];
  readonly failures: readonly Breakage[];
}
