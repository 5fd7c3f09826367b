/** The whole ladder, from the seed's bytes to TinyCC: by the builder, by a script, and as the first process of a bare machine. */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkSandbox } from '../../src/build/index.js';
import { CHECKOUT, CliRig } from '../cli/rig.js';
import { folderToClimb, READERS } from './folder.js';
import { boot, fetchKernel, whyNoMachine } from './machine.js';

const sandbox = await checkSandbox();
if (!sandbox.ok) console.log(`skipped: ${sandbox.failure.message}`);
const noMachine = whyNoMachine();
if (noMachine !== undefined) console.log(`skipped: no bare machine, for ${noMachine}`);

const STEPS = ['seed-s', 'seed-cc', 'seed-unpack', 'tinycc-seed'];
const GOODBYE = './tinycc-seed -nostdinc -nostdlib -run goodbye.c tinycc-seed';

/** FNV-1a, as goodbye.c computes it. */
function checksum(bytes: Buffer): string {
  let sum = 0xcbf29ce484222325n;
  for (const byte of bytes) sum = BigInt.asUintN(64, (sum ^ BigInt(byte)) * 0x100000001b3n);
  return sum.toString(16).padStart(16, '0');
}

describe.skipIf(!sandbox.ok)('the ladder', () => {
  let rig: CliRig;
  let tarball: string;

  const pathOf = async (target: string): Promise<string> => (await rig.run(['path', target])).stdout.trim();

  beforeAll(async () => {
    rig = new CliRig();
    const built = await rig.run(['build', ...STEPS]);
    expect(built.status, built.stderr).toBe(0);
    const sources = JSON.parse((await rig.run(['sources', 'list', '--json'])).stdout) as readonly { readonly name: string; readonly path: string }[];
    tarball = join(rig.store, sources.find(({ name }) => name === 'tinycc')!.path);
  });
  afterAll(() => rig.close());

  /** With the tarball. */
  const fullFolder = (name: string): string => {
    const folder = folderToClimb(join(rig.directory, name));
    cpSync(tarball, join(folder, 'tinycc.tar.bz2'));
    return folder;
  };

  it('begins with the bytes that anybody makes of seed.hex', () => {
    const seed = readdirSync(join(rig.store, 'nix/store')).find((name) => /^[0-9a-z]{32}-seed$/.test(name));
    const inStore = join(rig.store, 'nix/store', seed!);
    const byHand = join(fullFolder('bytes'), 'seed');
    expect(readFileSync(inStore).equals(readFileSync(byHand))).toBe(true);
    expect(readFileSync(byHand).length).toBe(148);
    expect(statSync(inStore).mode & 0o777).toBe(0o555);
  });

  it.each([
    ['the seed and a runner in T', './seed', '1-t/step1.hex', 'climb.t', 'climb', 'climb.script'],
    ['a shell', 'sh', '-e', 'climb.script'],
  ])('gives the same programs when %s climbs it', async (by, program, ...args) => {
    const folder = fullFolder(by);
    const climbed = spawnSync(program, args, { cwd: folder, encoding: 'utf8' });
    expect(climbed.status, climbed.stdout + climbed.stderr).toBe(0);
    for (const step of STEPS) expect(readFileSync(join(folder, step)).equals(readFileSync(await pathOf(step))), step).toBe(true);
  });

  it('stops at a command that fails, and says which', () => {
    const folder = fullFolder('failing');
    writeFileSync(join(folder, 'script'), './seed 1-t/step1.hex 2-s/step2.t s\n./s \\\n  nothing.c out\n./s\n');
    const climbed = spawnSync('./seed', ['1-t/step1.hex', 'climb.t', 'climb', 'script'], { cwd: folder, encoding: 'utf8' });
    expect(climbed.status).toBe(1);
    expect(climbed.stderr).toContain('nothing.c');
    expect(climbed.stdout.split('\n').slice(-3)).toEqual(['  nothing.c out', 'climb: ./s failed with status 1', '']);
  });

  it('takes no tarball with a byte that is not the published one', async () => {
    const folder = fullFolder('damaged');
    const damaged = readFileSync(tarball);
    damaged[damaged.length >> 1]! ^= 1;
    writeFileSync(join(folder, 'damaged.tar.bz2'), damaged);
    const unpacked = spawnSync(await pathOf('seed-unpack'), ['damaged.tar.bz2', 'out'], { cwd: folder, encoding: 'utf8' });
    expect(unpacked.stderr).toMatch(/^unpack: bzip2: .*\n$/);
    expect(unpacked.status).toBe(1);
  });

  it('is about as long as docs/seed.md says', async () => {
    const lines = (...patterns: readonly string[]): number =>
      Number(execFileSync('sh', ['-c', `cat ${patterns.join(' ')} | wc -l`], { cwd: join(CHECKOUT, 'bootstrap') }));
    const sizes = await Promise.all(STEPS.map(async (step) => statSync(await pathOf(step)).size));
    const counted = new Map([
      ['0 seed', [lines('0-seed/seed.hex')]],
      ['1 compiler of T', [lines('0-seed/1-t/step1.hex')]],
      ['2 compiler of S', [lines('0-seed/2-s/step2.t'), sizes[0]!]],
      ['3 C compiler', [lines('0-seed/3-cc/*.c'), sizes[1]!]],
      ['4 C library and headers', [lines('0-seed/4-tinycc/libc/*', '0-seed/4-tinycc/include/*.h', '0-seed/4-tinycc/include/sys/*.h')]],
      ["4 unpacking, with stage 1's readers", [lines('0-seed/4-tinycc/unpack.c', ...READERS.map((name) => `1-stage1/${name}`)), sizes[2]!]],
      ['TinyCC', [sizes[3]!]],
    ]);
    counted.set('together', [[...counted.values()].slice(0, -1).reduce((sum, [count]) => sum + count!, 0)]);
    const text = readFileSync(join(CHECKOUT, 'docs/seed.md'), 'utf8');
    const [table] = text.slice(text.indexOf('\n## The figures\n')).split('\n## Climbing');
    for (const [step, numbers] of counted) {
      const row = table!
        .replaceAll('*', '')
        .split('\n')
        .find((line) => line.startsWith(`| ${step} |`));
      const said = [...(row ?? '').matchAll(/\| ([\d,]+) (?=\|)/g)].map(([, number]) => Number(number!.replaceAll(',', '')));
      for (const number of numbers)
        expect(
          said.some((one) => Math.abs(one / number - 1) < 0.05),
          `${step}: ${number}, not ${said.join(', ')}`,
        ).toBe(true);
    }
  });

  it.skipIf(noMachine !== undefined).each(['bookworm', 'trixie'])(
    'is climbed by the first process of a bare kernel, the one of %s',
    async (release) => {
      let kernel: string;
      try {
        kernel = fetchKernel(release, rig.directory);
      } catch (error) {
        if (release === 'bookworm') throw error;
        console.log(`skipped: the mirror has no kernel of ${release}: ${String(error).split('\n')[0] ?? ''}`);
        return;
      }
      const folder = fullFolder(release);
      const files = new Map<string, Buffer>();
      for (const file of readdirSync(folder, { recursive: true, withFileTypes: true })) {
        const path = join(file.parentPath, file.name);
        if (file.isFile()) files.set(path.slice(folder.length), readFileSync(path));
      }
      for (const reader of READERS) files.set(`/1-stage1/${reader}`, readFileSync(join(folder, '../1-stage1', reader)));
      files.set('/goodbye.c', readFileSync(join(CHECKOUT, 'test/seed/goodbye.c')));
      const script = readFileSync(join(folder, 'climb.script'), 'utf8');
      files.set('/climb.script', Buffer.from(`${script}${GOODBYE}\n`));
      const tinycc = checksum(readFileSync(await pathOf('tinycc-seed')));
      const started = Date.now();
      const shown = await boot(kernel, files, ['/seed', '1-t/step1.hex', 'climb.t', 'climb', 'climb.script'], rig.directory);
      console.log(`${kernel.replace(/.*\//, '')}: off after ${((Date.now() - started) / 1000).toFixed(0)} s`);
      const lines = shown.split('\n').filter((line) => /^[#./]|^ {2}|TinyCC|climb/.test(line));
      expect(lines).toEqual([...script.trimEnd().split('\n'), GOODBYE, `TinyCC ${tinycc} came of 148 bytes, and ran this.`]);
    },
  );
});
