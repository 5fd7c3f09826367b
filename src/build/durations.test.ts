import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { tempDirectory } from '../../test/support/store.js';
import { readDurations, recordDurations } from './durations.js';

describe('recorded durations', () => {
  test('are the median of the last builds, so that one slow build is not what is expected', () => {
    const file = join(tempDirectory(), 'durations.json');
    writeFileSync(file, '{"stage1": 6, "old": [1, 3]}');
    for (const seconds of [1000, 8, 7]) recordDurations(file, new Map([['stage1', { seconds }]]));
    expect(Object.fromEntries(readDurations(file))).toEqual({ stage1: { seconds: 7.5 }, old: { seconds: 2 } });
    for (const seconds of [20, 21, 22, 23]) recordDurations(file, new Map([['stage1', { seconds }]]));
    expect(readDurations(file).get('stage1')).toEqual({ seconds: 21 });
  });

  test('have the processor time of those builds of which it was counted', () => {
    const file = join(tempDirectory(), 'durations.json');
    recordDurations(file, new Map([['gcc', { seconds: 10 }]]));
    recordDurations(file, new Map([['gcc', { seconds: 20, cpuSeconds: 38 }]]));
    recordDurations(file, new Map([['gcc', { seconds: 90, cpuSeconds: 40 }]]));
    expect(readFileSync(file, 'utf8')).toBe('{\n "gcc": [10,[20,38],[90,40]]\n}\n');
    expect(readDurations(file).get('gcc')).toEqual({ seconds: 20, cpuSeconds: 39 });
  });

  test('have the largest memory of those builds', () => {
    const file = join(tempDirectory(), 'durations.json');
    for (const memoryBytes of [300, 400, 200]) recordDurations(file, new Map([['gcc', { seconds: 20, cpuSeconds: 38, memoryBytes }]]));
    expect(readFileSync(file, 'utf8')).toBe('{\n "gcc": [[20,38,300],[20,38,400],[20,38,200]]\n}\n');
    expect(readDurations(file).get('gcc')).toEqual({ seconds: 20, cpuSeconds: 38, memoryBytes: 400 });
  });

  test('come back, of two the mean', () => {
    const file = join(tempDirectory(), 'deep/durations.json');
    recordDurations(file, new Map([['gcc', { seconds: 10.12345 }], ['musl', { seconds: 1 }]])); // prettier-ignore
    recordDurations(file, new Map([['gcc', { seconds: 20 }]]));
    expect(Object.fromEntries(readDurations(file))).toEqual({ gcc: { seconds: expect.closeTo(15.0615, 2) as number }, musl: { seconds: 1 } });
  });

  test('are empty where they cannot be read, and cost no build that is done when they cannot be written', () => {
    const file = join(tempDirectory(), 'durations.json');
    mkdirSync(file);
    expect(readDurations(file).size).toBe(0);
    recordDurations(file, new Map([['gcc', { seconds: 1 }]]));
  });

  test.each([
    ['nothing', undefined],
    ['no JSON', '{'],
    ['no object', '7'],
    ['no numbers', '{"gcc":"long","musl":-1,"make":[[1,2,3,4]],"sed":[[1,"2"]]}'],
  ])('are empty where there is %s', (_what, text) => {
    const file = join(tempDirectory(), 'durations.json');
    if (text !== undefined) writeFileSync(file, text);
    expect(readDurations(file).size).toBe(0);
  });
});
