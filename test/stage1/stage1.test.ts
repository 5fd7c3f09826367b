import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkSandbox } from '../../src/build/index.js';
import { CHECKOUT, CliRig, type Ran } from '../cli/rig.js';

const sandbox = await checkSandbox();
if (!sandbox.ok) console.log(`skipped: ${sandbox.failure.message}`);

interface Result {
  readonly outputs: readonly { readonly output: string; readonly path: string; readonly pinned: string }[];
}

const DEFINES = ['-DONE_SOURCE=1', '-DTCC_TARGET_X86_64', '-DCONFIG_TCC_STATIC', '-DTCC_VERSION="0.9.27"', '-DCONFIG_TCCDIR="/"'];
const MUSL = '/usr/lib/x86_64-linux-musl';
const TCC = '/usr/lib/x86_64-linux-gnu/tcc';

/** How a host compiler makes a seed. */
const SEEDS: readonly (readonly [compiler: string, ...args: readonly string[]])[] = [
  ['gcc', '-static', '-O1', 'tcc.c', '-lm'],
  ['musl-gcc', '-static', '-Os', 'tcc.c'],
  ['clang', '-static', '-O2', 'tcc.c', '-lm'],
  // Debian's tcc cannot link glibc statically, so it is told where musl is.
  [
    ...(['tcc', '-static', '-nostdinc', '-nostdlib', '-I/usr/include/x86_64-linux-musl', `-I${TCC}/include`] as const),
    ...[`${MUSL}/crt1.o`, `${MUSL}/crti.o`, 'tcc.c', `${MUSL}/libc.a`, `${TCC}/libtcc1.a`, `${MUSL}/crtn.o`],
  ],
];

describe.skipIf(!sandbox.ok)('stage 1, from an empty store', () => {
  let rig: CliRig;
  let first: Ran;

  beforeAll(async () => {
    rig = new CliRig();
    first = await rig.run(['build', '--json']);
  });
  afterAll(() => rig.close());

  const resultOf = (ran: Ran): Result => {
    if (ran.status !== 0) throw new Error(`status ${String(ran.status)}\n${ran.stdout.slice(-3000)}\n${ran.stderr}`);
    return JSON.parse(ran.stdout.trim().split('\n').at(-1)!) as Result;
  };

  it('builds, passes its test, and is what is pinned', () => {
    expect(resultOf(first).outputs.map(({ output, pinned }) => [output, pinned])).toEqual([
      ['stage1^protobusybox', 'same'],
      ['stage1^protomusl', 'same'],
      ['stage1^tinycc', 'same'],
    ]);
  });

  it('has a shell that says hello', async () => {
    const directory = (await rig.run(['path', 'stage1^protobusybox'])).stdout.trim();
    expect(execFileSync(join(directory, 'bin/ash'), ['-c', 'echo "Hello from ash!"'], { encoding: 'utf8' })).toBe('Hello from ash!\n');
  });

  it('comes out the same when it is built again', async () => {
    const again = await rig.run(['build', '--rebuild', '--no-tests']);
    expect(again.stderr).toContain('same     stage1, built again');
    expect(again.status).toBe(0);
  });

  it('comes out the same from seeds made by different compilers', async () => {
    const directory = join(rig.directory, 'seeds');
    mkdirSync(directory);
    const tarball = join(rig.store, 'nix/store', tinyccTarball(await rig.run(['sources', 'list', '--json'])));
    execFileSync('tar', ['-xjf', tarball, '-C', directory]);
    writeFileSync(join(directory, 'config.h'), '');
    const seeds = SEEDS.flatMap(([compiler, ...args]) => {
      const compiled = spawnSync(compiler, ['-w', ...DEFINES, '-o', `seed-${compiler}`, ...args], { cwd: directory, encoding: 'utf8' });
      if ((compiled.error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') {
        console.log(`skipped: no seed by ${compiler}, which is not installed`);
        return [];
      }
      expect(compiled.status, compiled.stderr).toBe(0);
      return [{ by: compiler, file: join(directory, `seed-${compiler}`) }];
    });
    // Stage 1's own compiler is a TinyCC like others.
    const own = (await rig.run(['path', 'stage1^tinycc'])).stdout.trim();
    seeds.push({ by: 'stage 1', file: join(own, 'bin/tcc') });
    // And one that no compiler from elsewhere had a hand in.
    const climbed = await rig.run(['build', '--no-tests', '--offline', 'tinycc-seed']);
    expect(climbed.status, climbed.stderr).toBe(0);
    seeds.push({ by: 'the ladder from 148 bytes', file: (await rig.run(['path', 'tinycc-seed'])).stdout.trim() });

    const hashes = seeds.map(({ file }) => createHash('sha256').update(readFileSync(file)).digest('hex'));
    for (const [at, { by, file }] of seeds.entries()) {
      console.log(`seed by ${by}: sha256 ${hashes[at] ?? ''}`);
      const built = await rig.run(['build', '--no-tests', '--offline', '--json', '--seed', file]);
      expect(resultOf(built).outputs.map(({ path }) => path)).toEqual(resultOf(first).outputs.map(({ path }) => path));
    }
    expect(seeds.length).toBeGreaterThanOrEqual(3);
    expect(new Set(hashes).size).toBe(seeds.length);
  });

  it('carries a chain kept elsewhere: the one in examples/hello', async () => {
    const example = join(CHECKOUT, 'examples/hello');
    const built = await rig.run(['build', '--offline', '-f', example]);
    expect(built).toMatchObject({ status: 0 });
    const program = (await rig.run(['path', 'hello', '-f', example])).stdout.trim();
    expect(execFileSync(join(program, 'bin/hello'), { encoding: 'utf8' })).toBe('Hello, world! Compiled by TinyCC, linked with musl.\n');
  });

  it('leaves a store in which every path is what was registered', async () => {
    const verified = await rig.run(['verify-store']);
    expect(verified.stdout).toMatch(/ 0 wrong/);
    expect(verified.status).toBe(0);
  });
});

function tinyccTarball({ stdout }: Ran): string {
  const sources = JSON.parse(stdout) as readonly { readonly name: string; readonly path: string }[];
  return sources.find(({ name }) => name === 'tinycc')!.path.slice('/nix/store/'.length);
}
