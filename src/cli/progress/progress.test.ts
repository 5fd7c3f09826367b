import { describe as suite, expect, it } from 'vitest';
import type { EventBody } from '../../build/index.js';
import { sha256, type DrvPath, type PathInfo, type StorePath } from '../../formats/index.js';
import { stripControl } from '../format.js';
import { describe, describeMore, totals } from './describe.js';
import { draw } from './draw.js';
import { terminalReporter } from './reporters.js';
import { advance, NOTHING_YET, overall, type ProgressState } from './state.js';

const drv = (name: string): DrvPath => `/nix/store/${'0'.repeat(32)}-${name}.drv` as DrvPath;
const info: PathInfo = {
  path: `/nix/store/${'1'.repeat(32)}-a` as StorePath,
  narHash: sha256('a'),
  narSize: 1,
  references: [],
  signatures: [],
  ultimate: true,
};
const START = 1_000_000;

/** The state after events that happen a second apart. */
function after(...bodies: readonly EventBody[]): ProgressState {
  return bodies.reduce((state, body, index) => advance(state, { at: START + index * 1000, ...body }), NOTHING_YET);
}

const plan: EventBody = {
  type: 'plan',
  drvs: [
    { drvPath: drv('a'), name: 'a', inputs: [], estimateSeconds: 10 },
    { drvPath: drv('b'), name: 'b', inputs: [drv('a')], estimateSeconds: 30 },
  ],
  fetch: [],
  estimateSeconds: 40,
};
const startA: EventBody = { type: 'build-start', drvPath: drv('a'), name: 'a', resolvedDrvPath: drv('a'), logPath: '/log' };
const doneA: EventBody = {
  type: 'build-done',
  drvPath: drv('a'),
  name: 'a',
  outputs: new Map([['out', info]]),
  durationSeconds: 8,
  usage: { cpuSeconds: 15, maxRssBytes: 2 ** 20 },
};
const failedB: EventBody = {
  type: 'build-failed',
  drvPath: drv('b'),
  name: 'b',
  failure: { code: 'E_BUILD', message: 'the builder of b ended with status 1', hint: 'look at the log' },
  logPath: '/logs/b',
  lastLines: ['one', '\u001b[31mtwo\u001b[0m'],
  keptDir: '/kept/b',
  keptShell: 'zilch shell b --kept /kept/b',
};

suite('live lines', () => {
  it('show each running build with elapsed time, estimate and phase, the last line of the log, and a bar', () => {
    const state = after(
      plan,
      startA,
      { type: 'build-phase', drvPath: drv('a'), phase: 'configure' },
      { type: 'build-log', drvPath: drv('a'), line: 'checking for cc' },
    );
    expect(draw(state, START + 6000, 100, 24).map(stripControl)).toEqual([
      '  a                        5.0 s of about 10 s  configure',
      '  checking for cc',
      '[###.....................] 0/2 built, about 35 s left',
    ]);
  });

  it('show downloads', () => {
    const state = after(
      { type: 'fetch-start', name: 'musl.tar.gz', from: 'somewhere', size: 2 ** 20 },
      { type: 'fetch-progress', name: 'musl.tar.gz', bytes: 2 ** 19, size: 2 ** 20 },
    );
    expect(draw(state, START, 100, 24)[0]).toBe('  musl.tar.gz              fetching 512 KiB of 1.0 MiB');
  });

  it('never are wider or more than the terminal', () => {
    const many = after(
      { type: 'plan', drvs: [], fetch: [] },
      ...Array.from({ length: 20 }, (_, index): EventBody => ({ ...startA, drvPath: drv(`build-${index}`), name: `build-${index}` })),
      { type: 'build-log', drvPath: drv('build-1'), line: 'x'.repeat(500) },
    );
    for (const [width, height] of [
      [80, 24],
      [30, 10],
      [10, 4],
    ] as const) {
      const lines = draw(many, START, width, height).map(stripControl);
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
      expect(lines.length).toBeLessThan(height);
    }
    expect(draw(many, START, 80, 10).map(stripControl)).toContain('  and 14 more');
  });

  it('go away with what they are about', () => {
    expect(after(plan, startA, doneA).building.size).toBe(0);
    expect(after(plan, startA, { ...failedB, drvPath: drv('a') })).toMatchObject({ failed: 1, building: new Map() });
  });
});

suite('the cursor', () => {
  it('is shown again when the program ends on the spot', () => {
    const written: string[] = [];
    const stream = { columns: 80, rows: 24, write: (text: string) => written.push(text) } as unknown as NodeJS.WriteStream;
    const before = process.listeners('exit');
    const reporter = terminalReporter(stream);
    reporter.emit({ at: START, ...plan });
    expect(written.join('')).toContain('\u001b[?25l');
    for (const listener of process.listeners('exit').filter((one) => !before.includes(one))) listener.call(process, 130);
    expect(written.at(-1)).toContain('\u001b[?25h');
    expect(process.listeners('exit')).toEqual(before);
  });
});

suite('overall progress', () => {
  it('weighs builds by their estimates', () => {
    expect(overall(after(plan, startA, doneA), START)).toEqual({ share: 0.25, secondsLeft: 30 });
  });

  it('never reaches the end before the builds do', () => {
    expect(overall(after(plan, startA), START + 1_000_000).share).toBeLessThan(0.25);
  });

  it('of a build that takes longer than it should is called overdue', () => {
    const lines = draw(after(plan, startA), START + 121_000, 100, 24).map(stripControl);
    expect(lines[0]).toMatch(/2 min.*, overdue: expected about 10 s/);
    expect(lines.at(-1)).toMatch(/0\/2 built, overdue$/);
  });

  it('ends with all that it came to', () => {
    const summary = { built: 1, reused: 2, failed: 1, skipped: 3, durationSeconds: 9 };
    const state = after(plan, { type: 'fetch-done', name: 'x', path: info.path }, startA, doneA);
    expect(totals(summary, state).map(stripControl)).toEqual(['in all: 1 built, 1 fetched, 1 failed, 3 not done in 9.0 s (15 s of processor time)']);
    const reused = after(plan, { type: 'build-reused', drvPath: drv('b'), name: 'b', outputs: new Map() });
    expect(totals({ ...summary, built: 0, failed: 0, skipped: 0 }, reused).map(stripControl)).toEqual([
      'in all: nothing built in 9.0 s; about 30 s saved by what was there or in caches',
    ]);
    expect(totals({ built: 0, reused: 5, failed: 0, skipped: 0, durationSeconds: 1 }, after())).toEqual([]);
  });

  it('counts builds and promises nothing where an estimate is missing', () => {
    const state = after({ ...plan, drvs: [...plan.drvs, { drvPath: drv('c'), name: 'c', inputs: [] }] }, startA, doneA);
    expect(overall(state, START)).toEqual({ share: 1 / 3, secondsLeft: undefined });
  });
});

suite('lines that stay', () => {
  const said = (body: EventBody): string[] => describe({ at: START, ...body }).map(stripControl);

  it('say what is planned and how long it takes', () => {
    expect(said(plan)).toEqual(['2 builds to do; about 40 s']);
    const counted = { ...plan, drvs: plan.drvs.map((one) => ({ ...one, estimateCpuSeconds: 35 })) };
    expect(said(counted)).toEqual(['2 builds to do; about 40 s (1 min 10 s of processor time)']);
    const unknown = { type: 'plan', drvs: [{ drvPath: drv('a'), name: 'a', inputs: [] }], fetch: [] } as const;
    expect(said(unknown)).toEqual(['1 build to do']);
    expect(said({ type: 'plan', drvs: [], fetch: [] })).toEqual([]);
  });

  it('say what is fetched and what is kept, sources and outputs', () => {
    const drvs = [{ drvPath: drv('a'), name: 'a', inputs: [], estimateBytes: 3 * 2 ** 20 }];
    const sources = [1, 2].map((count) => ({ name: `${count}.tar`, size: count * 2 ** 20 }));
    expect(said({ type: 'plan', drvs, fetch: sources })).toEqual(['1 build to do, 2 sources to fetch (3.0 MiB); about 6.0 MiB more in the store']);
  });

  it('say what a build took', () => {
    expect(said(doneA)).toEqual(['built    a in 8.0 s (15 s of processor time, 1.0 MiB of memory)']);
  });

  it('show of a failed build the last lines, the failure, its hint, the whole log and what was kept', () => {
    expect(said(failedB)).toEqual([
      'FAILED   b',
      '  | one',
      '  | two',
      'error E_BUILD: the builder of b ended with status 1',
      '  hint: look at the log',
      '  whole log: /logs/b',
      '  kept: /kept/b',
      '  a shell in it: zilch shell b --kept /kept/b',
    ]);
  });

  it('say where a rebuild differs first', () => {
    const first = { file: 'bin/tcc', what: 'contents from byte 17' };
    const difference = { outputName: 'out', path: info.path, kept: '/kept', first };
    expect(said({ type: 'build-compared', drvPath: drv('a'), name: 'a', comparison: { kind: 'different', differences: [difference] } })).toEqual([
      'DIFFERS  a, built again',
      '  output out, bin/tcc: contents from byte 17',
      `  first: ${info.path}`,
      '  again: /kept',
    ]);
  });

  it('say why a cache is not used, and not again for each path', () => {
    const failure = { code: 'E_UNTRUSTED', message: 'http://a has x, but nobody signed that', hint: 'give a key' } as const;
    expect(said({ type: 'cache-refused', cache: 'http://a', failure })).toEqual(['refused  http://a has x, but nobody signed that (give a key)']);
    expect(said({ type: 'cache-refused', cache: 'http://b', failure: { code: 'E_NETWORK', message: 'no' } })).toEqual(['refused  http://b: no']);
    expect(said({ type: 'fetch-failed', name: 'x', failure, final: true, cache: 'http://a' })).toEqual([]);
  });

  it('have nothing that a mirror, a file name or a phase says to the terminal', () => {
    const failure = { code: 'E_FETCH', message: 'no\u001b[2J' } as const;
    const difference = { outputName: 'out', path: info.path, kept: '/kept', first: { file: '\u001b[2Jx', what: 'missing' } };
    const lines = [
      ...describe({ at: START, type: 'fetch-failed', name: 'a', failure, final: false }),
      ...describe({ at: START, type: 'cache-refused', cache: 'http://a', failure }),
      ...describe({ at: START, type: 'build-compared', drvPath: drv('a'), name: 'a', comparison: { kind: 'different', differences: [difference] } }),
      ...describeMore({ at: START, type: 'build-phase', drvPath: drv('a'), phase: '\u001b[2J' }, () => 'a'),
    ];
    expect(lines.join('\n')).not.toContain('\u001b[2J');
  });

  it('say more where there are no live lines', () => {
    expect(describeMore({ at: START, ...startA }, () => '')).toEqual(['building a']);
    expect(describeMore({ at: START, type: 'build-phase', drvPath: drv('a'), phase: 'unpack' }, () => 'a')).toEqual(['         a: unpack']);
    expect(describeMore({ at: START, ...doneA }, () => '')).toEqual(describe({ at: START, ...doneA }));
  });
});
