/**
 * Adding 200 files and 20 trees of 200 files to a fresh store on the disk, one after the other, beside `nix-store --add`. Ours are on the
 * disk before they are registered; Nix's need not be. `npx jiti bench/adding.ts`. TMPDIR chooses the disk.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unwrap } from '../src/result.js';
import { Store } from '../src/store/index.js';
import { compare } from './harness.js';
import { nixes } from './peers.js';

const FILES = 200;
const TREES = 20;
const ENVIRONMENT = { ...process.env, NIX_CONFIG: 'build-users-group =\nsubstituters =' };

const peers = await nixes();
const work = mkdtempSync(join(tmpdir(), 'zilch-bench-'));
const root = join(work, 'root');
const clear = (): void => {
  rmSync(root, { recursive: true, force: true });
};

function makeFiles(directory: string): string[] {
  mkdirSync(directory);
  return Array.from({ length: FILES }, (_, index) => {
    const file = join(directory, `file-${index}`);
    writeFileSync(file, `${directory} ${index}\n`.repeat(50));
    return file;
  });
}

async function addAll(paths: readonly string[], add: (store: Store, path: string, name: string) => Promise<unknown>): Promise<void> {
  const store = unwrap(Store.open(root, { create: true }));
  for (const [index, path] of paths.entries()) await add(store, path, `added-${index}`);
  store.close();
}

try {
  const files = makeFiles(join(work, 'files'));
  const trees = Array.from({ length: TREES }, (_, index) => join(work, `tree-${index}`));
  for (const tree of trees) makeFiles(tree);
  const peersWith = (paths: readonly string[]) =>
    peers.map(({ version, program }) => ({
      name: `nix-store --add ${version}`,
      prepare: clear,
      run: () => void execFileSync(program('nix-store'), ['--store', root, '--add', ...paths], { env: ENVIRONMENT }),
    }));
  await compare(
    `add ${FILES} files`,
    {
      name: 'Store.addFlatFile',
      prepare: clear,
      run: () => addAll(files, async (store, path, name) => unwrap(await store.addFlatFile(name, path))),
    },
    peersWith(files),
  );
  await compare(
    `add ${TREES} trees of ${FILES} files`,
    {
      name: 'Store.addTree',
      prepare: clear,
      run: () => addAll(trees, async (store, path, name) => unwrap(await store.addTree(name, path))),
    },
    peersWith(trees),
  );
} finally {
  rmSync(work, { recursive: true, force: true });
}
