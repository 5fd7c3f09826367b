import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Derivation, DrvPath } from '../formats/index.js';
import type { Graph, GraphNode } from './graph.js';
import { fitsMemory } from './memory.js';
import { schedule, type ScheduleOptions } from './schedule.js';

/** Nodes, each of which needs some of those before it, by index; paths are `0`, `1`, … */
function graphOf(needs: readonly (readonly number[])[]): Graph {
  const path = (index: number): DrvPath => String(index) as DrvPath;
  return new Map(
    needs.map((inputs, index): [DrvPath, GraphNode] => {
      const dependents = needs.flatMap((others, other) => (others.includes(index) ? [path(other)] : []));
      return [path(index), { drvPath: path(index), drv: {} as Derivation, outputs: new Set(), inputs: inputs.map(path), dependents }];
    }),
  );
}

const graphs = fc
  .array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: 1, maxLength: 12 })
  .map((needs) => graphOf(needs.map((inputs, index) => [...new Set(inputs.filter(() => index > 0).map((input) => input % index))])));

const defaults = (run: ScheduleOptions['run']): ScheduleOptions => ({
  jobs: 1,
  keepGoing: false,
  rank: new Map(),
  signal: new AbortController().signal,
  run,
});

describe('the schedule', () => {
  test('runs everything once, each after its inputs, no more at once than jobs', async () => {
    await fc.assert(
      fc.asyncProperty(graphs, fc.integer({ min: 1, max: 4 }), async (graph, jobs) => {
        const done: DrvPath[] = [];
        let running = 0;
        const outcomes = await schedule(graph, {
          ...defaults(async (node) => {
            expect(++running).toBeLessThanOrEqual(jobs);
            for (const input of node.inputs) expect(done).toContain(input);
            await Promise.resolve();
            running--;
            done.push(node.drvPath);
            return true;
          }),
          jobs,
        });
        expect([...done].sort()).toEqual([...graph.keys()].sort());
        expect(new Set(outcomes.values())).toEqual(new Set(['done']));
      }),
    );
  });

  test('never runs what depends on a failure, and runs all else when it keeps going', async () => {
    await fc.assert(
      fc.asyncProperty(graphs, fc.func(fc.boolean()), async (graph, succeeds) => {
        const outcomes = await schedule(graph, { ...defaults((node) => Promise.resolve(succeeds(node.drvPath))), keepGoing: true });
        for (const node of graph.values()) {
          const possible = node.inputs.every((input) => outcomes.get(input) === 'done');
          expect(outcomes.get(node.drvPath)).toBe(possible ? (succeeds(node.drvPath) ? 'done' : 'failed') : 'skipped');
        }
      }),
    );
  });

  test('starts nothing after a failure otherwise', async () => {
    const ran: string[] = [];
    const outcomes = await schedule(graphOf([[], [], []]), {
      ...defaults((node) => {
        ran.push(node.drvPath);
        return Promise.resolve(ran.length < 2);
      }),
    });
    expect(ran).toHaveLength(2);
    expect([...outcomes.values()].sort()).toEqual(['done', 'failed', 'skipped']);
  });

  test('starts what ranks highest first', async () => {
    const ran: string[] = [];
    const rank = new Map([['0', 1], ['1', 3], ['2', 2]] as [DrvPath, number][]); // prettier-ignore
    await schedule(graphOf([[], [], []]), {
      ...defaults((node) => {
        ran.push(node.drvPath);
        return Promise.resolve(true);
      }),
      rank,
    });
    expect(ran).toEqual(['1', '2', '0']);
  });

  test('starts nothing more once it is stopped, and waits for what runs', async () => {
    const stop = new AbortController();
    let finished = false;
    const outcomes = await schedule(graphOf([[], [0]]), {
      ...defaults(async () => {
        stop.abort();
        await new Promise((resolve) => setTimeout(resolve, 10));
        finished = true;
        return true;
      }),
      signal: stop.signal,
    });
    expect(finished).toBe(true);
    expect([...outcomes.values()]).toEqual(['done', 'skipped']);
  });

  test('passes a bug on, after what runs has ended', async () => {
    let ended = 0;
    const run = async (node: GraphNode): Promise<boolean> => {
      if (node.drvPath === '0') throw new Error('a bug');
      await new Promise((resolve) => setTimeout(resolve, 10));
      ended++;
      return true;
    };
    await expect(schedule(graphOf([[], [], []]), { ...defaults(run), jobs: 2 })).rejects.toThrow('a bug');
    expect(ended).toBe(1);
  });

  test('holds jobs back by memory as well as by number: what is small goes first, and what is too large goes alone', async () => {
    const gigabytes = [3, 3, 1, 9, 1];
    const bytesOf = ({ drvPath }: GraphNode): number => gigabytes[Number(drvPath)]!;
    const running = new Set<GraphNode>();
    const beside: string[][] = [];
    let most = 0;
    const outcomes = await schedule(graphOf([[], [], [], [], []]), {
      ...defaults(async (node) => {
        running.add(node);
        beside.push([...running].map(({ drvPath }) => drvPath).sort());
        const taken = [...running].reduce((sum, one) => sum + bytesOf(one), 0);
        if (running.size > 1) most = Math.max(most, taken);
        await new Promise((resolve) => setTimeout(resolve, 5 + 5 * bytesOf(node)));
        running.delete(node);
        return true;
      }),
      jobs: 4,
      fits: fitsMemory(bytesOf, 5),
    });
    expect([...outcomes.values()]).toEqual(['done', 'done', 'done', 'done', 'done']);
    expect(most).toBe(5);
    expect(beside).toContainEqual(['0', '2', '4']);
    expect(beside).toContainEqual(['3']);
    expect(beside.filter((paths) => paths.includes('0') && paths.includes('1'))).toEqual([]);
  });
});
