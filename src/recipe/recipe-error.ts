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
  ) {
    super(message);
  }
}

const HERE = new URL('.', import.meta.url).href;

/** The innermost place on the stack that is not the recipe language itself: the recipe's author's line. */
export function callerLocation(): Location | undefined {
  const frames = new Error().stack?.split('\n').slice(1) ?? [];
  for (const frame of frames) {
    const match = /(file:\/\/\/[^\s()]+|\/[^\s()]+):(\d+):\d+\)?$/.exec(frame);
    if (match?.[1] === undefined) continue;
    const url = match[1].startsWith('/') ? `file://${match[1]}` : match[1];
    if (url.startsWith(HERE) && !url.includes('.test.')) continue;
    return { file: fileURLToPath(url), line: Number(match[2]) };
  }
  return undefined;
}
