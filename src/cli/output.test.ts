import { describe, expect, it } from 'vitest';
import { EXIT, exitCodeOf } from './exit-code.js';
import { stripControl } from './format.js';
import { failureLines, toJson } from './output.js';

describe('a failure, as people read it', () => {
  const lines = (failure: Parameters<typeof failureLines>[0]): string[] => failureLines(failure).map((line) => stripControl(line.trimEnd()));

  it('has code, message and hint', () => {
    expect(lines({ code: 'E_HASH', message: 'wrong hash of x', hint: 'fetch it again' })).toEqual([
      'error E_HASH: wrong hash of x',
      '  hint: fetch it again',
    ]);
  });

  it('has what led to it, and the hint of that where it has none itself', () => {
    const cause = { code: 'E_DISK_FULL', message: 'no space left', hint: 'make room' } as const;
    expect(lines({ code: 'E_IO', message: 'cannot add x', cause })).toEqual([
      'error E_IO: cannot add x',
      '  because no space left (E_DISK_FULL)',
      '  hint: make room',
    ]);
  });

  it('says nothing twice', () => {
    const cause = { code: 'E_FETCH', message: 'x is missing' } as const;
    expect(lines({ code: 'E_FETCH', message: '2 sources could not be fetched: x is missing, y is missing', cause })).toHaveLength(1);
  });

  it('keeps its lines, but nothing that a cache or a mirror wrote into it for the terminal', () => {
    const cause = { code: 'E_KEY', message: 'b\u001b[1A', hint: 'c\r' } as const;
    expect(failureLines({ code: 'E_FETCH', message: 'a\u001b[2J\na', cause }).join('')).toMatch(/: a\na\n {2}because b \(E_KEY\)\n {2}.*: c \n$/);
  });

  it('does not show the stack of a system call', () => {
    expect(lines({ code: 'E_IO', message: 'cannot read x', cause: new Error('EIO') })).toEqual(['error E_IO: cannot read x']);
  });
});

describe('exit codes', () => {
  it('tell wrong use, a lacking machine and Ctrl-C from other failures', () => {
    const codes = (['E_USAGE', 'E_KEY', 'E_CACHE_ADDRESS', 'E_TARGET', 'E_SANDBOX', 'E_CANCELLED', 'E_DIFFERENT', 'E_NAR'] as const).map((code) =>
      exitCodeOf({ code, message: '' }),
    );
    expect(codes).toEqual([...Array<number>(4).fill(EXIT.usage), EXIT.machine, EXIT.interrupted, EXIT.different, EXIT.failed]);
  });
});

describe('JSON', () => {
  it('has maps as objects, sets as lists, errors as their messages', () => {
    expect(toJson({ name: 'a\u001b[2J\u009b2J\u007f' })).toBe('{"name":"a\\u001b[2J\\u009b2J\\u007f"}');
    expect(toJson({ map: new Map([['a', 1]]), set: new Set(['b']), error: new Error('c') })).toBe('{"map":{"a":1},"set":["b"],"error":"c"}');
  });
});
