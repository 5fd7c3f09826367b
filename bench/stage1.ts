/**
 * Stage 1 from an empty store, the sources at hand: on two processors, the peer being the same on one. The whole command
 * is measured, the climb from 148 bytes, hashing and registering included. `npx jiti bench/stage1.ts`
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compare } from './harness.js';
import { sourcesInto } from './sources.js';

const zilch = join(import.meta.dirname, '../zilch');
const work = mkdtempSync(join(tmpdir(), 'zilch-bench-'));
const sources = join(work, 'sources');
const store = join(work, 'store');

try {
  mkdirSync(sources);
  await sourcesInto(sources, 'stage1');
  const build = (cores: number) => ({
    name: `zilch build --cores ${cores}`,
    prepare: (): void => {
      rmSync(store, { recursive: true, force: true });
    },
    run: (): void => {
      const args = ['build', '--store', store, '--offline', '--sources', sources, '--no-tests', '--cores', String(cores)];
      execFileSync(zilch, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    },
  });
  await compare('stage 1 from an empty store', build(2), build(1), 3);
} finally {
  rmSync(work, { recursive: true, force: true });
}
