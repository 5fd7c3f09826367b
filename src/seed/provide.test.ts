import { execFileSync } from 'node:child_process';
import { readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openStore, tempDirectory } from '../../test/support/store.js';
import { sha256 } from '../formats/index.js';
import { seed, source } from '../recipe/index.js';
import { unwrap } from '../result.js';
import { provideSeed } from './provide.js';

/** In place of TinyCC: what it takes for a seed to pass. */
const PROGRAM = `#include <stdio.h>
int main(int argc, char **argv) { return argc == 2 ? puts("tcc version 0") < 0 : 42; }
`;

it('a default seed is kept, and built again when a power cut left nothing of it', async () => {
  const directory = tempDirectory();
  writeFileSync(join(directory, 'tcc.c'), PROGRAM);
  execFileSync('tar', ['-cjf', 'tcc.tar.bz2', 'tcc.c'], { cwd: directory });
  const from = source({ name: 'tcc', version: '0', size: 1, sha256: sha256('anything'), urls: ['https://example.org/tcc.tar.bz2'] });
  const store = openStore();
  let built = 0;
  const provide = async (): Promise<string> => {
    const options = { fetch: () => store.addTree('tcc.tar.bz2', join(directory, 'tcc.tar.bz2')), onBuild: () => built++ };
    return unwrap(await provideSeed(seed('tcc', { from }), store, options)).path;
  };
  const first = await provide();
  expect(await provide()).toBe(first);
  expect(built).toBe(1);
  const seeds = join(store.layout.zilchDir, 'seeds');
  for (const key of readdirSync(seeds)) truncateSync(join(seeds, key, 'tcc'));
  expect(await provide()).toBe(first);
  expect(built).toBe(2);
});
