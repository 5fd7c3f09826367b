import { ok, type Result } from '../../result.js';

/** A part of a list that is enough to show something. */
export interface Shrunk<T, S> {
  readonly part: readonly T[];
  /** What the part showed; missing if only the whole list was ever tried, by the caller. */
  readonly shown: S | undefined;
}

/**
 * Finds a small part of a list that still shows what the whole list showed: halves it as long as one half is enough. `shows` tries a part,
 * and returns `undefined` if it does not show it. The part has more than one item if only several together show it, or if it comes and
 * goes by itself.
 */
export async function shrink<T, S>(
  whole: readonly T[],
  shows: (part: readonly T[]) => Promise<Result<S | undefined>>,
): Promise<Result<Shrunk<T, S>>> {
  let part = whole;
  let shown: S | undefined;
  while (part.length > 1) {
    const middle = Math.ceil(part.length / 2);
    let smaller: readonly T[] | undefined;
    for (const half of [part.slice(0, middle), part.slice(middle)]) {
      const tried = await shows(half);
      if (!tried.ok) return tried;
      if (tried.value === undefined) continue;
      shown = tried.value;
      smaller = half;
      break;
    }
    if (smaller === undefined) break;
    part = smaller;
  }
  return ok({ part, shown });
}
