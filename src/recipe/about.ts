/** What people and reports want to know of a recipe, and no build depends on. */
import type { Local, Source } from './ingredient.js';

/** A change to a source file: the one place where it says `old` is to say `new`. */
export interface Edit {
  /** Below the top of the unpacked source. */
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
  /** What it is mostly made of. */
  readonly source?: Source;
  readonly edits?: readonly Edit[];
  readonly patches?: readonly Patch[];
  /** Why there is no test, where there is none. */
  readonly untested?: string;
}
