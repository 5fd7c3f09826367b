import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { addText, atEnd, codeOf, messageOf, openStore, StoreChild, tempDirectory } from '../../test/support/store.js';
import { makeTextPath, sha256, storePathBaseName, type DrvPath, type PathInfo, type StorePath } from '../formats/index.js';
import { unwrap } from '../result.js';
import { removeTreeSync, Store } from './index.js';

/** A store with the chain a <- b <- c and a lone d, opened again so that this process holds nothing. */
async function sampleStore(): Promise<{ store: Store; a: StorePath; b: StorePath; c: StorePath; d: StorePath }> {
  const root = tempDirectory();
  const adding = unwrap(Store.open(root, { create: true }));
  const a = await addText(adding, 'a');
  const b = await addText(adding, 'b', [a]);
  const c = await addText(adding, 'c', [b]);
  const d = await addText(adding, 'd');
  adding.close();
  return { store: openStore(root), a, b, c, d };
}

async function deletedBy(store: Store, options: Parameters<Store['gc']>[0] = {}): Promise<StorePath[]> {
  return unwrap(await store.gc(options)).dead.map(({ path }) => path);
}

describe('a collection', () => {
  test('deletes what no root needs, and nothing else', async () => {
    const { store, a, b, c, d } = await sampleStore();
    unwrap(store.addRoot('some/name', b));
    expect(await deletedBy(store)).toEqual([c, d].sort());
    expect(store.allPaths()).toEqual([a, b].sort());
    expect(readdirSync(store.layout.storeDir).sort()).toEqual(['.links', ...[a, b].map(storePathBaseName).sort()]);
    expect(readdirSync(store.layout.zilchTrashDir)).toEqual([]);
    expect(unwrap(await store.verify({ contents: true })).defects).toEqual([]);
  });

  test('says beforehand exactly what it would delete, without doing it', async () => {
    const { store, a, b, c, d } = await sampleStore();
    unwrap(store.addRoot('a', a));
    writeFileSync(join(store.layout.storeDir, 'leftover'), '');
    const plan = unwrap(await store.gc({ dryRun: true }));
    expect(plan).toMatchObject({ leftovers: ['leftover'], liveCount: 1 });
    expect(plan.freedBytes).toBe([b, c, d].reduce((total, path) => total + store.pathInfo(path)!.narSize, 0));
    expect(store.allPaths()).toHaveLength(4);
    expect(existsSync(join(store.layout.storeDir, 'leftover'))).toBe(true);
    const report = unwrap(await store.gc());
    expect(report.dead).toEqual(plan.dead);
    expect(report.leftovers).toEqual(plan.leftovers);
    expect(report.freedBytes).toBeGreaterThan(0);
  });

  test('may be planned on a store that is only read', async () => {
    const { store, a, b, c, d } = await sampleStore();
    const reading = openStore(store.root, { readOnly: true });
    expect(await deletedBy(reading, { dryRun: true })).toEqual([a, b, c, d].sort());
    expect(codeOf(await reading.gc())).toBe('E_READ_ONLY');
  });

  test('keeps what was registered within the days it is told', async () => {
    const { store, a } = await sampleStore();
    const old = { path: makeTextPath('old', 'old', []), narHash: sha256(''), narSize: 1, references: [], signatures: [], ultimate: false };
    unwrap(store.registerPaths([{ ...old, registrationTime: Math.floor(Date.now() / 1000) - 3 * 86_400 }]));
    expect(await deletedBy(store, { keepDays: 2 })).toEqual([old.path]);
    expect(store.isValid(a)).toBe(true);
    expect(await deletedBy(store, { keepDays: 0 })).toHaveLength(4);
  });

  test('keeps the derivations of what it keeps', async () => {
    const { store, a, b, c, d } = await sampleStore();
    const output = { path: makeTextPath('out', 'out', []), narHash: sha256(''), narSize: 1, references: [], signatures: [], ultimate: true };
    unwrap(store.registerPaths([{ ...output, deriver: b as DrvPath }]));
    unwrap(store.addRoot('out', output.path));
    expect(await deletedBy(store)).toEqual([c, d].sort());
    expect(store.isValid(a)).toBe(true);
  });

  test('forgets the realisations of what it deletes, also where others depend on them', async () => {
    const { store, a, d } = await sampleStore();
    const id = (name: string) => ({ drvHash: sha256(name), outputName: 'out' });
    unwrap(
      store.registerRealisations([
        { id: id('d'), outPath: d, signatures: [], dependentRealisations: new Map([[`sha256:${sha256('d')}!out`, d]]) },
        { id: id('a'), outPath: a, signatures: [], dependentRealisations: new Map([[`sha256:${sha256('d')}!out`, d]]) },
      ]),
    );
    unwrap(store.addRoot('a', a));
    expect(await deletedBy(store)).toContain(d);
    expect(store.realisation(id('d'))).toBeUndefined();
    expect(store.realisation(id('a'))?.outPath).toBe(a);
  });

  test('deletes what killed processes left in the store, and downloads nobody continues', async () => {
    const { store, a } = await sampleStore();
    unwrap(store.addRoot('a', a));
    const leftover = makeTextPath('leftover', 'x', []);
    mkdirSync(join(store.hostPath(leftover), 'closed'), { recursive: true });
    chmodSync(join(store.hostPath(leftover), 'closed'), 0);
    writeFileSync(`${store.hostPath(leftover)}.lock`, '');
    mkdirSync(store.layout.partialDir);
    writeFileSync(join(store.layout.partialDir, `${sha256('x')}.part`), 'begin');
    expect(unwrap(await store.gc()).leftovers).toEqual([storePathBaseName(leftover)]);
    expect(readdirSync(store.layout.storeDir).sort()).toEqual(['.links', storePathBaseName(a)]);
    expect(readdirSync(store.layout.partialDir)).toEqual([]);
  });

  test('deletes what was kept to be looked at when that is a month ago, or as long as it is told', async () => {
    const { store } = await sampleStore();
    const { keptDir } = store.layout;
    const makeKept = (): void => {
      mkdirSync(join(keptDir, 'hash-name/build/closed'), { recursive: true });
    };
    makeKept();
    chmodSync(join(keptDir, 'hash-name/build/closed'), 0);
    expect(unwrap(await store.gc({ keepDays: 1 })).outdated).toEqual([]);
    expect(unwrap(await store.gc()).outdated).toEqual([]);
    const now = vi.spyOn(Date, 'now');
    atEnd(() => now.mockRestore());
    now.mockReturnValue(Date.now() + 31 * 86_400_000);
    expect(unwrap(await store.gc({ keepDays: 32 })).outdated).toEqual([]);
    expect(unwrap(await store.gc({ dryRun: true })).outdated).toEqual([join(keptDir, 'hash-name')]);
    expect(readdirSync(keptDir)).toEqual(['hash-name']);
    expect(unwrap(await store.gc()).outdated).toEqual([join(keptDir, 'hash-name')]);
    expect(readdirSync(keptDir)).toEqual([]);
    makeKept();
    expect(unwrap(await store.gc({ only: [] })).outdated).toEqual([]);
  });

  test('keeps room for the next one, also where there was none the last time', async () => {
    const { store } = await sampleStore();
    const reserved = join(store.layout.dbDir, 'reserved');
    const { size } = statSync(reserved);
    writeFileSync(reserved, '');
    unwrap(await store.gc());
    expect(statSync(reserved).size).toBe(size);
  });

  test('that cannot be made says where it met what', async () => {
    const { store } = await sampleStore();
    writeFileSync(join(store.layout.stateDir, 'gc-socket'), '');
    expect(messageOf(await store.gc())).toContain(`${store.root}, at ${join(store.layout.stateDir, 'gc-socket')}`);
  });

  test('can be stopped, and leaves a sound store', async () => {
    const { store } = await sampleStore();
    expect(codeOf(await store.gc({ signal: AbortSignal.abort() }))).toBe('E_CANCELLED');
    expect(unwrap(await store.verify({ contents: true })).defects).toEqual([]);
  });
});

/** Paths, each of which refers to some of those before it, and which of them are roots. */
const anyGraph = fc
  .array(fc.record({ references: fc.array(fc.nat(30), { maxLength: 3 }), self: fc.boolean(), root: fc.boolean() }), { maxLength: 12 })
  .map((nodes) => nodes.map((node, index) => ({ ...node, references: node.references.filter((reference) => reference < index) })));

test('whatever refers to what, a collection leaves exactly what the roots reach', async () => {
  const store = openStore();
  let run = 0;
  await fc.assert(
    fc.asyncProperty(anyGraph, async (nodes) => {
      run++;
      const paths = nodes.map((_, index) => makeTextPath(`node-${run}-${index}`, '', []));
      const reached = new Set<number>();
      const reach = (index: number): void => {
        reached.add(index);
        nodes[index]!.references.forEach(reach);
      };
      const infos = nodes.map(({ references, self, root }, index) => {
        writeFileSync(store.hostPath(paths[index]!), '');
        if (root) reach(index);
        const all = [...references.map((reference) => paths[reference]!), ...(self ? [paths[index]!] : [])];
        return { path: paths[index]!, narHash: sha256(''), narSize: 1, references: [...new Set(all)].sort(), signatures: [], ultimate: false };
      });
      unwrap(store.registerPaths(infos));
      removeTreeSync(join(store.layout.gcRootsDir, 'zilch'));
      nodes.forEach(({ root }, index) => root && unwrap(store.addRoot(String(index), paths[index]!)));
      const plan = unwrap(await store.gc({ dryRun: true }));
      const report = unwrap(await store.gc());
      expect(report.dead).toEqual(plan.dead);
      const live = [...reached].map((index) => paths[index]!).sort();
      expect(store.allPaths()).toEqual(live);
      expect(readdirSync(store.layout.storeDir).sort()).toEqual(['.links', ...live.map(storePathBaseName)]);
    }),
    { numRuns: 40 },
  );
});

test('what a process refers to while the collection runs is kept, though it held nothing', async () => {
  const store = openStore();
  const infoOf = (name: string, references: readonly StorePath[] = []): PathInfo => ({
    ...{ path: makeTextPath(name, '', []), narHash: sha256(''), narSize: 1, references },
    ...{ signatures: [], ultimate: false },
  });
  // More than are deleted at once.
  unwrap(store.registerPaths(Array.from({ length: 150 }, (_, n) => infoOf(`old-${n}`))));
  let late: PathInfo | undefined;
  const onDelete = (): void => {
    if (late !== undefined) return;
    late = infoOf('late', store.allPaths().slice(-1));
    unwrap(store.registerPaths([late]));
  };
  unwrap(await store.gc({ onDelete }));
  expect(late!.references).toHaveLength(1);
  expect(store.allPaths()).toEqual([late!.path, ...late!.references].sort());
});

describe('a root', () => {
  test('can be a link to the store, to its place on this machine, or to another such link', async () => {
    const { store, a, b, c, d } = await sampleStore();
    const { gcRootsDir, profilesDir } = store.layout;
    const elsewhere = tempDirectory();
    symlinkSync(`${store.hostPath(a)}/in/it`, join(gcRootsDir, 'on-host'));
    symlinkSync(d, join(elsewhere, 'result'));
    mkdirSync(join(gcRootsDir, 'auto'));
    symlinkSync(join(elsewhere, 'result'), join(gcRootsDir, 'auto/abc'));
    symlinkSync(b, join(profilesDir, 'default-1-link'));
    symlinkSync('default-1-link', join(profilesDir, 'default'));
    expect(await deletedBy(store)).toEqual([c]);
    unlinkSync(join(elsewhere, 'result'));
    expect(await deletedBy(store)).toEqual([d]);
    expect(readdirSync(join(gcRootsDir, 'auto'))).toEqual([]);
  });

  test("that leads where nothing can be read keeps nothing, and is in nobody's way", async () => {
    const { store, a } = await sampleStore();
    const elsewhere = tempDirectory();
    const auto = join(store.layout.gcRootsDir, 'auto');
    mkdirSync(auto);
    writeFileSync(join(elsewhere, 'project'), 'a directory once');
    symlinkSync(join(elsewhere, 'project/result'), join(auto, 'gone'));
    symlinkSync(join(elsewhere, 'project'), join(auto, 'file'));
    symlinkSync(join(auto, 'loop/x'), join(auto, 'loop'));
    unwrap(store.addRoot('a', a));
    expect(await deletedBy(store)).toHaveLength(3);
    expect(readdirSync(auto)).toEqual(['file', 'loop']);
  });

  test('that could not be made is none', async () => {
    const { store, d } = await sampleStore();
    mkdirSync(join(store.layout.gcRootsDir, 'zilch/name'), { recursive: true });
    expect(codeOf(store.addRoot('name', d))).toBe('E_IO');
    expect(await deletedBy(store)).toContain(d);
  });

  test('is whatever a running process uses', async () => {
    const { store, a, b, c, d } = await sampleStore();
    const user = spawn('sleep', ['100'], {
      env: { PATH: process.env['PATH'], ON_HOST: `${store.hostPath(d)}/bin:/bin`, IN_SANDBOX: b },
      stdio: 'ignore',
    });
    atEnd(() => user.kill());
    await once(user, 'spawn');
    expect(await deletedBy(store)).toEqual([c]);
    user.kill();
    await once(user, 'exit');
    expect(await deletedBy(store)).toEqual([a, b, d].sort());
  });

  test('can be a file named like the path', async () => {
    const { store, d } = await sampleStore();
    writeFileSync(join(store.layout.gcRootsDir, storePathBaseName(d)), '');
    expect(await deletedBy(store)).not.toContain(d);
  });

  test('is replaced by another of its name', async () => {
    const { store, a, b, c, d } = await sampleStore();
    unwrap(store.addRoot('name', d));
    unwrap(store.addRoot('name', a));
    expect(await deletedBy(store)).toEqual([b, c, d].sort());
  });

  test('that is temporary lasts as long as its process, not longer', async () => {
    const { store, a, b, c, d } = await sampleStore();
    const missing = makeTextPath('in-work', 'x', []);
    const child = new StoreChild('use', store.root, c, missing);
    await child.printed(1);
    writeFileSync(store.hostPath(missing), 'half made');
    expect(await deletedBy(store)).toEqual([d]);
    expect(existsSync(store.hostPath(missing))).toBe(true);
    await child.kill();
    expect(await deletedBy(store)).toEqual([a, b, c].sort());
    expect(existsSync(store.hostPath(missing))).toBe(false);
    expect(readdirSync(store.layout.tempRootsDir)).toEqual([]);
  });

  test('may come while the collection runs', async () => {
    const { store } = await sampleStore();
    const collectors = [1, 2].map(() => new StoreChild('collect', store.root));
    await Promise.all(collectors.map((collector) => collector.printed(1)));
    const adders = [1, 2].map(() => new StoreChild('addGuarded', store.root, '100'));
    await Promise.all(adders.map((adder) => adder.exit()));
    const rounds = collectors.map((collector) => collector.lines.length);
    expect(await Promise.all(collectors.map((collector) => collector.kill()))).toEqual([null, null]);
    expect(adders.map((adder) => adder.lines)).toEqual([['lost 0 of 100'], ['lost 0 of 100']]);
    expect(Math.min(...rounds)).toBeGreaterThan(2);
  });

  test('may come in a store whose path is too long for a socket', async () => {
    const root = join(tempDirectory(), 'deep'.repeat(30));
    openStore(root);
    const collector = new StoreChild('collect', root);
    await collector.printed(1);
    const adder = new StoreChild('addGuarded', root, '100');
    await adder.exit();
    expect(await collector.kill()).toBe(null);
    expect(adder.lines).toEqual(['lost 0 of 100']);
  });
});

describe('deleting chosen paths', () => {
  test('takes what refers to them with them, and no root keeps them', async () => {
    const { store, a, b, c, d } = await sampleStore();
    unwrap(store.addRoot('c', c));
    expect(await deletedBy(store, { only: [b] })).toEqual([b, c].sort());
    expect(store.allPaths()).toEqual([a, d].sort());
  });

  test('spares what a process is using', async () => {
    const { store, b, c } = await sampleStore();
    const child = new StoreChild('use', store.root, c);
    await child.printed(1);
    expect(await deletedBy(store, { only: [b] })).toEqual([]);
  });
});
