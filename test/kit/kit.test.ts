/** A kit, started as its users start it: on this system, and as the first process of a bare machine. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkSandbox } from '../../src/build/index.js';
import { makeContentPath, sha256Hash, storePathBaseName } from '../../src/formats/index.js';
import { unwrap } from '../../src/result.js';
import { hashTree, removeTree } from '../../src/store/index.js';
import { CHECKOUT, CliRig, type Ran } from '../cli/rig.js';
import { fetchKernel, whyNoMachine } from '../seed/machine.js';
import { seedBytes } from '../seed/ladder.js';

const sandbox = await checkSandbox();
if (!sandbox.ok) console.log(`skipped: ${sandbox.failure.message}`);
const noMachine = whyNoMachine();
if (noMachine !== undefined) console.log(`skipped: no bare machine, for ${noMachine}`);
if (process.getuid?.() !== 0) console.log('skipped: only root can start a kit as nobody');
const hasNix = spawnSync('nix-store', ['--version']).status === 0;

/** How far the kit goes here, and on the bare machine, where processors are emulated. */
const TARGET = process.env['KIT_TARGET'] ?? 'gnumake-by-tinycc';
const BARE_TARGET = process.env['KIT_BARE_TARGET'] ?? 'stage1';
const BARE_MEGABYTES = process.env['KIT_BARE_MEGABYTES'] ?? '1024';
/** A Linux that needs no module for a disk of virtio and ext4, as the chain's own; Debian's do. */
const DISK_KERNEL = process.env['KIT_DISK_KERNEL'] ?? ownKernel();
const DISK_TARGET = process.env['KIT_DISK_TARGET'] ?? 'tinycc-seed';

/** That of the chain, if the user's store has it. */
function ownKernel(): string | undefined {
  const { status, stdout } = spawnSync(join(CHECKOUT, 'zilch'), ['path', 'linux'], { encoding: 'utf8' });
  return status === 0 ? join(stdout.trim(), 'bzImage') : undefined;
}

interface Pinned {
  readonly path: string;
  readonly narHash: string;
  readonly narSize: number;
}
const PINS = new Map(Object.entries(JSON.parse(readFileSync(join(CHECKOUT, 'bootstrap/pins.json'), 'utf8')) as Record<string, Pinned>));

/** Runs a kit's `start`, of the folder; `until` may end it before its time, and another program start it. */
function start(folder: string, until?: (said: string) => boolean, through: readonly string[] = []): Promise<Ran> {
  return runUntil([...through, join(folder, 'start')], { PATH: process.env['PATH'] }, until);
}

/** Runs a command in a process group of its own, which is killed when `until` says so of its output. */
function runUntil(command: readonly string[], env: NodeJS.ProcessEnv, until?: (said: string) => boolean): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const [program, ...args] = command;
    const child = spawn(program!, args, { cwd: '/', detached: true, stdio: ['ignore', 'pipe', 'pipe'], env });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      if (until?.(stdout) === true) process.kill(-child.pid!, 'SIGKILL');
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, stdout, stderr }));
  });
}

/** `stage1^tinycc same /nix/store/…`: the result for each output. */
function saidOf(stdout: string): ReadonlyMap<string, string> {
  return new Map([...stdout.matchAll(/^ {2}(\S+\^\S+) (\S+ \/nix\/store\/\S+)$/gm)].map(([, output, said]) => [output!, said!]));
}

function pinnedOutputs(folder: string): readonly string[] {
  return readFileSync(join(folder, 'pins'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => line.split(' ')[0]!);
}

const expected = (folder: string): ReadonlyMap<string, string> =>
  new Map(pinnedOutputs(folder).map((output) => [output, `same ${PINS.get(output)!.path}`]));

it('is as long as docs/kit.md says', () => {
  const text = readFileSync(join(CHECKOUT, 'docs/kit.md'), 'utf8');
  const said = new Map([...text.matchAll(/^ *\| `(\w+\.c)` \| (\d+) \|/gm)].map(([, file, lines]) => [file!, Number(lines)]));
  const folder = join(CHECKOUT, 'kit/kit');
  const counted = new Map(readdirSync(folder).map((file) => [file, readFileSync(join(folder, file), 'utf8').split('\n').length - 1]));
  expect([...said.keys()].sort()).toEqual([...counted.keys()].sort());
  for (const [file, lines] of counted) expect(Math.abs(said.get(file)! / lines - 1), `${file} has ${lines}`).toBeLessThan(0.05);
});

describe.skipIf(!sandbox.ok)('a kit', () => {
  let rig: CliRig;
  const folders: string[] = [];

  beforeAll(() => {
    rig = new CliRig();
  });
  afterAll(async () => {
    for (const folder of folders) await removeTree(folder);
    await rig.close();
  });

  const newKit = async (name: string, ...args: readonly string[]): Promise<string> => {
    const folder = join(rig.directory, name);
    const exported = await rig.run(['export', 'kit', folder, ...args]);
    expect(exported.status, exported.stderr).toBe(0);
    folders.push(folder);
    return folder;
  };

  it('gives the pinned outputs and goes on after a kill, and what it leaves is a Nix store', { timeout: 1_200_000 }, async () => {
    const folder = await newKit('whole', TARGET);
    expect(existsSync(join(folder, 'seed'))).toBe(false);
    const killed = await start(folder, (said) => said.includes('-tinycc-seed\n'));
    expect(killed.status).toBe(null);
    const began = Date.now();
    const done = await start(folder);
    console.log(`a kit up to ${TARGET}, from its fifth step: ${((Date.now() - began) / 1000).toFixed(0)} s`);
    expect(done.status, done.stdout + done.stderr).toBe(0);
    expect(done.stdout).toMatch(/\d+-tinycc-source: done before\n/);
    expect(new Map([...saidOf(killed.stdout), ...saidOf(done.stdout)])).toEqual(expected(folder));
    expect(readFileSync(join(folder, 'seed')).equals(seedBytes())).toBe(true);
    // Compiled by gcc, so another program checks it.
    execFileSync('gcc', ['-O1', '-o', join(rig.directory, 'judge'), join(folder, 'kit/kit.c')]);
    const { path, narHash, narSize } = PINS.get(`${TARGET}^out`)!;
    expect(execFileSync(join(rig.directory, 'judge'), ['hash', join(folder, path)], { encoding: 'utf8' })).toBe(`${narHash} ${narSize}\n`);
    if (!hasNix) {
      console.log('skipped: there is no Nix to check the store');
      return;
    }
    const nix = (...args: readonly string[]): string =>
      execFileSync('nix-store', ['--store', folder, ...args], {
        encoding: 'utf8',
        input: args[0] === '--load-db' ? readFileSync(join(folder, 'registration')) : '',
      });
    nix('--load-db');
    expect(nix('--query', '--requisites', path)).toContain(path);
    const verified = spawnSync('nix-store', ['--store', folder, '--verify', '--check-contents'], { encoding: 'utf8' });
    expect(verified.stderr).not.toMatch(/error|modified|disappeared/);
    expect(verified.status).toBe(0);
    // Every second start only checks.
    const again = await start(folder);
    expect(again.status, again.stderr).toBe(0);
    expect(saidOf(again.stdout)).toEqual(new Map());
  });

  it('stops at the first output that is not the pinned one, and names it', async () => {
    const folder = await newKit('wrong-pin', 'seed-unpack');
    const pins = readFileSync(join(folder, 'pins'), 'utf8');
    const wrong = pins.replace(/^seed-cc\^out .*$/m, (line) => line.replace(/ \d+$/, ' 1'));
    expect(wrong).not.toBe(pins);
    writeFileSync(join(folder, 'pins'), wrong);
    const stopped = await start(folder);
    expect(stopped.status).toBe(1);
    expect(stopped.stderr).toContain(`kit: DIFFERENT: this came out\n  seed-cc^out ${PINS.get('seed-cc^out')!.path}`);
    expect([...saidOf(stopped.stdout).keys()]).toEqual(['seed-s^out']);
    writeFileSync(join(folder, 'pins'), pins);
    expect((await start(folder)).status).toBe(0);
  });

  it('takes no input that is not what it should be, and says which is missing and where it comes from', async () => {
    const folder = await newKit('no-tarballs', '--no-tarballs', 'tinycc-source');
    expect(readdirSync(join(folder, 'sources'))).toEqual([]);
    const missing = await start(folder);
    expect(missing.status).toBe(1);
    const [, tarball, place] = /kit: (sources\/tinycc-\S+) is missing; put it there from (\S+)/.exec(missing.stderr) ?? [];
    expect(place).toMatch(/^debian:pool\/main\/t\/tcc\//);
    writeFileSync(join(folder, tarball!), 'not a tarball');
    expect((await start(folder)).stderr).toContain(`${tarball!} is not what it should be`);
  });

  it('shows a build its inputs, and nothing else', async () => {
    const folder = await newKit('looking', 'seed-unpack');
    expect((await start(folder)).status).toBe(0);
    // A step of our own, whose builder says what it sees: the ladder's C compiler makes it of text.
    const libc = readdirSync(join(folder, 'climb/4-tinycc/libc')).filter((name) => name.endsWith('.c'));
    const includes = ['-I', 'climb/4-tinycc/include', '-I', 'kit'];
    const sources = [join(CHECKOUT, 'test/kit/look.c'), ...libc.map((name) => `climb/4-tinycc/libc/${name}`)];
    execFileSync(join(folder, 'made/seed-cc'), [...includes, '-o', 'look', ...sources], { cwd: folder });
    const path = makeContentPath('look', 'recursive', sha256Hash(unwrap(await hashTree(join(folder, 'look'))).narHash));
    const fields = { name: 'look', outputs: 'out', inputs: path, builder: path, argument: '<^out>', 'env out': '<^out>' };
    const step = Object.entries(fields).map(([field, value]) => `${field}\n    ${value}\n`);
    writeFileSync(join(folder, 'steps/9-look'), step.join(''));
    writeFileSync(join(folder, 'inputs.list'), `tree ${path} look\n`);
    const ran = spawnSync(join(folder, 'made/kit'), ['enter', 'made/kit', 'build', 'steps/9-look'], { cwd: folder, encoding: 'utf8' });
    expect(ran.status, ran.stderr).toBe(0);
    const log = readFileSync(join(folder, 'nix/var/log/kit/9-look'), 'utf8');
    expect(log).toBe(
      [
        '/: build dev etc nix proc tmp',
        `/nix/store: ${storePathBaseName(path)}`,
        '/build:',
        '/etc: group hosts passwd',
        '/dev: core fd full null ptmx pts random shm stderr stdin stdout tty urandom zero',
        '/proc/self/fd: 0 1 2 3', // the last one is the list itself
        'process 1 of user 1000 and group 100 in /build',
        'the input cannot be written to',
        'nothing can be mounted',
        '',
      ].join('\n'),
    );
  });

  it.skipIf(process.getuid?.() !== 0)('is started by a user without rights, and where namespaces are refused to root', async () => {
    chmodSync(rig.directory, 0o711);
    const refuse = join(rig.directory, 'refuse');
    execFileSync('gcc', ['-Wall', '-o', refuse, join(CHECKOUT, 'test/kit/refuse.c')]);
    const ways = new Map([
      ['nobody', ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups']],
      ['no-users', [refuse, 'users']],
      ['chroot', [refuse, 'all']],
    ]);
    for (const [name, through] of ways) {
      const folder = await newKit(name, 'seed-unpack');
      if (name === 'nobody') execFileSync('chown', ['-R', '65534:65534', folder]);
      const done = await start(folder, undefined, through);
      expect(done.status, name + done.stderr).toBe(0);
      expect(saidOf(done.stdout), name).toEqual(expected(folder));
      const store = join(folder, 'nix/store');
      const owners = new Set(readdirSync(store).map((path) => lstatSync(join(store, path)).uid));
      expect(owners, name).toEqual(new Set([name === 'nobody' ? 65534 : 0]));
    }
    const folder = await newKit('nothing-left', 'seed-s');
    execFileSync('chown', ['-R', '65534:65534', folder]);
    const refused = await start(folder, undefined, [refuse, 'all', '/usr/bin/setpriv', ...ways.get('nobody')!.slice(1)]);
    expect(refused.stderr).toContain('kit: namespaces are refused');
  });

  /** Debian's kernels that were fetched, by their release. */
  const kernels = new Map<string, string>();

  /** Boots a kit on a kernel of Debian; all its outputs are as pinned. */
  const bootsTo = async (folder: string, target: string, kernel: string, ...options: readonly string[]): Promise<void> => {
    const began = Date.now();
    const machine = ['--kernel', kernel, '--memory', BARE_MEGABYTES, '--cores', '1', '--no-kvm', ...options];
    const { status, stdout, stderr } = await rig.run(['boot', folder, ...machine]);
    console.log(`${target} on ${kernel.replace(/.*\//, '')}: off after ${((Date.now() - began) / 1000).toFixed(0)} s`);
    expect(status, stdout + stderr).toBe(0);
    expect(saidOf(stdout)).toEqual(expected(folder));
  };

  it.skipIf(noMachine !== undefined).each(['bookworm', 'trixie'])(
    'is built by the first process of a bare kernel, the one of %s, which then switches the machine off',
    { timeout: 7_200_000 },
    async (release) => {
      let kernel: string;
      try {
        kernel = fetchKernel(release, rig.directory);
      } catch (error) {
        if (release === 'bookworm') throw error;
        console.log(`skipped: the mirror has no kernel of ${release}: ${String(error).split('\n')[0] ?? ''}`);
        return;
      }
      kernels.set(release, kernel);
      const target = release === 'bookworm' ? BARE_TARGET : 'seed-unpack';
      await bootsTo(await newKit(release, target), target, kernel);
    },
  );

  // Debian publishes no kernel for it: where the store has none either, there is no such test.
  if (DISK_KERNEL !== undefined)
    it.skipIf(noMachine !== undefined)(
      'lies on the disk of a bare machine, and goes on there after the power was cut',
      { timeout: 7_200_000 },
      async () => {
        const folder = await newKit('on-a-disk', DISK_TARGET);
        const disk = join(rig.directory, 'disk');
        writeFileSync(disk, '');
        truncateSync(disk, 4 * 2 ** 30);
        const boot = ['boot', folder, '--disk', disk, '--kernel', DISK_KERNEL, '--memory', '512', '--no-kvm'];
        const env = { ...process.env, TMPDIR: rig.directory };
        const last = readdirSync(join(folder, 'steps')).at(-1)!;
        const cut = await runUntil([join(CHECKOUT, 'zilch'), ...boot], env, (said) => said.includes(`${last}\n`));
        expect(cut.status, cut.stdout + cut.stderr).toBe(null);
        const done = await rig.run(boot);
        expect(done.status, done.stdout + done.stderr).toBe(0);
        expect(done.stdout).toMatch(/^1-seed-s: done before$/m);
        expect(new Map([...saidOf(cut.stdout), ...saidOf(done.stdout)])).toEqual(expected(folder));
        expect([...saidOf(done.stdout).keys()].every((output) => last.endsWith(output.replace(/\^.*/, '')))).toBe(true);
        // The disk is whole, and has the outputs.
        const tool = (program: string, ...args: readonly string[]): void => {
          execFileSync(program, [...args, disk], { env: { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` }, stdio: 'pipe' });
        };
        tool('e2fsck', '-fn');
        tool('debugfs', '-R', `rdump /nix ${rig.directory}`);
        for (const output of pinnedOutputs(folder)) {
          const { path, narHash } = PINS.get(output)!;
          expect(unwrap(await hashTree(join(rig.directory, path))).narHash, output).toBe(narHash);
        }
      },
    );

  it.skipIf(noMachine !== undefined)('is built by a TinyCC as the first process', { timeout: 3_600_000 }, async () => {
    const kernel = kernels.get('bookworm') ?? fetchKernel('bookworm', rig.directory);
    const tinycc = await makeTinycc();
    await bootsTo(await newKit('by-tinycc', 'seed-unpack'), 'seed-unpack', kernel, '--seed', tinycc);
  });

  /** A static TinyCC by gcc, of the sources that the chain begins with. */
  const makeTinycc = async (): Promise<string> => {
    const sources = join(await newKit('tinycc', 'tinycc-source'), 'sources');
    const folder = join(rig.directory, 'tinycc-by-gcc');
    mkdirSync(folder);
    execFileSync('tar', ['-xjf', join(sources, readdirSync(sources)[0]!), '-C', folder]);
    writeFileSync(join(folder, 'config.h'), '');
    const defines = ['-DONE_SOURCE=1', '-DTCC_TARGET_X86_64', '-DCONFIG_TCC_STATIC', '-DTCC_VERSION="0.9.27"', '-DCONFIG_TCCDIR="/"'];
    execFileSync('gcc', ['-w', ...defines, '-static', '-O1', '-o', 'tinycc', 'tcc.c', '-lm'], { cwd: folder });
    return join(folder, 'tinycc');
  };
});
