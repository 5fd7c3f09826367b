import { describe, expect, it } from 'vitest';
import { fit, formatBytes, formatCount, formatSeconds, formatTable, stripControl, wrap } from './format.js';

describe('quantities', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 KiB'],
    [1_258_291, '1.2 MiB'],
    [99_000 * 1024, '96.7 MiB'],
    [500 * 2 ** 20, '500 MiB'],
    [40 * 2 ** 30, '40.0 GiB'],
  ])('%d bytes are %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it.each([
    [0.04, '0.0 s'],
    [9.94, '9.9 s'],
    [9.96, '10 s'],
    [59.4, '59 s'],
    [59.6, '1 min 00 s'],
    [200, '3 min 20 s'],
    [7500, '2 h 05 min'],
  ])('%d seconds are %s', (seconds, text) => {
    expect(formatSeconds(seconds)).toBe(text);
  });

  it('have nouns in the right number', () => {
    expect([formatCount(0, 'build'), formatCount(1, 'build'), formatCount(2, 'build')]).toEqual(['0 builds', '1 build', '2 builds']);
  });
});

describe('text for a terminal', () => {
  it('is cut to the width, and says so', () => {
    expect(fit('abcdef', 6)).toBe('abcdef');
    expect(fit('abcdef', 5)).toBe('abcd…');
    expect(fit('abcdef', 0)).toBe('');
  });

  it('cannot move the cursor, whatever a build prints', () => {
    expect(stripControl('\u001b[31mred\u001b[0m\r50%\u0007\tend')).toBe('red 50%  end');
    expect(fit('a\nb', 10)).toBe('a b');
  });

  it('stands in columns', () => {
    expect(
      formatTable(
        [
          ['a', '1', 'x'],
          ['long', '22', ''],
        ],
        [1],
      ),
    ).toEqual(['a      1  x', 'long  22']);
  });
});

describe('wrapped text', () => {
  it('keeps its beginning, has an indent on the lines that follow, and cuts no word', () => {
    expect(wrap('  one two  three four', 11, '    ')).toEqual(['  one two', '    three', '    four']);
    expect(wrap('  unbreakably-long word', 5, '  ')).toEqual(['  unbreakably-long', '  word']);
    expect(wrap('', 5)).toEqual(['']);
  });
});
