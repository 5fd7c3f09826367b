/** What processes work with that are killed: a tree, an archive and a cache of the same paths, and the program itself, compiled once. */
import { createWriteStream, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { BinaryCache, exportArchive, openBlobs, push } from '../../src/exchange/index.js';
import { formatPublicKey, generateSecretKey, publicKeyOf, type StorePath } from '../../src/formats/index.js';
import { unwrap } from '../../src/result.js';
import { removeTreeSync, Store } from '../../src/store/index.js';
import type { Random } from './random.js';

export const TREE = 'tree';
export const ARCHIVE = 'archive';
export const CACHE = 'cache';
export const KEY = 'key';
export const ROOTS = 'roots';

const CHECKOUT = fileURLToPath(new URL('../../', import.meta.url));

/** Makes all of it in a directory. */
export async function makeMaterials(directory: string, random: Random): Promise<void> {
  const tree = join(directory, TREE);
  mkdirSync(join(tree, 'folder'), { recursive: true });
  for (let n = 0; n < 20; n++) writeFileSync(join(tree, `folder/${n}`), random.bytes(random.below(5000)));
  writeFileSync(join(tree, 'large'), Buffer.alloc(1_000_000, random.bytes(1000)));
  const store = unwrap(Store.open(join(directory, 'source'), { create: true }));
  let last: StorePath[] = [];
  for (let n = 0; n < 15; n++) {
    const text = unwrap(await store.addText(`material-${n}`, `${n} ${last.join(' ')}`, last));
    writeFileSync(join(tree, 'number'), String(n));
    last = [text, unwrap(await store.addTree(`materials-${n}`, tree))];
  }
  const root = unwrap(await store.addText('materials', last.join(' '), last));
  writeFileSync(join(directory, ROOTS), `${root}\n`);
  await pipeline(exportArchive(store, store.closure([root])), createWriteStream(join(directory, ARCHIVE)));
  const key = generateSecretKey('torture-1');
  writeFileSync(join(directory, KEY), formatPublicKey(publicKeyOf(key)));
  const cache = new BinaryCache(unwrap(openBlobs(join(directory, CACHE), {})));
  unwrap(await push([root], [], { store, cache, compression: 'zstd', secretKeys: [key] }));
  store.close();
  removeTreeSync(join(directory, 'source'));
}

/** Compiles `operations.ts` to where its modules are found; gives the program, and what removes it. */
export async function compileOperations(): Promise<{ readonly program: string; readonly remove: () => void }> {
  mkdirSync(join(CHECKOUT, 'node_modules/.cache'), { recursive: true });
  const place = mkdtempSync(join(CHECKOUT, 'node_modules/.cache/zilch-torture-'));
  await build({
    absWorkingDir: CHECKOUT,
    // Threads are looked for where they lie beside the compiled program.
    entryPoints: [
      { in: 'test/torture/operations.ts', out: 'program/operations' },
      ...['file-maker-worker', 'read-ahead-worker'].map((name) => ({ in: `src/store/tree/${name}.ts`, out: `store/tree/${name}` })),
    ],
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    packages: 'external',
    outdir: place,
    logLevel: 'silent',
  });
  return { program: join(place, 'program/operations.js'), remove: () => rmSync(place, { recursive: true }) };
}
