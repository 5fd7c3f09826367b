import { describe, expect, it } from 'vitest';
import { filtered, sortedBy } from './order.js';

describe('a table', () => {
  const rows = [
    { name: 'gcc-10', size: 5 },
    { name: 'gcc-9', size: undefined },
    { name: 'bash', size: 70 },
    { name: 'zlib', size: 5 },
  ];
  const names = (some: readonly { readonly name: string }[]): string => some.map(({ name }) => name).join(' ');

  it('is sorted by numbers and by names, with what is not known at the end either way', () => {
    expect(names(sortedBy(rows, ({ size }) => size, 'ascending'))).toBe('gcc-10 zlib bash gcc-9');
    expect(names(sortedBy(rows, ({ size }) => size, 'descending'))).toBe('bash gcc-10 zlib gcc-9');
    expect(names(sortedBy(rows, ({ name }) => name, 'ascending'))).toBe('bash gcc-9 gcc-10 zlib');
  });

  it('shows what has all words that are asked for', () => {
    expect(names(filtered(rows, ' GCC 1', ({ name }) => name))).toBe('gcc-10');
    expect(names(filtered(rows, '', ({ name }) => name))).toBe(names(rows));
    expect(filtered(rows, 'gcc bash', ({ name }) => name)).toEqual([]);
  });
});
