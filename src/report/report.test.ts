import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JournalLine } from '../build/index.js';
import type { DrvPath, Sha256, StorePath } from '../formats/index.js';
import { slowestWay, type ChainReport, type RecipeFacts } from './chain-report.js';
import { drawGraph } from './draw-graph.js';
import { drawTimeline } from './draw-timeline.js';
import { figuresOf } from './figures.js';
import { roomOf, layoutChain } from './layout.js';
import { outcomeOf, RunFolder } from './run.js';
import { svg, svgFile, type SvgElement } from './svg.js';
import { timelineOf } from './timeline.js';
import { foundationOf, premises } from './foundation.js';
import { outsideNamed } from './outside.js';

const path = (name: string): StorePath => `/nix/store/${'0'.repeat(32)}-${name}` as StorePath;
const drv = (name: string): DrvPath => `${path(name)}.drv` as DrvPath;

function recipe(id: string, stage: string, seconds: number, needs: readonly string[], takes: readonly string[] = []): RecipeFacts {
  return {
    ...{ id, isTarget: true, stage, name: id, version: undefined, description: undefined, drvPath: drv(id), drvName: id, location: undefined },
    outputs: [{ name: 'out', built: { path: path(id), narHash: 'a'.repeat(64) as Sha256, narSize: 1000, pinned: 'new' } }],
    duration: { seconds, from: 'here' },
    reference: undefined,
    needs: needs.map((need) => ({ id: need, outputs: ['out'] })),
    takes: takes.map(path),
    test: undefined,
    state: 'built here',
    scriptSize: 10,
  };
}

/** stage1 <- make <- gcc, and gcc needs stage1 too. */
const report: ChainReport = {
  name: 'example',
  defaultTarget: 'gcc',
  stages: ['one', 'two'],
  recipes: [
    recipe('stage1', 'one', 10, [], ['tcc', 'musl.tar.gz']),
    recipe('make', 'two', 5, ['stage1']),
    recipe('sed', 'two', 6, ['stage1']),
    recipe('gcc', 'two', 100, ['stage1', 'make'], ['gcc.tar.gz']),
  ],
  seeds: [{ path: path('tcc'), name: 'tcc', size: 400_000, sha256: 'b'.repeat(64) as Sha256, text: undefined }],
  sources: ['musl', 'gcc', 'unused'].map((name, index) => ({
    path: path(`${name}.tar.gz`),
    name,
    version: '1',
    file: `${name}.tar.gz`,
    size: 10 ** (index + 3),
    sha256: 'c'.repeat(64) as Sha256,
    places: [],
  })),
  locals: [],
};

describe('trust', () => {
  it('goes back to the seed over every step, and counts only what had a part', () => {
    const trust = foundationOf(report, 'gcc')!;
    expect(trust.way.map(({ id }) => id)).toEqual(['gcc', 'make', 'stage1']);
    expect(trust.recipes.map(({ id }) => id)).toEqual(['stage1', 'make', 'gcc']);
    expect(trust.sources.map(({ name }) => name)).toEqual(['gcc', 'musl']);
    expect(trust.totals).toEqual({ seeds: 400_000, sources: 11_000, locals: 0, lines: 0, scripts: 30 });
    expect(premises(trust)[0]).toMatchObject({ bytes: 400_000 });
  });

  it('knows nothing of what is not there', () => {
    expect(foundationOf(report, 'clang')).toBeUndefined();
  });
});

describe('what comes from outside', () => {
  it('is found by its names, with what takes it and what rests on it', () => {
    for (const name of ['musl.tar.gz', path('musl.tar.gz')])
      expect(outsideNamed(report, name)).toEqual([
        { kind: 'source', facts: report.sources[0], takenBy: ['stage1'], restOnIt: ['stage1', 'make', 'sed', 'gcc'] },
      ]);
    expect(outsideNamed(report, 'seed:tcc')).toMatchObject([{ kind: 'seed', takenBy: ['stage1'] }]);
    expect(outsideNamed(report, 'gcc.tar.gz')).toMatchObject([{ restOnIt: ['gcc'] }]);
    expect(outsideNamed(report, 'unused.tar.gz')).toMatchObject([{ takenBy: [], restOnIt: [] }]);
    expect(outsideNamed(report, 'gcc')).toEqual([]);
  });

  it('may have one name in several places', () => {
    const locals = ['a', 'b'].map((name) => ({ path: path(name), name: 'test.sh', size: 1, lines: 1 }));
    const recipes = [recipe('x', 'one', 1, [], ['a']), recipe('y', 'one', 1, [], ['b'])];
    expect(outsideNamed({ ...report, recipes, locals }, 'test.sh')).toMatchObject([{ takenBy: ['x'] }, { takenBy: ['y'] }]);
  });
});

describe('the slowest way', () => {
  it('is the one whose durations add up to the most', () => {
    expect(slowestWay(report)).toEqual(['stage1', 'make', 'gcc']);
  });

  it('leaves no step out where one takes no time', () => {
    const recipes = [
      recipe('a', 'one', 5, []),
      recipe('b', 'one', 0, ['a']),
      recipe('c', 'one', 1, ['a', 'b']),
      recipe('d', 'one', 1, ['c', 'b', 'a']),
    ];
    expect(slowestWay({ ...report, recipes })).toEqual(['a', 'b', 'c', 'd']);
  });
});

describe('the layout', () => {
  it('puts stages side by side, no node outside of its column, what is needed above what needs it', async () => {
    const layout = await layoutChain(report);
    const places = new Map(layout.nodes.map((node) => [node.id, node]));
    const [one, two] = layout.stages;
    expect(one!.x + one!.width).toBeLessThanOrEqual(two!.x);
    for (const facts of report.recipes) {
      const column = layout.stages.find(({ name }) => name === facts.stage)!;
      const { x, y } = places.get(facts.id)!;
      expect(x).toBeGreaterThan(column.x);
      expect(x + roomOf(facts)).toBeLessThanOrEqual(column.x + column.width);
      expect(y).toBeLessThan(layout.height);
      for (const need of facts.needs.filter(({ id }) => report.recipes.some((other) => other.id === id && other.stage === facts.stage)))
        expect(places.get(need.id)!.y).toBeLessThan(y);
    }
    expect(places.get(path('tcc'))!.y).toBeLessThan(places.get('stage1')!.y);
    expect(svgFile(drawGraph(report, layout))).toContain('data-id="gcc"');
  });

  it('draws a line for each need but those that others stand for', async () => {
    const { edges, implied, nodes } = await layoutChain(report);
    expect(edges.map(({ from, to }) => `${from} ${to}`).sort()).toEqual([`${path('tcc')} stage1`, 'make gcc', 'stage1 make', 'stage1 sed']);
    expect(implied).toEqual([{ from: 'stage1', to: 'gcc' }]);
    for (const { from, to, path: line } of edges) {
      const [start, end] = [from, to].map((id) => nodes.find((node) => node.id === id)!);
      expect(line.startsWith(`M${start!.x} ${start!.y}`), line).toBe(true);
      expect(line.endsWith(`${end!.x} ${end!.y}`), line).toBe(true);
    }
  });

  it('piles up what nothing else needs below what it is made of', async () => {
    const leaves = Array.from({ length: 12 }, (_, index) => recipe(`leaf${index}`, 'two', 1, ['make']));
    const layout = await layoutChain({ ...report, recipes: [...report.recipes, ...leaves] });
    const columns = new Set(layout.nodes.filter(({ id }) => /^leaf|^gcc/.test(id)).map(({ x }) => Math.round(x / 10)));
    expect(columns.size).toBe(3);
    const spots = new Set(layout.nodes.map(({ x, y }) => `${x} ${y}`));
    expect(spots.size).toBe(layout.nodes.length);
  });
});

function fold(...lines: JournalLine[]): RunFolder {
  const folder = new RunFolder('1-1');
  for (const line of lines) folder.add(line);
  return folder;
}

const header: JournalLine = { type: 'run', version: 1, at: 1000, pid: 1, processStart: '1', chain: '/c', targets: ['gcc'], jobs: 2, cores: 2 };
const plan: JournalLine = {
  type: 'plan',
  at: 1000,
  drvs: [
    { drvPath: drv('a'), name: 'a', inputs: [] },
    { drvPath: drv('b'), name: 'b', inputs: [] },
    { drvPath: drv('c'), name: 'c', inputs: [drv('a'), drv('b')] },
  ],
  fetch: [],
};
const started = (name: string, at: number): JournalLine => ({
  type: 'build-start',
  at,
  drvPath: drv(name),
  name,
  resolvedDrvPath: drv(name),
  logPath: '',
});
const done = (name: string, at: number, cpuSeconds = 1, running?: Record<string, number>): JournalLine => ({
  type: 'build-done',
  at,
  drvPath: drv(name),
  name,
  outputs: {},
  durationSeconds: 1,
  usage: { cpuSeconds, running },
});

describe('a run', () => {
  const whole = [header, plan, started('a', 1000), started('b', 1000), done('a', 3000, 2), done('b', 5000, 2), started('c', 5000), done('c', 6000)];

  it('is laid out in lanes, its critical path through the need that was ready last', () => {
    const timeline = timelineOf(fold(...whole).run(false)!);
    expect(timeline.lanes).toBe(2);
    expect(timeline.criticalPath).toEqual([drv('b'), drv('c')]);
    expect(timeline.bars.map(({ build, lane }) => [build.name, lane])).toEqual([['a', 0], ['b', 1], ['c', 0]]); // prettier-ignore
    expect(timeline.usage).toEqual([
      { at: 1000, processors: 1.5 },
      { at: 3000, processors: 0.5 },
      { at: 5000, processors: 1 },
      { at: 6000, processors: 0 },
    ]);
  });

  it('tells what went to other programs than compilers', () => {
    const busy = { cc1plus: 60, 'g++': 1, as: 9, ash: 20, awk: 4, make: 3, genattrtab: 2, gccgo: 1 };
    const figures = figuresOf(fold(header, plan, started('a', 1000), started('b', 1000), done('a', 3000, 4, busy), done('b', 5000, 2)).run(false)!);
    expect(figures.builds.map(({ name, outsideCompilers, outside, critical }) => [name, outsideCompilers, outside, critical])).toEqual([
      ['a', 0.3, ['ash', 'awk', 'make'], false],
      ['b', undefined, [], true],
    ]);
    expect(figures.sum).toEqual({ seconds: 6, cpuSeconds: 6 });
    expect(figures.criticalSeconds).toBe(4);
  });

  it('that was stopped, or could not fetch, says so and counts no failures', () => {
    const cancelled = { code: 'E_CANCELLED', message: 'stopped' } as const;
    const summary = { built: 0, reused: 0, failed: 0, skipped: 3, durationSeconds: 1 };
    const stop: JournalLine = { type: 'build-failed', at: 2000, drvPath: drv('a'), name: 'a', failure: cancelled, lastLines: [] };
    const stopped = fold(header, plan, started('a', 1000), stop, { type: 'done', at: 2000, summary, failure: cancelled }).run(false)!;
    expect([stopped.builds[0]!.status, outcomeOf(stopped)]).toEqual(['stopped', 'stopped']);
    const unfetched = fold(header, plan, { type: 'done', at: 2000, summary, failure: { code: 'E_FETCH', message: 'gone' } }).run(false)!;
    expect(outcomeOf(unfetched)).toBe('failed');
    expect(outcomeOf(fold(header, plan).run(false)!)).toBe('stopped');
    expect(outcomeOf(fold(header, plan, { type: 'done', at: 2000, summary }).run(false)!)).toBe('done');
  });

  it('whose process is gone has lost what it was building', () => {
    const folder = fold(header, plan, started('a', 1000), { type: 'build-phase', at: 2000, drvPath: drv('a'), phase: 'unpack' });
    expect(folder.run(true)).toMatchObject({ running: true, builds: [{ status: 'building' }, { status: 'queued' }, { status: 'queued' }] });
    expect(folder.run(false)).toMatchObject({
      running: false,
      builds: [{ status: 'lost', endedAt: 2000 }, { status: 'queued' }, { status: 'queued' }],
    });
  });

  it('can be drawn at every moment', () => {
    for (let count = 1; count <= whole.length; count++)
      expect(svgFile(drawTimeline(timelineOf(fold(...whole.slice(0, count)).run(true)!), 800, 2))).not.toContain('NaN');
  });
});

describe('a picture as a file', () => {
  it('holds names as text, whatever they are', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (name) => {
        const text = svgFile(svg('svg', { 'data-id': name }, svg('text', {}, name)));
        const inside = /<text>([^]*)<\/text>/.exec(text)?.[1] ?? '';
        expect(inside).not.toMatch(/[<>]|&(?!(amp|lt|gt|quot);)/);
        expect(/data-id="([^"]*)"/.exec(text)?.[1]).toBe(inside === '' && name !== '' ? undefined : inside);
      }),
    );
  });

  it('names what the page needs to find', () => {
    const find = (element: SvgElement, id: string): boolean =>
      element.attributes['data-id'] === id || element.children.some((child) => typeof child !== 'string' && find(child, id));
    const layout = { width: 1, height: 1, stages: [], nodes: [], edges: [], implied: [] };
    for (const { id } of report.recipes) expect(find(drawGraph(report, layout), id)).toBe(true);
  });
});
