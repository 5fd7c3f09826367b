import { describe, expect, test } from 'vitest';
import { mergeChanges, nameOf, planRuns } from './plan.js';
import { variationsHere, type Variation } from './variations.js';

function variation(name: string, count: number): Variation {
  return { name, cause: `does as ${name} says`, settings: Array.from({ length: count }, (_, index) => ({ name: `${index + 1}`, change: {} })) };
}

const SAMPLES = [
  [variation('a', 1)],
  [variation('a', 1), variation('b', 3)],
  ['a', 'b', 'c', 'd', 'e'].map((name, index) => variation(name, 1 + (index % 3))),
];

describe('a plan', () => {
  test.each(SAMPLES.map((sample) => [sample]))(
    'of pairs lets any two settings meet, as usual counted as one, and begins with nothing changed',
    (variations) => {
      const runs = planRuns(variations, 'pairs').map((run) => new Map(run.map(({ variation: { name }, setting }) => [name, setting.name])));
      expect(runs[0]?.size).toBe(0);
      for (const a of variations)
        for (const b of variations) {
          if (a === b) continue;
          for (const x of [undefined, ...a.settings.map(({ name }) => name)])
            for (const y of [undefined, ...b.settings.map(({ name }) => name)])
              expect(runs.some((run) => run.get(a.name) === x && run.get(b.name) === y)).toBe(true);
        }
      for (const each of variations) for (const { name } of each.settings) expect(runs.some((run) => run.get(each.name) === name)).toBe(true);
    },
  );

  test('of each tries each setting once, in as many runs as one variation has settings', () => {
    const variations = SAMPLES[2]!;
    const [first, ...runs] = planRuns(variations, 'each');
    expect(first).toEqual([]);
    expect(runs).toHaveLength(3);
    expect(runs.flat().map(nameOf).sort()).toEqual(
      variations.flatMap(({ name, settings }) => settings.map((setting) => `${name}: ${setting.name}`)).sort(),
    );
  });

  test('for all that can be varied takes a few runs more than the most settings of two variations make pairs', () => {
    const { variations } = variationsHere({ asRoot: false });
    const most = variations.map(({ settings }) => settings.length + 1).sort((a, b) => b - a);
    const runs = planRuns(variations, 'pairs');
    expect(runs.length).toBeLessThan(2 * most[0]! * most[1]! + 6);
    expect(planRuns(variations, 'pairs').map((run) => run.map(nameOf))).toEqual(runs.map((run) => run.map(nameOf)));
  });
});

test('what needs a tracer is left out where there is none, and named with the reason', () => {
  const { variations, absent } = variationsHere({ noTracer: 'there is no C compiler', asRoot: false });
  expect(variations.map(({ name }) => name)).not.toContain('time');
  for (const name of ['time', 'file-order', 'memory']) expect(absent).toContainEqual({ name, why: 'there is no C compiler' });
});

test('all changes of a run are made together', () => {
  const merged = mergeChanges([
    { tracer: ['-t', '1'], sandbox: { env: { A: '1' }, umask: '077' } },
    { tracer: ['-r'], sandbox: { env: { B: '2' }, files: new Map([['/proc/cpuinfo', Buffer.from('x')]]) }, buildMemory: 0 },
  ]);
  expect(merged).toEqual({
    tracer: ['-t', '1', '-r'],
    sandbox: { env: { A: '1', B: '2' }, umask: '077', files: new Map([['/proc/cpuinfo', Buffer.from('x')]]) },
    buildMemory: 0,
  });
});
