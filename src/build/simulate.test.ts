import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Derivation, DrvPath } from '../formats/index.js';
import type { GraphNode } from './graph.js';
import { simulate, workOf, type Work } from './simulate.js';

/** A small chain: each step, its inputs and its work. */
type Steps = Readonly<Record<string, { readonly needs?: readonly string[] } & Work>>;

function graphOf(steps: Steps): ReadonlyMap<DrvPath, GraphNode> {
  return new Map(
    Object.entries(steps).map(([name, { needs = [] }]) => [
      name as DrvPath,
      {
        drvPath: name as DrvPath,
        drv: { name } as Derivation,
        outputs: new Set(['out']),
        inputs: needs as DrvPath[],
        dependents: Object.keys(steps).filter((other) => steps[other]?.needs?.includes(name)) as DrvPath[],
      },
    ]),
  );
}

function run(steps: Steps, cores: number, jobs = cores) {
  const { seconds, path, busy } = simulate(graphOf(steps), ({ drvPath }) => steps[drvPath]!, { cores, jobs });
  return { seconds: Math.round(seconds * 1000) / 1000, path: path.map(({ drvPath }) => drvPath as string), busy };
}

/** Sources, two compilers of which one takes long, and what needs both. */
const CHAIN: Steps = {
  source: { serial: 10, parallel: 0 },
  compiler: { needs: ['source'], serial: 4, parallel: 96 },
  tools: { needs: ['source'], serial: 20, parallel: 0 },
  system: { needs: ['compiler', 'tools'], serial: 2, parallel: 8 },
};

describe('a chain', () => {
  test('takes on one processor as long as all its work', () => {
    // The compiler has its turn before the tools, for which the system then waits.
    expect(run(CHAIN, 1)).toEqual({ seconds: 140, path: ['source', 'tools', 'system'], busy: 1 });
  });

  test('takes less on more processors, down to what cannot be shared', () => {
    // Alone, the compiler takes 52 s and keeps 100 / 52 processors busy. Beside the tools both are slowed until those end, after 20 s of theirs.
    const slowed = (100 / 52 + 1) / 2;
    expect(run(CHAIN, 2).seconds).toBeCloseTo(10 + 20 * slowed + 32 + 6, 3);
    // The compiler alone takes 4 + 96 / 64, so the tools are the path now; the system takes 2 + 8 / 64.
    expect(run(CHAIN, 64)).toMatchObject({ seconds: 32.125, path: ['source', 'tools', 'system'] });
  });

  test('takes longer when fewer steps may run at once', () => {
    expect(run(CHAIN, 64, 1).seconds).toBeCloseTo(10 + 5.5 + 20 + 2.125);
  });

  test('never takes less than its path, nor less than its work on all processors, nor longer than on one', () => {
    const step = fc.record({ serial: fc.double({ min: 0.01, max: 100, noNaN: true }), parallel: fc.double({ min: 0, max: 100, noNaN: true }) });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(step, fc.array(fc.nat(20), { maxLength: 3 })), { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 16 }),
        (made, cores) => {
          const steps: Steps = Object.fromEntries(
            made.map(([work, needs], index) => [
              `s${index}`,
              { ...work, needs: [...new Set(needs.filter((need) => need < index).map((need) => `s${need}`))] },
            ]),
          );
          const work = made.reduce((sum, [{ serial, parallel }]) => sum + serial + parallel, 0);
          const { seconds, path, busy } = run(steps, cores);
          const onPath = path.reduce((sum, name) => sum + steps[name]!.serial + steps[name]!.parallel / cores, 0);
          expect(seconds).toBeGreaterThan(Math.max(onPath, work / cores) - 0.01);
          expect(seconds).toBeLessThan(work + 0.01);
          expect(busy).toBeLessThan(1.001);
        },
      ),
    );
  });
});

describe('the work of a step', () => {
  test('is told from what it took: by the clock and of processors', () => {
    // 10 alone and 60 shared by three.
    expect(workOf({ seconds: 30, cpuSeconds: 70, cores: 3 })).toEqual({ serial: 10, parallel: 60 });
  });

  test('counts as serial where processor time says no more', () => {
    expect(workOf({ seconds: 30, cores: 8 })).toEqual({ serial: 30, parallel: 0 });
    expect(workOf({ seconds: 30, cpuSeconds: 25, cores: 8 })).toEqual({ serial: 30, parallel: 0 });
    expect(workOf({ seconds: 30, cpuSeconds: 30.5, cores: 1 })).toEqual({ serial: 30, parallel: 0 });
  });
});
