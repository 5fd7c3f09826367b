/**
 * What the builder adds to a build: stage 1, its sources and its compiler being there, beside the same stage1.c run by the same TinyCC without
 * Zilch. Ours is the whole command: the chain, the sandbox, hashing and registering, everything on the disk. `npx jiti bench/stage1.ts [ROUNDS]`
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { OWN_CHAIN } from '../src/chain/index.js';
import { compare } from './harness.js';
import { sourcesInto } from './sources.js';

const ROUNDS = Number(process.argv[2] ?? 5);
const OUTPUTS = ['protobusybox', 'protomusl', 'tinycc', 'libtcc1'];

const zilch = join(import.meta.dirname, '../zilch');
const work = mkdtempSync(join(tmpdir(), 'zilch-bench-'));
const [sources, template, store, bare] = ['sources', 'template', 'store', 'bare'].map((name) => join(work, name)) as [string, string, string, string];
const cores = availableParallelism();

function run(...args: readonly string[]): string {
  return execFileSync(zilch, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
}

function clear(directory: string): void {
  execFileSync('sh', ['-c', 'test ! -e "$1" || { chmod -R u+w "$1" && rm -rf "$1"; }', 'sh', directory]);
}

try {
  mkdirSync(sources);
  await sourcesInto(sources, 'stage1');
  const build = ['build', '--offline', '--sources', sources, '--no-tests', '--cores', String(cores)];
  run(...build, '--store', template, 'tinycc-seed');
  const tcc = run('path', 'tinycc-seed', '--store', template);
  const source = (name: string): string =>
    join(
      sources,
      readdirSync(sources).find((file) => file.startsWith(name))!,
    );
  const program = join(OWN_CHAIN, '1-stage1');
  const args = ['-nostdinc', '-nostdlib', '-run', join(program, 'stage1.c'), tcc, program, source('musl'), source('tinycc'), source('busybox')];
  await compare(
    `stage 1 from its compiler and its sources, ${cores} at a time`,
    {
      name: 'zilch build stage1',
      prepare: () => {
        clear(store);
        execFileSync('cp', ['-a', template, store]);
      },
      run: () => void run(...build, '--store', store, 'stage1'),
    },
    {
      name: 'tcc -run stage1.c',
      prepare: () => {
        clear(bare);
        mkdirSync(join(bare, 'work'), { recursive: true });
      },
      run: () =>
        void execFileSync(tcc, [...args, ...OUTPUTS.map((name) => join(bare, name))], {
          cwd: join(bare, 'work'),
          env: { NIX_BUILD_CORES: String(cores) },
          stdio: ['ignore', 'ignore', 'pipe'],
        }),
    },
    ROUNDS,
  );
} finally {
  clear(store);
  clear(template);
  rmSync(work, { recursive: true, force: true });
}
