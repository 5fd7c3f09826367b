import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openStore, tempDirectory } from '../../test/support/store.js';
import { makeContentPath, makeTextPath, sha256Hash, storePathHash, type Derivation, type DrvPath, type StorePath } from '../formats/index.js';
import { unwrap } from '../result.js';
import { hashTree } from '../store/index.js';
import { finishOutputs } from './outputs.js';

/** A path with a given start of its hash part, so its place in the order is known. */
function scratchPath(name: string, beginning: string): StorePath {
  for (let n = 0; ; n++) {
    const path = makeTextPath(name, String(n), []);
    if (storePathHash(path).startsWith(beginning)) return path;
  }
}

const drv = {
  name: 'x',
  outputs: new Map(),
  inputDrvs: new Map(),
  inputSrcs: [],
  platform: '',
  builder: '',
  args: [],
  env: new Map(),
} as Derivation;
const drvPath = makeTextPath('x.drv', '', []) as DrvPath;

test('an output that names nothing of its build has the hash and the path of its files as they are', async () => {
  const store = openStore();
  const out = scratchPath('x', '1');
  const tree = join(tempDirectory(), 'tree');
  mkdirSync(tree);
  writeFileSync(join(tree, 'file'), 'contents');
  const narHash = unwrap(await hashTree(tree)).narHash;
  const finished = unwrap(await finishOutputs({ store, drv, drvPath, scratch: new Map([['out', out]]), hostPath: () => tree, inputs: [] }));
  const { info } = finished.get('out')!;
  expect(info).toMatchObject({ narHash, path: makeContentPath('x', 'recursive', sha256Hash(narHash)) });
  expect(info.contentAddress?.hash).toEqual(sha256Hash(narHash));
});

test('an output whose files are named by another output has the hash that its files have in the end', async () => {
  const store = openStore();
  const [lib, out] = [scratchPath('x-lib', '0'), scratchPath('x', '1')];
  const trees = new Map([lib, out].map((path) => [path, join(tempDirectory(), 'tree')]));
  mkdirSync(trees.get(lib)!);
  mkdirSync(trees.get(out)!);
  // Wherever the other output's final hash is sorted among these, its scratch path was sorted before all of them.
  for (const name of '123456789abcdfghijklmnpqrsvwxyz') writeFileSync(join(trees.get(out)!, name), '');
  writeFileSync(join(trees.get(out)!, storePathHash(lib)), '');
  const scratch = new Map([
    ['lib', lib],
    ['out', out],
  ]);
  const finished = unwrap(await finishOutputs({ store, drv, drvPath, scratch, hostPath: (path) => trees.get(path)!, inputs: [] }));
  const { info } = finished.get('out')!;
  expect(storePathHash(finished.get('lib')!.info.path)).toMatch(/^[^0]/);
  expect(info.narHash).toBe(unwrap(await hashTree(trees.get(out)!)).narHash);
  expect(info.contentAddress?.hash).toEqual(sha256Hash(info.narHash));
});
