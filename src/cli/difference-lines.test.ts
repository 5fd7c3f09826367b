import { describe, expect, it } from 'vitest';
import { differenceLines } from './difference-lines.js';

describe('the last line of differences', () => {
  const last = (differences: number, same: number, cutOff = false): string | undefined =>
    differenceLines({ files: Array.from({ length: differences }, (_, n) => ({ file: String(n), what: 'contents' })), same, cutOff }).at(-1);

  it('counts in words that fit', () => {
    expect(last(0, 1)).toBe('no difference in 1 file');
    expect(last(0, 3)).toBe('no difference in 3 files');
    expect(last(1, 1)).toBe('1 difference; 1 file is the same');
    expect(last(2, 0)).toBe('2 differences; 0 files are the same');
    expect(last(500, 2, true)).toBe('500 or more differences; 2 files are the same');
  });
});
