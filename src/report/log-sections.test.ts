import { describe, expect, it } from 'vitest';
import { errorLine, logSections } from './log-sections.js';

const phase = (name: string, at: number, logLines?: number): { name: string; at: number; logLines?: number | undefined } => ({ name, at, logLines });

describe('a log', () => {
  const text = 'before\none\ntwo\nthree\n';

  it('has a part for each phase that has a line, with its time', () => {
    const phases = [phase('unpack', 1000, 1), phase('patch', 2000, 1), phase('build', 4000, 3)];
    expect(logSections(text, { phases, endedAt: 9000 })).toEqual([
      { lines: ['before'] },
      { phase: { name: 'patch', seconds: 2 }, lines: ['one', 'two'] },
      { phase: { name: 'build', seconds: 5 }, lines: ['three'] },
    ]);
    expect(logSections(text, { phases }).at(-1)?.phase?.seconds).toBeUndefined();
  });

  it('is one part where nobody knows the places of phases', () => {
    for (const build of [undefined, { phases: [] }, { phases: [phase('unpack', 1000)] }])
      expect(logSections(text, build)).toEqual([{ lines: ['before', 'one', 'two', 'three'] }]);
    expect(logSections('', undefined)).toEqual([]);
  });

  it('of a build that was tried again has the phases of the last try', () => {
    const phases = [phase('unpack', 1, 1), phase('build', 2, 40), phase('unpack', 3, 1), phase('build', 4, 2)];
    expect(logSections(text, { phases }).map((section) => [section.phase?.name, section.lines.length])).toEqual([
      [undefined, 1],
      ['unpack', 1],
      ['build', 2],
    ]);
  });
});

describe('the line that says why a build failed', () => {
  it('is the first error of those at the end', () => {
    const lines = [
      'checking for error_at_line... no',
      'a.c:1: error: early, and overcome',
      ...Array<string>(50).fill('cc -c x.c'),
      'b.c:2:1: error: bad',
      '    2 | bad',
      'make: *** [b.o] Error 1',
    ];
    expect(errorLine(lines.join('\n'))).toBe(52);
  });

  it('is not looked for in vain', () => {
    expect(errorLine('cc -Werror -c a.c\nno errors found\nall is well\n')).toBeUndefined();
    expect(errorLine('')).toBeUndefined();
    for (const line of ['ld.lld: error: undefined symbol: f', '/bin/sh: awk: command not found', 'cat: x: No such file or directory'])
      expect(errorLine(`a\n${line}\n`)).toBe(1);
  });
});
