import { fail, ok, type Result } from '../result.js';

/**
 * Sorts things: each comes after those it needs. Needs outside the list, and of itself, do not count. Fails with
 * `E_CYCLE`, naming one thing in the cycle.
 */
export function inOrder<T extends string>(things: Iterable<T>, needs: (thing: T) => Iterable<T>): Result<T[]> {
  const among = new Set(things);
  const ordered = new Set<T>();
  const begun = new Set<T>();
  // Not by recursion: a chain of needs may be longer than the stack.
  const stack = [...among];
  for (let thing = stack.at(-1); thing !== undefined; thing = stack.at(-1)) {
    const needed = [...needs(thing)].filter((other) => other !== thing && among.has(other) && !ordered.has(other));
    begun.add(thing);
    // Things that are begun and not done form the path to here.
    const circle = needed.find((other) => begun.has(other));
    if (circle !== undefined) return fail('E_CYCLE', `${thing} needs ${circle}, which needs it`);
    if (needed.length === 0) {
      ordered.add(thing);
      stack.pop();
    } else {
      stack.push(...needed);
    }
  }
  return ok([...ordered]);
}
