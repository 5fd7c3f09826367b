/** A chain's inputs other than recipes and sources: files beside recipes, and seeds. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PreparedChain } from '../chain/index.js';
import type { Sha256, StorePath } from '../formats/index.js';
import { readHex, type Local } from '../recipe/index.js';
import type { LocalFacts, SeedFacts } from '../report/index.js';
import { ok, type Result } from '../result.js';
import { attemptAsync, type Store } from '../store/index.js';
import { fileName } from './file-names.js';

export interface OutsideFacts {
  readonly seeds: readonly SeedFacts[];
  readonly locals: readonly LocalFacts[];
}

/**
 * Reads them from the chain's directory, so they are known before anything is built; a given seed is read from the
 * store.
 */
export async function outsideFacts(chain: PreparedChain, directory: string, store: Store): Promise<Result<OutsideFacts>> {
  const seeds = new Map<StorePath, SeedFacts>();
  const locals = new Map<StorePath, LocalFacts>();
  for (const [external, path] of chain.external) {
    if (external.kind === 'seed') {
      if (store.isValid(path)) seeds.set(path, seedFacts(path, external.name, readFileSync(store.hostPath(path)), undefined));
      continue;
    }
    // A flake of the chain says nothing that is not in its recipes.
    if (external.kind === 'flake') continue;
    const file = fileURLToPath(external.url);
    const read = await attemptAsync('read', file, async () =>
      external.hexBytes === undefined ? await countFiles(file, external) : await readFile(file, 'latin1'),
    );
    if (!read.ok) return read;
    if (typeof read.value !== 'string') locals.set(path, { path, name: external.name, ...read.value });
    else {
      const bytes = readHex(read.value, file, external.hexBytes ?? 0);
      if (!bytes.ok) return bytes;
      seeds.set(path, seedFacts(path, external.name, bytes.value, fileName(directory, file)));
    }
  }
  return ok({ seeds: [...seeds.values()], locals: [...locals.values()] });
}

function seedFacts(path: StorePath, name: string, bytes: Buffer, text: string | undefined): SeedFacts {
  return { path, name, size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') as Sha256, text };
}

async function countFiles(file: string, { only }: Pick<Local, 'only'>): Promise<{ readonly size: number; readonly lines: number }> {
  const status = await lstat(file);
  if (status.isFile()) {
    const bytes = await readFile(file);
    let lines = 0;
    for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) lines++;
    return { size: bytes.length, lines };
  }
  if (!status.isDirectory()) return { size: 0, lines: 0 };
  const names = only ?? (await readdir(file));
  const counts = await Promise.all(names.map((name) => countFiles(join(file, name), {})));
  return counts.reduce((sum, { size, lines }) => ({ size: sum.size + size, lines: sum.lines + lines }), { size: 0, lines: 0 });
}
