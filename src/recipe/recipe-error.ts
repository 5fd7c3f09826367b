import { fileURLToPath } from 'node:url';

/** A place in a chain's code. */
export interface Location {
  /** Absolute path. */
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
}

/** A mistake in a recipe, found while the chain is loaded; points at the recipe's own line. */
export class RecipeError extends Error {
  override readonly name = 'RecipeError';
  readonly location: Location | undefined = callerLocation();

  constructor(
    message: string,
    readonly hint?: string,
    /** Where something that is undefined is interpolated: the text before it, as it is written. */
    readonly before?: string,
  ) {
    super(message);
  }
}

const HERE = fileURLToPath(new URL('.', import.meta.url));

/**
 * `at f (FILE:LINE:COLUMN)` or `at FILE:LINE:COLUMN`, the file as a path or a URL; paths may have spaces and
 * parentheses in them.
 */
const FRAME = /(?:\(|\bat (?:async )?)((?:file:\/\/)?\/.+):(\d+):\d+\)?$/;

/**
 * The innermost place on the stack that is not the recipe language itself: the recipe's author's line. A layer over the language passes
 * over the files of its own folder too, which is that of the URL `layer`.
 */
export function callerLocation(layer?: string): Location | undefined {
  const passed = [HERE, ...(layer === undefined ? [] : [fileURLToPath(new URL('.', layer))])];
  const frames = new Error().stack?.split('\n').slice(1) ?? [];
  for (const frame of frames) {
    const [, place, line] = FRAME.exec(frame) ?? [];
    if (place === undefined) continue;
    const file = place.startsWith('file:') ? fileURLToPath(place) : place;
    if (passed.some((folder) => file.startsWith(folder)) && !file.includes('.test.')) continue;
    return { file, line: Number(line) };
  }
  return undefined;
}
