import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { whyNoNix } from '../../test/support/nix.js';
import { addText, openStore, StoreChild, tempDirectory } from '../../test/support/store.js';
import type { StorePath } from '../formats/index.js';
import { unwrap } from '../result.js';
import { Store } from './index.js';

const KILLS = 5;

/** The errors that Nix finds in a store; none without Nix, when the tests with Nix are reported as skipped. */
function verifiedByNix(root: string): string {
  if (whyNoNix() !== undefined) return '';
  const { status, stderr } = spawnSync('nix-store', ['--store', root, '--verify', '--check-contents'], { encoding: 'utf8' });
  return status === 0 ? '' : stderr;
}

function sampleTree(): string {
  const tree = tempDirectory();
  mkdirSync(join(tree, 'sub'));
  for (let n = 0; n < 20; n++) writeFileSync(join(tree, `sub/${n}`), String(n));
  writeFileSync(join(tree, 'large'), Buffer.alloc(300_000, 'x'));
  return tree;
}

describe('a store whose process is killed with SIGKILL', () => {
  test('while it adds, is sound, and has lost nothing that was reported', { timeout: 120_000 }, async () => {
    const root = tempDirectory();
    const tree = sampleTree();
    const reported = new Set<string>();
    for (let round = 0; round < KILLS; round++) {
      const children = ['a', 'b'].map((name) => new StoreChild('add', root, `${name}${round % 3}`, tree));
      await Promise.all(children.map((child) => child.printed(1)));
      await sleep(Math.random() * 150);
      expect(await Promise.all(children.map((child) => child.kill()))).toEqual([null, null]);
      const store = unwrap(Store.open(root));
      for (const child of children) for (const line of child.lines) reported.add(line);
      expect([...reported].filter((path) => !store.isValid(path as StorePath))).toEqual([]);
      const report = unwrap(await store.verify({ contents: true }));
      expect(report.defects).toEqual([]);
      store.close();
    }
    expect(verifiedByNix(root)).toBe('');
    expect(reported.size).toBeGreaterThan(KILLS);
  });

  test('while it collects garbage, keeps all that is rooted whole, and the next collection finishes', async () => {
    const root = tempDirectory();
    const store = openStore(root);
    for (let round = 0; round < 5; round++) {
      let kept = await addText(store, `kept-${round}`);
      for (let n = 0; n < 30; n++) kept = await addText(store, `kept-${round}-${n}`, [kept]);
      unwrap(store.addRoot(`kept-${round}`, kept));
      for (let n = 0; n < 300; n++) await addText(store, `dead-${round}-${n}`);
    }
    store.close();
    for (let round = 0; round < 3; round++) {
      const child = new StoreChild('collectOnce', root);
      await child.printed(1);
      await sleep(Math.random() * 20);
      expect(await child.kill()).toBe(null);
      const reopened = unwrap(Store.open(root));
      expect(unwrap(await reopened.verify({ contents: true })).defects).toEqual([]);
      reopened.close();
    }
    const last = openStore(root);
    const report = unwrap(await last.gc());
    expect(report.liveCount).toBe(5 * 31);
    expect(last.allPaths()).toHaveLength(5 * 31);
    expect(readdirSync(last.layout.storeDir)).toHaveLength(5 * 31 + 1);
    expect(readdirSync(last.layout.zilchTrashDir)).toEqual([]);
    expect(verifiedByNix(root)).toBe('');
  });
});

describe('two processes on one store', () => {
  test('make it together, and add the same paths without harm', async () => {
    const root = join(tempDirectory(), 'new');
    const children = [1, 2, 3].map(() => new StoreChild('addSame', root, '60'));
    expect(await Promise.all(children.map((child) => child.exit()))).toEqual([0, 0, 0]);
    const store = openStore(root);
    expect(store.allPaths()).toHaveLength(60);
    expect(new Set(children.flatMap((child) => child.lines))).toEqual(new Set(store.allPaths()));
    expect(unwrap(await store.verify({ contents: true })).defects).toEqual([]);
    expect(readdirSync(store.layout.storeDir).filter((name) => name.endsWith('.lock'))).toEqual([]);
  });
});
