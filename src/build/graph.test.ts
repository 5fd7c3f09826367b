import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { derivationPath, type Derivation, type DrvPath } from '../formats/index.js';
import { unwrap } from '../result.js';
import { criticalPath, makespan, planGraph } from './graph.js';

/** Derivations, each of which needs some of those before it, by index. */
function derivations(needs: readonly (readonly number[])[]): { readonly closure: Map<DrvPath, Derivation>; readonly paths: DrvPath[] } {
  const closure = new Map<DrvPath, Derivation>();
  const paths: DrvPath[] = [];
  needs.forEach((inputs, index) => {
    const drv: Derivation = {
      name: `drv-${index}`,
      outputs: new Map([['out', { kind: 'floating', method: 'recursive', algorithm: 'sha256' }]]),
      inputDrvs: new Map(inputs.map((input) => [paths[input]!, ['out']])),
      inputSrcs: [],
      platform: 'x86_64-linux',
      builder: '/builder',
      args: [],
      env: new Map(),
    };
    paths.push(derivationPath(drv));
    closure.set(paths.at(-1)!, drv);
  });
  return { closure, paths };
}

const graphs = fc
  .array(fc.array(fc.nat(), { maxLength: 4 }), { minLength: 1, maxLength: 15 })
  .map((needs) => derivations(needs.map((inputs, index) => [...new Set(inputs.filter(() => index > 0).map((input) => input % index))])));

const wantedOf = (drvPath: DrvPath) => ({ drvPath, outputs: ['out'] });

describe('the plan', () => {
  test('lists each derivation once, after its inputs, and each is somebody’s input or wanted', () => {
    fc.assert(
      fc.property(graphs, ({ closure, paths }) => {
        const graph = unwrap(planGraph(closure, [wantedOf(paths.at(-1)!)], () => false));
        const order = [...graph.keys()];
        for (const node of graph.values()) {
          expect([...node.inputs].sort()).toEqual([...node.drv.inputDrvs.keys()].sort());
          for (const input of node.inputs) {
            expect(order.indexOf(input)).toBeLessThan(order.indexOf(node.drvPath));
            expect(graph.get(input)?.dependents).toContain(node.drvPath);
          }
          expect(node.dependents.length > 0 || node.drvPath === paths.at(-1)).toBe(true);
        }
      }),
    );
  });

  test('does not look below what is realised', () => {
    const { closure, paths } = derivations([[], [0], [1], [2]]);
    const asked: DrvPath[] = [];
    const isRealised = (drvPath: DrvPath): boolean => {
      asked.push(drvPath);
      return drvPath === paths[1];
    };
    const graph = unwrap(planGraph(closure, [wantedOf(paths[3]!)], isRealised));
    expect([...graph.keys()]).toEqual([paths[2], paths[3]]);
    expect(graph.get(paths[2]!)?.inputs).toEqual([]);
    expect(asked).not.toContain(paths[0]);
  });

  test('collects the outputs that are wanted of a derivation', () => {
    const { closure, paths } = derivations([[], [0], [0]]);
    const two = {
      ...closure.get(paths[0]!)!,
      outputs: new Map(['out', 'dev'].map((name) => [name, { kind: 'floating', method: 'recursive', algorithm: 'sha256' }] as const)),
    };
    closure.set(paths[0]!, two);
    const wanted = [wantedOf(paths[1]!), { drvPath: paths[0]!, outputs: ['dev'] }];
    expect(unwrap(planGraph(closure, wanted, () => false)).get(paths[0]!)?.outputs).toEqual(new Set(['out', 'dev']));
  });

  test('fails on a derivation that is not known, on an output that is not there, and on a circle', () => {
    const { closure, paths } = derivations([[], [0]]);
    const without = new Map([...closure].slice(1));
    expect(planGraph(without, [wantedOf(paths[1]!)], () => false)).toMatchObject({
      failure: { code: 'E_GRAPH', message: expect.stringContaining(paths[0]!) as string },
    });
    expect(planGraph(closure, [{ drvPath: paths[1]!, outputs: ['doc'] }], () => false)).toMatchObject({
      failure: { code: 'E_GRAPH', hint: 'it has: out' },
    });
    closure.set(paths[0]!, { ...closure.get(paths[0]!)!, inputDrvs: new Map([[paths[1]!, ['out']]]) });
    expect(planGraph(closure, [wantedOf(paths[1]!)], () => false)).toMatchObject({ failure: { code: 'E_CYCLE' } });
  });
});

describe('the critical path', () => {
  test('ranks a derivation by the longest way from its start to the end of all', () => {
    const { closure, paths } = derivations([[], [0], [0], [1, 2]]);
    const graph = unwrap(planGraph(closure, [wantedOf(paths[3]!)], () => false));
    const ranks = criticalPath(graph, (node) => ({ 'drv-0': 1, 'drv-1': 10, 'drv-2': 3, 'drv-3': 5 })[node.drv.name] ?? 0);
    expect(paths.map((path) => ranks.get(path))).toEqual([16, 15, 8, 5]);
  });

  test('ranks every input above what needs it', () => {
    fc.assert(
      fc.property(
        graphs,
        fc.array(fc.double({ min: 0.001, max: 1e6, noNaN: true }), { minLength: 15, maxLength: 15 }),
        ({ closure, paths }, weights) => {
          const graph = unwrap(planGraph(closure, paths.map(wantedOf), () => false));
          const ranks = criticalPath(graph, (node) => weights[paths.indexOf(node.drvPath)]!);
          for (const node of graph.values()) for (const input of node.inputs) expect(ranks.get(input)).toBeGreaterThan(ranks.get(node.drvPath)!);
        },
      ),
    );
  });
});

describe('the time that all takes', () => {
  const seconds = ({ drv }: { readonly drv: Derivation }): number => 1 + (Number(drv.name.slice('drv-'.length)) % 5);

  test('is that of the critical path with processors enough, the sum with one, and between them otherwise', () => {
    fc.assert(
      fc.property(graphs, fc.integer({ min: 1, max: 4 }), ({ closure, paths }, jobs) => {
        const graph = unwrap(planGraph(closure, paths.map(wantedOf), () => false));
        const rank = criticalPath(graph, seconds);
        const critical = Math.max(...rank.values());
        const sum = [...graph.values()].reduce((total, node) => total + seconds(node), 0);
        expect(makespan(graph, { rank, jobs: paths.length, seconds })).toBe(critical);
        expect(makespan(graph, { rank, jobs: 1, seconds })).toBe(sum);
        const some = makespan(graph, { rank, jobs, seconds });
        expect(some).toBeGreaterThanOrEqual(Math.max(critical, sum / jobs));
        expect(some).toBeLessThanOrEqual(critical + sum / jobs); // Graham's bound, loosened
      }),
    );
  });

  test('is none when there is nothing to do', () => {
    expect(makespan(new Map(), { rank: new Map(), jobs: 2, seconds })).toBe(0);
  });
});
