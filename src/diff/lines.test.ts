import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffLines } from './lines.js';

/** Makes the second list out of the first and the hunks. */
function apply(a: readonly string[], hunks: ReturnType<typeof diffLines>): string[] {
  const result: string[] = [];
  let at = 0;
  for (const { first, lines } of hunks) {
    result.push(...a.slice(at, first - 1));
    at = first - 1;
    for (const { sign, text } of lines) {
      if (sign !== '+') expect(a[at++]).toBe(text);
      if (sign !== '-') result.push(text);
    }
  }
  return [...result, ...a.slice(at)];
}

describe('the difference of lines', () => {
  it('is nothing for equal lists', () => {
    expect(diffLines(['a', 'b'], ['a', 'b'])).toEqual([]);
  });

  it('is the smallest, with three lines around it', () => {
    const lines = 'abcdefghij'.split('');
    const [hunk, ...others] = diffLines(lines, lines.with(5, 'X'));
    expect(others).toEqual([]);
    expect(hunk).toMatchObject({ first: 3, second: 3 });
    expect(hunk?.lines.map(({ sign, text }) => sign + text)).toEqual([' c', ' d', ' e', '-f', '+X', ' g', ' h', ' i']);
  });

  it('makes the second of the first, whatever they are', () => {
    const lines = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 40 });
    fc.assert(
      fc.property(lines, lines, (a, b) => {
        expect(apply(a, diffLines(a, b))).toEqual(b);
      }),
    );
  });

  it('has no more changes than replacing all, and none that cancel out', () => {
    const a = Array.from({ length: 4000 }, (_, index) => `a${index}`);
    const b = Array.from({ length: 4000 }, (_, index) => `b${index}`);
    expect(apply(a, diffLines(a, b))).toEqual(b);
  });
});
