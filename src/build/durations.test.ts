import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { tempDirectory } from '../../test/support/store.js';
import { readDurations, recordDurations } from './durations.js';

describe('recorded durations', () => {
  test('are the median of the last builds, so that one slow build is not what is expected', () => {
    const file = join(tempDirectory(), 'durations.json');
    writeFileSync(file, '{"stage1": 6, "old": [1, 3]}');
    for (const seconds of [1000, 8, 7]) recordDurations(file, new Map([['stage1', seconds]]));
    expect(Object.fromEntries(readDurations(file))).toEqual({ stage1: 7.5, old: 2 });
    for (const seconds of [20, 21, 22, 23]) recordDurations(file, new Map([['stage1', seconds]]));
    expect(readDurations(file).get('stage1')).toBe(21);
  });

  test('come back, of two the mean', () => {
    const file = join(tempDirectory(), 'deep/durations.json');
    recordDurations(file, new Map([['gcc', 10.12345], ['musl', 1]])); // prettier-ignore
    recordDurations(file, new Map([['gcc', 20]]));
    expect(Object.fromEntries(readDurations(file))).toEqual({ gcc: expect.closeTo(15.0615, 2) as number, musl: 1 });
  });

  test('are empty where they cannot be read, and cost no build that is done when they cannot be written', () => {
    const file = join(tempDirectory(), 'durations.json');
    mkdirSync(file);
    expect(readDurations(file).size).toBe(0);
    recordDurations(file, new Map([['gcc', 1]]));
  });

  test.each([
    ['nothing', undefined],
    ['no JSON', '{'],
    ['no object', '7'],
    ['no numbers', '{"gcc":"long","musl":-1}'],
  ])('are empty where there is %s', (_what, text) => {
    const file = join(tempDirectory(), 'durations.json');
    if (text !== undefined) writeFileSync(file, text);
    expect(readDurations(file).size).toBe(0);
  });
});
