import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { addText, codeOf, openStore } from '../../test/support/store.js';
import { makeTextPath, storePathBaseName } from '../formats/index.js';
import { unwrap } from '../result.js';
import { Store } from './index.js';

describe('verifying', () => {
  test('finds nothing wrong with a sound store, and says how much it read', async () => {
    const store = openStore();
    const path = await addText(store, 'a');
    const seen: string[] = [];
    const report = unwrap(await store.verify({ contents: true, onChecked: (checked, count, total) => seen.push(`${checked} ${count}/${total}`) }));
    expect(report).toEqual({ checkedCount: 1, checkedBytes: store.pathInfo(path)!.narSize, defects: [], leftovers: [] });
    expect(seen).toEqual([`${path} 1/1`]);
  });

  test('finds what was altered, what is executable now, and what is gone', async () => {
    const store = openStore();
    const [altered, executable, missing, fine] = [
      await addText(store, 'altered'),
      await addText(store, 'executable'),
      await addText(store, 'missing'),
      await addText(store, 'fine'),
    ];
    chmodSync(store.hostPath(altered), 0o644);
    writeFileSync(store.hostPath(altered), 'altereD\n\n');
    chmodSync(store.hostPath(executable), 0o555);
    rmSync(store.hostPath(missing));
    const { defects } = unwrap(await store.verify({ contents: true }));
    expect(new Map(defects.map(({ path, failure }) => [path, failure.code]))).toEqual(
      new Map([
        [altered, 'E_PATH_ALTERED'],
        [executable, 'E_PATH_ALTERED'],
        [missing, 'E_PATH_MISSING'],
      ]),
    );
    expect(unwrap(await store.verify()).defects.map(({ path }) => path)).toEqual([missing]);
    expect(unwrap(await store.verify({ contents: true, paths: [fine] })).defects).toEqual([]);
  });

  test('finds metadata that no hash covers, and says so', async () => {
    const store = openStore();
    const path = await addText(store, 'a');
    chmodSync(store.hostPath(path), 0o4444);
    expect(unwrap(await store.verify()).defects).toEqual([]);
    expect(unwrap(await store.verify({ contents: true })).defects).toMatchObject([{ path, failure: { code: 'E_PATH_METADATA' } }]);
  });

  test('finds what lies in the store unregistered, but not what a process works on', async () => {
    const store = openStore();
    const inWork = makeTextPath('in-work', '', []);
    unwrap(await store.addTempRoot(inWork));
    writeFileSync(store.hostPath(inWork), '');
    writeFileSync(store.hostPath(makeTextPath('leftover', '', [])), '');
    expect(unwrap(await store.verify()).leftovers).toEqual([storePathBaseName(makeTextPath('leftover', '', []))]);
  });

  test('of a path that is not valid is a failure', async () => {
    const store = openStore();
    expect(codeOf(await store.verify({ paths: [makeTextPath('x', 'x', [])] }))).toBe('E_NOT_VALID');
  });

  test('can be followed by deleting what is damaged, after which it can be added again', async () => {
    const root = openStore().root;
    const adding = unwrap(Store.open(root));
    const path = await addText(adding, 'a');
    const user = await addText(adding, 'user', [path]);
    adding.close();
    const store = openStore(root);
    rmSync(store.hostPath(path));
    const { defects } = unwrap(await store.verify());
    unwrap(await store.gc({ only: defects.map((defect) => defect.path) }));
    expect(store.isValid(user)).toBe(false);
    expect(await addText(store, 'a')).toBe(path);
    expect(unwrap(await store.verify({ contents: true })).defects).toEqual([]);
  });
});
