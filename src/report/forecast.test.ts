import { describe, expect, it } from 'vitest';
import type { DrvPath } from '../formats/index.js';
import { forecast } from './forecast.js';
import type { Run, RunBuild } from './run.js';
import { timelineOf } from './timeline.js';

const NOW = 100_000;

function build(name: string, estimateSeconds: number | undefined, inputs: readonly string[] = [], more: Partial<RunBuild> = {}): RunBuild {
  return {
    ...{ drvPath: name as DrvPath, name, inputs: inputs as readonly DrvPath[], status: 'queued', estimateSeconds },
    ...{ phases: [], outputs: [], lastLines: [], differences: [], ...more },
  };
}

function runOf(jobs: number, ...builds: readonly RunBuild[]): Run {
  return { ...{ id: 'x', startedAt: 0, lastAt: NOW, running: true, targets: [], jobs, cores: 2 }, builds, fetches: [] };
}

const startedAt = (seconds: number): Partial<RunBuild> => ({ status: 'building', startedAt: NOW - seconds * 1000 });
const shown = (run: Run): unknown =>
  forecast(run, NOW)?.builds.map(({ build: { name }, from, to }) => [name, (from - NOW) / 1000, (to - NOW) / 1000]);

describe('how a run goes on', () => {
  const chain = [build('a', 10, [], startedAt(4)), build('b', 5, ['a']), build('long', 20, ['a']), build('last', 1, ['b', 'long'])];

  it('is what its builds still take, in the order in which they can begin, the longest way first', () => {
    expect(shown(runOf(2, ...chain))).toEqual([
      ['a', -4, 6],
      ['long', 6, 26],
      ['b', 6, 11],
      ['last', 26, 27],
    ]);
    expect(forecast(runOf(2, ...chain), NOW)).toMatchObject({ end: NOW + 27_000, overdue: [] });
  });

  it('takes longer when fewer may be built at once', () => {
    expect(forecast(runOf(1, ...chain), NOW)?.end).toBe(NOW + 32_000);
  });

  it('says what takes longer than it should', () => {
    expect(forecast(runOf(1, build('a', 10, [], startedAt(60)), build('b', 5, ['a'])), NOW)).toMatchObject({ end: NOW + 5000, overdue: ['a'] });
  });

  it('is not known where something was never built, and is nothing when all is over', () => {
    expect(forecast(runOf(1, build('a', undefined)), NOW)).toBeUndefined();
    expect(forecast(runOf(1, build('a', 1, [], { status: 'built', startedAt: 0, endedAt: 1 })), NOW)).toBeUndefined();
    expect(forecast({ ...runOf(1, build('a', 1)), running: false }, NOW)).toBeUndefined();
  });

  it('leaves out what waits for a build that failed', () => {
    const failed = build('a', 1, [], { status: 'failed', startedAt: 0, endedAt: 1 });
    expect(shown(runOf(1, failed, build('b', undefined, ['a']), build('c', 7)))).toEqual([['c', 0, 7]]);
  });

  it('is drawn in lanes of its own, beside what runs', () => {
    const { expected, lanes, to } = timelineOf(runOf(2, ...chain), NOW);
    expect(to).toBe(NOW);
    expect(lanes).toBe(2);
    expect(expected?.bars.map(({ build: { name }, lane, from }) => [name, lane, (from - NOW) / 1000])).toEqual([
      ['a', 0, 0],
      ['long', 0, 6],
      ['b', 1, 6],
      ['last', 0, 26],
    ]);
  });
});
