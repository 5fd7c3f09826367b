import { appendFileSync, copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { buildGraph, identitiesOf, resolvedRealisations, type BuildReport, type FetchRealisations } from '../../src/build/index.js';
import { BinaryCache, openBlobs, push, Substituter, type Trust } from '../../src/exchange/index.js';
import type { Derivation, DrvPath } from '../../src/formats/index.js';
import { Instantiator, local, recipe, seed, selfPath, text } from '../../src/recipe/index.js';
import { unwrap } from '../../src/result.js';
import type { Store } from '../../src/store/index.js';
import { openStore, tempDirectory } from '../support/store.js';
import { makerProgram } from './small-chain.js';

/** Like stage 1: every seed makes the same program, which makes the rest. */
const first = recipe({
  name: 'first',
  builder: seed('maker'),
  args: ['install', local(import.meta.url, './maker.c', { name: 'maker' }), selfPath('out')],
});
const second = recipe({ name: 'second', builder: text`${first}`, args: ['write', selfPath('out'), 'made by the first'] });
const third = recipe({ name: 'third', builder: text`${first}`, args: ['write', selfPath('out'), text`made beside ${second}`] });

const TRUST: Trust = { keys: [], checkSignatures: false };

interface Prepared {
  readonly closure: ReadonlyMap<DrvPath, Derivation>;
  readonly third: DrvPath;
}

async function prepare(store: Store, seedFile: string): Promise<Prepared> {
  const maker = unwrap(await store.addTree('maker', makerProgram()));
  const given = unwrap(await store.addTree('maker', seedFile));
  const instantiator = new Instantiator({ local: () => maker, seed: () => given });
  const all = [first, second, third].map((one) => instantiator.instantiate(one));
  return { closure: new Map(all.map(({ drvPath, drv }) => [drvPath, drv])), third: instantiator.instantiate(third).drvPath };
}

async function build(store: Store, { closure, third: drvPath }: Prepared, fetchRealisations?: FetchRealisations): Promise<BuildReport> {
  const asking = fetchRealisations === undefined ? {} : { fetchRealisations };
  return unwrap(await buildGraph({ store, closure, wanted: [{ drvPath, outputs: ['out'] }], ...asking }));
}

/** The same program with another byte at its end, which nothing reads. */
function otherSeed(): string {
  const file = join(tempDirectory(), 'maker');
  copyFileSync(makerProgram(), file);
  appendFileSync(file, '!');
  return file;
}

describe('a cache that was filled from another seed', () => {
  test('has all that does not depend on the seed’s own bytes', async () => {
    const here = openStore();
    const prepared = await prepare(here, makerProgram());
    expect((await build(here, prepared)).summary.built).toBe(3);
    const cache = new BinaryCache(unwrap(openBlobs(tempDirectory(), {})));
    const paths = [...prepared.closure].flatMap(([drvPath]) => here.realisation(identitiesOf(prepared.closure).idOf(drvPath, 'out'))!.outPath);
    const realisations = resolvedRealisations(here, prepared.closure, new Set(paths));
    expect(realisations.length).toBe(3);
    unwrap(await push(paths, realisations, { store: here, cache, compression: 'none', secretKeys: [] }));

    const there = openStore();
    const other = await prepare(there, otherSeed());
    expect(other.third).not.toBe(prepared.third);
    const substituter = new Substituter({ store: there, caches: [cache], trust: TRUST });
    const { summary, outputs } = await build(there, other, substituter.fetchRealisations);
    expect(summary).toMatchObject({ built: 1, failed: 0 });
    expect(outputs.get(other.third)?.get('out')?.path).toBe(here.realisation(identitiesOf(prepared.closure).idOf(prepared.third, 'out'))!.outPath);
  });

  test('can be pulled from as soon as the inputs are realised, and not before', async () => {
    const here = openStore();
    const prepared = await prepare(here, makerProgram());
    const built = await build(here, prepared);
    const cache = new BinaryCache(unwrap(openBlobs(tempDirectory(), {})));
    const { path } = built.outputs.get(prepared.third)!.get('out')!;
    const closure = new Set(here.closure([path]));
    unwrap(await push([path], resolvedRealisations(here, prepared.closure, closure), { store: here, cache, compression: 'none', secretKeys: [] }));

    const there = openStore();
    const other = await prepare(there, otherSeed());
    const pull = (): ReturnType<Substituter['require']> =>
      new Substituter({ store: there, caches: [cache], trust: TRUST }).require(other.closure, other.third, 'out');
    const early = await pull();
    expect(early.ok ? 'ok' : early.failure.code).toBe('E_NOT_IN_CACHE');
    const [firstDrv, secondDrv] = [...other.closure.keys()];
    for (const drvPath of [firstDrv!, secondDrv!])
      unwrap(await buildGraph({ store: there, closure: other.closure, wanted: [{ drvPath, outputs: ['out'] }] }));
    unwrap(await pull());
    expect(there.realisation(identitiesOf(other.closure).idOf(other.third, 'out'))?.outPath).toBe(path);
  });
});
