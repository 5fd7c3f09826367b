import { describe, expect, it } from 'vitest';
import type { DrvPath, StorePath } from '../formats/index.js';
import { buildsOf, compareBuilds } from './compare-runs.js';
import type { Run, RunBuild } from './run.js';

function build(name: string, seconds: number, more: Partial<RunBuild> = {}): RunBuild {
  return {
    ...{ drvPath: `${name}${seconds}` as DrvPath, name, inputs: [], status: 'built', startedAt: seconds, endedAt: seconds + seconds * 1000 },
    ...{ phases: [], outputs: [{ name: 'out', path: 'x' as StorePath, narSize: 7 }], lastLines: [], differences: [], ...more },
  };
}

const runOf = (...builds: readonly RunBuild[]): Run => ({
  ...{ id: 'x', startedAt: 0, lastAt: 0, running: false, targets: [], jobs: 1, cores: 1 },
  ...{ builds, fetches: [] },
});

describe('two runs', () => {
  it('are compared build by build, by name', () => {
    const first = buildsOf(runOf(build('gcc', 10, { cpuSeconds: 19 }), build('make', 3), build('lost', 1, { status: 'failed' })));
    const second = buildsOf(runOf(build('gcc', 20), build('bash', 2)));
    expect(compareBuilds(first, second)).toEqual({
      builds: [
        { name: 'make', first: { seconds: 3, cpuSeconds: undefined, size: 7 }, second: undefined },
        { name: 'gcc', first: { seconds: 10, cpuSeconds: 19, size: 7 }, second: { seconds: 20, cpuSeconds: undefined, size: 7 } },
        { name: 'bash', first: undefined, second: { seconds: 2, cpuSeconds: undefined, size: 7 } },
      ],
      both: { count: 1, first: 10, second: 20 },
    });
  });

  it('may have built two things of one name', () => {
    expect([...buildsOf(runOf(build('gcc', 2), build('gcc', 1))).entries()].map(([name, { seconds }]) => [name, seconds])).toEqual([
      ['gcc', 1],
      ['gcc#2', 2],
    ]);
  });
});
