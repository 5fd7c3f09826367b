import { describe, expect, it } from 'vitest';
import { targetTable } from './target-table.js';

const row = (target: string, version: string | undefined, description: string): Parameters<typeof targetTable>[0][number] => ({
  ...{ target, stage: '2b-crossing', version, outputs: ['out'], description, tested: false, default: false, state: 'built here', test: undefined },
  ...{ size: 5000, expectedSize: undefined, seconds: 75, secondsFrom: 'elsewhere' as const },
});
const ROWS = [row('toolchain', '21.1.8', 'clang and all that belongs to it, compiled by itself'), row('busybox', undefined, 'many programs')];

describe('the list of targets', () => {
  it.each([
    [
      Infinity,
      'stage        target     version  state          size          time',
      'toolchain  21.1.8   built here  4.9 KiB  (1 min 15 s)  clang and all that belongs to it, compiled by itself',
    ],
    [
      80,
      'stage        target     version  state          size          time',
      '2b-crossing  toolchain  21.1.8   built here  4.9 KiB  (1 min 15 s)  clang and a…',
    ],
    [60, 'stage        target     state          size          time', '2b-crossing  toolchain  built here  4.9 KiB  (1 min 15 s)'],
    [50, 'target     state          size          time', 'toolchain  built here  4.9 KiB  (1 min 15 s)'],
    [40, 'target     state          size', 'toolchain  built here  4.9 KiB'],
    [15, 'target     sta…', 'toolchain  bui…'],
  ])('in %s columns says what became of each', (width, header, line) => {
    const shown = targetTable(ROWS, width);
    expect(shown[0]).toBe(header);
    expect(shown[1]).toContain(line);
    for (const one of shown) expect(one.length).toBeLessThanOrEqual(width);
  });
});
