/** Outputs that are reused instead of built. */
import { describe, expect, test } from 'vitest';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { buildGraph, durationsFile, readDurations } from '../../src/build/index.js';
import type { StorePath } from '../../src/formats/index.js';
import { fail, unwrap } from '../../src/result.js';
import { openStore } from '../support/store.js';
import { freshRig } from './fresh-rig.js';
import { eventsOf, readLog, Rig, type RigRun, type Scripted, whyNoBuilds } from './rig.js';

const reason = await whyNoBuilds();
if (reason !== undefined) console.warn(`reuse of builds is not tried: ${reason}`);

const namesOf = (run: RigRun, type: 'build-start' | 'build-done' | 'build-reused'): string[] => eventsOf(run.events, type).map(({ name }) => name);

/** The same rig in a store where a path has been collected. */
async function without(rig: Rig, path: StorePath): Promise<Rig> {
  const { root } = rig.store;
  rig.store.close();
  const store = openStore(root);
  unwrap(await store.gc({ only: [path] }));
  expect(store.isValid(path)).toBe(false);
  const later = await Rig.in(store);
  for (const [drvPath, drv] of rig.closure) later.closure.set(drvPath, drv);
  return later;
}

describe.skipIf(reason !== undefined)('a build', () => {
  test('tells its plan, in an order that can be built, with estimates once it has been built before', async () => {
    const rig = await freshRig();
    const first = rig.script('first', 'sleep 0.1; echo > $out');
    const second = rig.script('second', `echo ${first.placeholder()} > $out`, { inputs: [first] });
    const run = await rig.build([second]);
    expect(run.events[0]).toMatchObject({
      type: 'plan',
      drvs: [
        { name: 'first', inputs: [] },
        { name: 'second', inputs: [first.drvPath] },
      ],
    });
    expect(run.events.at(-1)).toMatchObject({ type: 'done', summary: { built: 2, reused: 0, failed: 0, skipped: 0 } });
    const recorded = readDurations(durationsFile(rig.store.layout.zilchDir)).get('first')!.seconds;
    expect(recorded).toBeGreaterThan(0.1);
    const changed = rig.script('first', 'echo changed > $out');
    const [plan] = eventsOf((await rig.build([changed])).events, 'plan');
    expect(plan?.drvs[0]?.estimateSeconds).toBeCloseTo(recorded, 2);
  });

  test('tells what is to be fetched before it is, and does not begin when it cannot be fetched', async () => {
    const rig = await freshRig();
    const { drv, drvPath } = rig.script('one', 'echo > $out');
    const told: string[] = [];
    const result = await buildGraph({
      ...{ store: rig.store, closure: new Map([[drvPath, drv]]), wanted: [{ drvPath, outputs: ['out'] }], sizes: new Map([[drvPath, 120]]) },
      emit: (event) =>
        told.push(event.type === 'plan' ? `${event.fetch[0]?.name} ${event.fetch[0]?.size} ${event.drvs[0]?.estimateBytes}` : event.type),
      fetch: {
        sources: [{ name: 'musl.tar.gz', size: 7 }],
        run: () => {
          told.push('fetching');
          return Promise.resolve(fail('E_FETCH', 'no such file'));
        },
      },
    });
    expect(result).toMatchObject({ ok: false, failure: { code: 'E_FETCH' } });
    expect(told).toEqual(['musl.tar.gz 7 120', 'fetching', 'done']);
  });

  test('that was done is not done again', async () => {
    const rig = await freshRig();
    const first = rig.script('first', 'echo > $out');
    const second = rig.script('second', `echo ${first.placeholder()} > $out`, { inputs: [first] });
    const [path] = await rig.outputs([second]);
    const run = await rig.build([second]);
    expect(run.events.map(({ type }) => type)).toEqual(['plan', 'done']);
    const report = unwrap(run.result);
    expect(report.summary).toMatchObject({ built: 0, reused: 1 });
    expect(report.outputs.get(second.drvPath)?.get('out')?.path).toBe(path);
  });

  test('is cut off early when what changed gave the same result', async () => {
    const rig = await freshRig();
    const graph = (comment: string): Scripted => {
      const low = rig.script('low', `# ${comment}\necho same > $out`);
      const middle = rig.script('middle', `cat ${low.placeholder()} > $out; echo ${low.placeholder()} >> $out`, { inputs: [low] });
      return rig.script('high', `echo high was here; cat ${middle.placeholder()} > $out`, { inputs: [middle] });
    };
    const before = await rig.outputs([graph('once')]);
    const again = graph('twice');
    const run = await rig.build([again]);
    expect(readLog(rig.store.root, again.drvPath)).toBe('high was here\n');
    expect(namesOf(run, 'build-done')).toEqual(['low']);
    expect(namesOf(run, 'build-reused')).toEqual(['middle', 'high']);
    expect([...unwrap(run.result).outputs.values()].flatMap((outputs) => [...outputs.values()].map(({ path }) => path))).toEqual(before);
    expect(unwrap(run.result).summary).toMatchObject({ built: 1, reused: 2 });
  });

  test('is known to be done without its inputs', async () => {
    const rig = await freshRig();
    const low = rig.script('low', 'echo low > $out');
    const high = rig.script('high', `cat ${low.placeholder()} > $out`, { inputs: [low] });
    const [lowPath] = await rig.outputs([low, high]);
    const later = await without(rig, lowPath!);
    expect(namesOf(await later.build([high]), 'build-start')).toEqual([]);
    expect(namesOf(await later.build([low]), 'build-start')).toEqual(['low']);
  });

  test('keeps what it is going to need, though a collector comes by', async () => {
    const rig = await freshRig();
    const low = rig.script('low', 'echo low > $out');
    const slow = rig.script('slow', 'sleep 3; echo slow > $out');
    const high = rig.script('high', `cat ${low.placeholder()} ${slow.placeholder()} > $out`, { inputs: [low, slow] });
    await rig.outputs([low]);
    const { root } = rig.store;
    rig.store.close();
    const later = await Rig.in(openStore(root));
    for (const [drvPath, drv] of rig.closure) later.closure.set(drvPath, drv);
    const collector = openStore(root);
    let collected: Promise<unknown> | undefined;
    const run = await later.build([high], {}, undefined, (event) => {
      if (event.type === 'build-start') collected ??= collector.gc();
    });
    expect(await collected).toMatchObject({ ok: true });
    expect(unwrap(run.result).summary).toMatchObject({ failed: 0 });
    expect(namesOf(run, 'build-done')).toEqual(['slow', 'high']);
  });

  test('of one derivation makes only its missing outputs a reason to build', async () => {
    const rig = await freshRig();
    const both = rig.script('both', 'echo a > $out; echo b > $doc', { outputs: ['out', 'doc'] });
    const [, doc] = await rig.outputs([both]);
    const user = rig.script('user', `cat ${both.placeholder()} > $out`, { inputs: [both] });
    const onlyOut = { ...user.drv, inputDrvs: new Map([[both.drvPath, ['out']]]) };
    const later = await without(rig, doc!);
    later.closure.set(user.drvPath, onlyOut);
    expect(namesOf(await later.build([{ ...user, drv: onlyOut }]), 'build-start')).toEqual(['user']);
    expect(namesOf(await later.build([both]), 'build-start')).toEqual(['both']);
  });

  test('starts what the longest way depends on first', async () => {
    const rig = await freshRig();
    const short = rig.script('a-short', 'echo > $out');
    const chain = ['long-0', 'long-1', 'long-2'].reduce<Scripted[]>(
      (below, name) => [...below, rig.script(name, `echo ${below.map((input) => input.placeholder()).join(' ')} > $out`, { inputs: below })],
      [],
    );
    const run = await rig.build([short, ...chain], { jobs: 1 });
    expect(namesOf(run, 'build-start').slice(0, 2)).toEqual(['long-0', 'long-1']);
  });

  test('of a hundred recipes that are done takes no noticeable time', async () => {
    const rig = await freshRig();
    let last = rig.script('step-0', 'echo > $out');
    const all = [last];
    for (let step = 1; step < 100; step++) all.push((last = rig.script(`step-${step}`, `echo ${last.placeholder()} > $out`, { inputs: [last] })));
    await rig.outputs(all.slice(0, 5));
    const started = performance.now();
    await rig.build(all.slice(0, 5));
    expect(performance.now() - started).toBeLessThan(500);
  });
});

describe.skipIf(reason !== undefined)('building again', () => {
  test('finds that a build gives the same', async () => {
    const rig = await freshRig();
    const input = rig.script('input', 'echo > $out');
    const target = rig.script('target', `mkdir $out; echo $out ${input.placeholder()} > $out/self`, { inputs: [input] });
    const [path] = await rig.outputs([target]);
    // Simulates a path from a cache.
    const database = new DatabaseSync(rig.store.layout.dbFile);
    database.exec('update ValidPaths set ultimate = null');
    database.close();
    const run = await rig.build([target], { rebuild: true });
    expect(rig.store.pathInfo(path!)?.ultimate).toBe(true);
    expect(namesOf(run, 'build-start')).toEqual(['target']);
    expect(eventsOf(run.events, 'build-compared')).toMatchObject([{ name: 'target', comparison: { kind: 'same' } }]);
    expect([...unwrap(run.result).comparisons.values()]).toMatchObject([{ kind: 'same' }]);
  });

  test('shows the first difference, and keeps the second result', async () => {
    const rig = await freshRig();
    const target = rig.script(
      'target',
      'mkdir -p $out/b $doc; echo $out $doc > $out/a; echo "time: $(cat /proc/sys/kernel/random/uuid)" > $out/b/time; date +%N > $out/c; echo doc > $doc/doc',
      { outputs: ['out', 'doc'] },
    );
    const [path] = await rig.outputs([target]);
    const names = readFileSync(join(rig.store.hostPath(path!), 'a'), 'utf8');
    const before = rig.store.allPaths();
    const run = await rig.build([target], { rebuild: true });
    const [comparison] = unwrap(run.result).comparisons.values();
    expect(comparison).toMatchObject({
      kind: 'different',
      differences: [{ outputName: 'out', path, first: { file: 'b/time', what: expect.stringMatching(/^contents from byte [6-9]|1\d$/) as string } }],
    });
    const kept = comparison?.kind === 'different' ? comparison.differences[0]!.kept : '';
    expect(readFileSync(join(kept, 'a'), 'utf8')).toBe(names);
    expect(rig.store.allPaths()).toEqual(before);
  });

  test('builds for the first time what is not there yet', async () => {
    const rig: Rig = await freshRig();
    const run = await rig.build([rig.script('target', 'echo > $out')], { rebuild: true });
    expect(namesOf(run, 'build-start')).toEqual(['target', 'target']);
  });
});
