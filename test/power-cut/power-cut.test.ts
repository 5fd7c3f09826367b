/** Tests the promises of docs/decisions/0010 on disks that lose their power. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { StorePath } from '../../src/formats/index.js';
import { unwrap } from '../../src/result.js';
import { layoutOf } from '../../src/store/layout.js';
import { Store } from '../../src/store/index.js';
import { freshRig } from '../build/fresh-rig.js';
import { longGraph } from '../build/long-graph.js';
import { whyNoBuilds } from '../build/rig.js';
import { Child, StoreChild, tempDirectory } from '../support/store.js';
import { directory as treeOf, file, makeTree, symlink } from '../support/tree.js';
import { Disk, whyNoDisk } from './disk.js';

const missing = whyNoDisk() ?? (await whyNoBuilds());
if (missing !== undefined) console.warn(`skipped: no power is cut: ${missing}`);

const CUTS = 12;

const BUILDER = new URL('../build/builder-child.ts', import.meta.url);

/** A file system is free to write these first: by turns the database, and all names there are, which is what its own journal holds. */
function writtenFirst(root: string, cut: number): string[] {
  const { dbDir, dbFile, storeDir } = layoutOf(root);
  return cut % 2 === 0 ? [`${dbFile}-wal`, dbFile, dbDir] : [storeDir];
}

/** A tree of some files, one of them large, as tests of adding have them. */
function someTree(): string {
  const tree = join(tempDirectory(), 'tree');
  const files = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`file${index}`, file(`${index}`.repeat(1000))]));
  makeTree(treeOf({ ...files, bin: treeOf({ program: file('x'.repeat(100_000), true) }), link: symlink('bin/program'), large: file('y'.repeat(300_000)) }), tree); // prettier-ignore
  return tree;
}

/** Opens what is on a disk after a cut, and looks at every byte; gives the paths that are registered. */
async function soundPaths(root: string): Promise<readonly StorePath[]> {
  const store = unwrap(Store.open(root));
  try {
    expect(unwrap(await store.verify({ contents: true })).defects).toEqual([]);
    return store.allPaths();
  } finally {
    store.close();
  }
}

/** At some moments while `child` works: cuts the power of `disk` when it has said something more. */
async function cutWhile(child: StoreChild, disk: Disk, root: string, look: (root: string, said: string[]) => Promise<void>): Promise<void> {
  const cuts = [];
  for (let cut = 0; cut < CUTS; cut++) {
    await child.printed(child.lines.length + 1);
    await sleep(cut * 7);
    const said = [...child.lines];
    cuts.push({ said, ...disk.cut(writtenFirst(root, cut)) });
  }
  expect(await child.kill()).toBe(null);
  for (const { said, checkAndMount } of cuts) await look(join(checkAndMount(), 'store'), said);
}

describe.skipIf(missing !== undefined)('a power cut', { timeout: 300_000 }, () => {
  test('loses nothing that was registered, and damages nothing', async () => {
    const disk = Disk.make();
    const root = join(disk.directory, 'store');
    const child = new StoreChild('add', root, 'a', someTree());
    let most = 0;
    await cutWhile(child, disk, root, async (after, said) => {
      const paths = await soundPaths(after);
      expect(paths).toEqual(expect.arrayContaining(said));
      most = Math.max(most, said.length);
    });
    expect(most).toBeGreaterThan(CUTS);
  });

  test('in the middle of a garbage collection leaves nothing registered that is gone', async () => {
    const disk = Disk.make();
    const root = join(disk.directory, 'store');
    const child = new StoreChild('addAndCollect', root, someTree());
    let collected = 0;
    await cutWhile(child, disk, root, async (after, said) => {
      await soundPaths(after);
      collected += said.filter((line) => line === 'collected').length;
    });
    expect(collected).toBeGreaterThan(0);
  });

  test('just after a store was made, or before, leaves one that can be used', async () => {
    const disk = Disk.make();
    const root = join(disk.directory, 'store');
    const child = new StoreChild('make', root);
    await cutWhile(child, disk, join(root, 'stores'), async (after, said) => {
      const stores = join(after, 'stores');
      expect(readdirSync(stores)).toEqual(expect.arrayContaining(said));
      for (const name of readdirSync(stores)) {
        const store = unwrap(Store.open(join(stores, name), { create: !said.includes(name) }));
        unwrap(await store.addText('text', 'text'));
        store.close();
      }
    });
  });

  test('in the middle of a build leaves a store in which the next build ends it, and the same', async () => {
    const rig = await freshRig();
    await rig.outputs([longGraph(rig)]);
    const disk = Disk.make();
    const root = join(disk.directory, 'store');
    const child = new Child(BUILDER, [root]);
    const cuts = [];
    for (let cut = 0; cut < 3; cut++) {
      await child.printed(child.lines.length + 6);
      cuts.push({ said: [...child.lines], ...disk.cut(writtenFirst(root, cut)) });
    }
    await child.kill();
    for (const { said, checkAndMount } of cuts) {
      const after = join(checkAndMount(), 'store');
      const outputs = (await soundPaths(after)).filter((path) => path.endsWith('-lib'));
      expect(outputs.length).toBeGreaterThanOrEqual(said.filter((line) => line.startsWith('build-done part')).length);
      const again = new Child(BUILDER, [after]);
      expect(await again.exit()).toBe(0);
      expect(await soundPaths(after)).toEqual(rig.store.allPaths());
    }
  });
});
