/** What people and reports read about a recipe. No build depends on it. */
import type { Local, Source } from './ingredient.js';

/** A change to a source file: `old` becomes `new` in the one place that has it. */
export interface Edit {
  /** Relative to the top of the unpacked source. */
  readonly file: string;
  /** The reason, in one sentence. */
  readonly why: string;
  readonly old: string;
  readonly new: string;
}

/** A change to a source in the format of diff. */
export interface Patch {
  readonly file: Local;
  readonly why: string;
}

export interface About {
  /** The main source. */
  readonly source?: Source;
  readonly edits?: readonly Edit[];
  readonly patches?: readonly Patch[];
  /** The reason, if there is no test. */
  readonly untested?: string;
}
