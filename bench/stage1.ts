/**
 * Stage 1 from an empty store, the sources at hand: on two processors, the peer being the same on one. The whole command
 * is measured, hashing and registering included, but not the compilation of the seed. `npx jiti bench/stage1.ts DIRECTORY`,
 * the directory being one that holds the tarballs.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { compare } from './harness.js';

const zilch = join(import.meta.dirname, '../zilch');
const sources = process.argv[2] ?? join(homedir(), '.cache/zilch/sources');
const work = mkdtempSync(join(tmpdir(), 'zilch-bench-'));
const store = join(work, 'store');
const call = (...args: string[]): string => execFileSync(zilch, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });

try {
  const file = call('seed', 'build', '--store', join(work, 'seed'), '--sources', sources).trim();
  const build = (cores: number) => ({
    name: `zilch build --cores ${cores}`,
    prepare: (): void => {
      rmSync(store, { recursive: true, force: true });
    },
    run: (): void => void call('build', '--store', store, '--offline', '--sources', sources, '--seed', file, '--no-tests', '--cores', String(cores)),
  });
  await compare('stage 1 from an empty store', build(2), build(1), 3);
} finally {
  rmSync(work, { recursive: true, force: true });
}
