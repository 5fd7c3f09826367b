import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { whyNoBuilds } from '../build/rig.js';
import { CHECKOUT, CliRig, type Ran } from '../cli/rig.js';
import { sha256 } from '../../src/formats/index.js';
import { ask, bodyOf } from '../support/ask.js';
import { Nix, whyNoNixBuilds } from '../support/nix.js';

const noBuilds = await whyNoBuilds();
if (noBuilds !== undefined) console.log(`skipped: ${noBuilds}`);
const noNix = await whyNoNixBuilds();
if (noNix !== undefined) console.log(`not tried with Nix: ${noNix}`);

const RECIPES = `const tool = make({ name: 'tool', outputs: ['bin', 'doc'], script: sh\`echo tool > $bin; echo manual of $bin > $doc\` });
const user = make({ name: 'user', script: sh\`cat \${tool.bin} \${tool.doc} > $out\` });
const unbuilt = make({ name: 'unbuilt', script: sh\`echo never > $out\` });
`;

let rig: CliRig;
let secretKey: string;
let publicKey: string;
/** Where the output of `user` is. */
let path: string;
let others = 0;

beforeAll(async () => {
  if (noBuilds !== undefined) return;
  rig = new CliRig();
  rig.write(RECIPES, ['user', 'tool', 'unbuilt']);
  const built = await rig.onChain('build');
  expect(built.status, built.stderr).toBe(0);
  path = (await rig.onChain('path', 'user')).stdout.trim();
  secretKey = join(rig.directory, 'secret.key');
  publicKey = (await rig.run(['cache', 'key', 'rig-1', secretKey])).stdout.trim();
});
afterAll(() => rig.close());

/** A store of its own for each who asks. */
function otherStore(): { readonly env: NodeJS.ProcessEnv; readonly root: string } {
  const root = join(rig.directory, `other${others++}`);
  return { env: { ZILCH_STORE: root }, root };
}

function inStore(root: string): string[] {
  const store = join(root, 'nix/store');
  return existsSync(store) ? readdirSync(store).filter((name) => !name.startsWith('.')) : [];
}

function storePath(): string {
  return `/nix/store/${basename(path)}`;
}

function expectFailure({ status, stderr }: Ran, code: string, exit = 1): void {
  expect(stderr).toContain(`error ${code}: `);
  expect(status).toBe(exit);
}

/** `zilch cache serve`, stopped by Ctrl-C when `use` is done; gives what it printed. */
async function serving(args: readonly string[], use: (address: string) => Promise<void>): Promise<string> {
  const env = { ...process.env, ZILCH_STORE: rig.store, NO_COLOR: '1' };
  const server = spawn(join(CHECKOUT, 'zilch'), ['cache', 'serve', '--port', '0', ...args], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<number | null>((resolve) => server.on('close', resolve));
  const lines: string[] = [];
  const address = await new Promise<string>((resolve, reject) => {
    server.on('close', () => reject(new Error(`it ended: ${lines.join('\n')}`)));
    createInterface({ input: server.stdout }).on('line', (line) => {
      lines.push(line);
      const found = /^serving .* at (http:\S+)$/.exec(line)?.[1];
      if (found !== undefined) resolve(found);
    });
  });
  try {
    await use(address);
  } finally {
    server.kill('SIGINT');
    expect(await ended).toBe(0);
  }
  return lines.join('\n');
}

describe.skipIf(noBuilds !== undefined)('zilch cache', () => {
  test('push fills a cache that pull and build --substituters take from, with the key alone', async () => {
    const cache = join(rig.directory, 'cache');
    const withSpace = join(rig.directory, 'a cache');
    expect((await rig.onChain('cache', 'push', withSpace, 'user')).status).toBe(0);
    expect(existsSync(join(withSpace, 'nix-cache-info'))).toBe(true);
    const pushed = await rig.onChain('cache', 'push', cache, '--sign-key', secretKey, 'user', 'tool');
    expect(pushed.status, pushed.stderr).toBe(0);
    expect(pushed.stdout).toMatch(/3 paths pushed to .*; 6 realisations/);
    expect((await rig.onChain('cache', 'push', cache, '--sign-key', secretKey, 'user', 'tool')).stdout).toContain('0 paths pushed');

    const unsigned = otherStore();
    expectFailure(await rig.run(['cache', 'pull', cache, 'user', '-f', rig.chain], unsigned), 'E_UNTRUSTED');
    expect(inStore(unsigned.root).filter((name) => name.endsWith('-user'))).toEqual([]);
    const believing = await rig.run(['cache', 'pull', cache, storePath(), '--no-check-sigs'], otherStore());
    expect(believing).toMatchObject({ status: 0, stdout: expect.stringContaining('2 paths pulled') as string });

    const pulling = otherStore();
    const pulled = await rig.run(['cache', 'pull', cache, 'user', '-f', rig.chain, '--trusted-public-keys', publicKey], pulling);
    expect(pulled.status, pulled.stderr).toBe(0);
    expect(inStore(pulling.root)).toContain(basename(path));

    const building = otherStore();
    const built = await rig.run(['build', '-f', rig.chain, '--substituters', cache, '--trusted-public-keys', publicKey], building);
    expect(built.status, built.stderr).toBe(0);
    expect(built.stderr).not.toContain('building');
    expect(built.stdout).toContain(storePath());
    // An untrusted cache and a missing one only cost a build.
    const alone = await rig.run(['build', '-f', rig.chain, '--substituters', `${cache} http://127.0.0.1:9 /nonexistent`], otherStore());
    expect(alone.status, alone.stderr).toBe(0);
    // One line for each says why it was not used.
    const refusals = alone.stderr.split('\n').filter((line) => line.startsWith('refused'));
    expect(refusals).toEqual([
      expect.stringContaining('no trusted key signed that'),
      expect.stringContaining('http://127.0.0.1:9/nix-cache-info: connection refused'),
      expect.stringContaining('file:///nonexistent is not a binary cache'),
    ]);
    expect(alone.stderr).toContain('building user');
    const ofStore = await rig.run(['build', '-f', rig.chain, '--substituters', rig.store], otherStore());
    expect(ofStore.status, ofStore.stderr).toBe(0);
    expect(ofStore.stderr).toMatch(/^refused .*is not a binary cache.*it is a store: zilch copy/m);
  });

  test('what a cache has needs no sources, and what is built on top of it needs its own alone', async () => {
    const sourced = (name: string, text: string): string =>
      `source({ name: '${name}', version: '1', file: '${name}.tar', size: ${text.length}, sha256: '${sha256(text)}', debian: 'pool/${name}.tar' })`;
    const own = new CliRig();
    try {
      own.write(
        `const low = make({ name: 'low', script: sh\`cat \${${sourced('low', 'below')}} > $out\` });
const high = make({ name: 'high', script: sh\`cat \${low} \${${sourced('high', 'above')}} > $out\` });`,
        ['high', 'low'],
      );
      const [all, some, cache] = ['all', 'some', 'cache'].map((name) => join(own.directory, name)) as [string, string, string];
      for (const folder of [all, some]) mkdirSync(folder);
      writeFileSync(join(all, 'low.tar'), 'below');
      for (const folder of [all, some]) writeFileSync(join(folder, 'high.tar'), 'above');
      const built = await own.onChain('build', 'low', '--offline', '--sources', all);
      expect(built.status, built.stderr).toBe(0);
      expect((await own.onChain('cache', 'push', cache, 'low')).status).toBe(0);
      const taking = ['build', '-f', own.chain, '--substituters', cache, '--no-check-sigs', '--offline', '--sources', some];
      const { env, root } = otherStore();
      const onTop = await own.run(taking, { env });
      expect(onTop.status, onTop.stderr).toBe(0);
      expect(inStore(root).filter((name) => name.endsWith('.tar'))).toEqual([expect.stringContaining('high.tar')]);
      // Without a cache the other source is missed.
      const alone = await own.run(['build', '-f', own.chain, '--offline', '--sources', some], { env: otherStore().env });
      expect(alone.status).toBe(1);
      expect(alone.stderr).toContain('low.tar');
    } finally {
      await own.close();
    }
  });

  test('serve gives it to Zilch and to Nix, and says what it gave', async () => {
    const log = await serving(['--sign-key', secretKey], async (address) => {
      const pulling = otherStore();
      const pulled = await rig.run(['cache', 'pull', address, 'user', '-f', rig.chain, '--trusted-public-keys', publicKey], pulling);
      expect(pulled.status, pulled.stderr).toBe(0);
      expect(inStore(pulling.root)).toContain(basename(path));
      expectFailure(await rig.run(['cache', 'pull', address, 'unbuilt', '-f', rig.chain], otherStore()), 'E_NOT_IN_CACHE');
      if (noNix !== undefined) return;
      const nix = new Nix();
      try {
        const options = ['--option', 'substituters', address, '--option', 'trusted-public-keys', publicKey];
        await nix.runAsync('nix-store', '--realise', storePath(), ...options);
        expect(readFileSync(nix.hostPath(storePath()))).toEqual(readFileSync(rig.store + storePath()));
      } finally {
        nix.close();
      }
    });
    expect(log).toContain(`signed by ${publicKey}`);
    expect(log).toMatch(/^200 GET \/nar\/\S+\.nar\.zst [\d.]+ \w+ \d+ ms$/m);
  });

  test('serve answers many readers at once, and refuses what it does not know', async () => {
    await serving(['--compression', 'none', '--quiet', '--processes', '3'], async (address) => {
      const narInfo = `${address}/${basename(path).slice(0, 32)}.narinfo`;
      const infos = await Promise.all(Array.from({ length: 60 }, async () => (await bodyOf(await ask(narInfo))).toString()));
      expect(new Set(infos).size).toBe(1);
      expect(infos[0]).toContain(`StorePath: ${storePath()}`);
      expect((await ask(`${address}/nothing`)).statusCode).toBe(404);
      expect((await ask(`${address}/nix-cache-info`, { method: 'POST' })).statusCode).toBe(405);
    });
  });

  test('key makes a secret key that only its owner can read, and writes over none', async () => {
    expect(statSync(secretKey).mode & 0o777).toBe(0o600);
    const before = readFileSync(secretKey);
    expectFailure(await rig.run(['cache', 'key', 'rig-1', secretKey]), 'E_EXISTS');
    expect(readFileSync(secretKey)).toEqual(before);
  });

  test('says what is wrong', async () => {
    const cache = join(rig.directory, 'other-cache');
    expectFailure(await rig.run(['cache', 'key', '', join(rig.directory, 'bad.key')]), 'E_USAGE', 2);
    for (const name of ['a:b', 'a b']) expectFailure(await rig.run(['cache', 'key', name, join(rig.directory, 'bad.key')]), 'E_KEY', 2);
    for (const option of ['--port', '--priority']) expect((await rig.run(['cache', 'serve', option, 'x'])).status).toBe(2);
    expect(await rig.run(['cache', 'serve', '--compression', 'rar'])).toMatchObject({ status: 2 });
    expectFailure(await rig.run(['cache', 'serve', '--sign-key', join(rig.chain, 'chain.ts')]), 'E_KEY', 2);
    expectFailure(await rig.run(['cache', 'serve', '--store', join(rig.directory, 'none')]), 'E_NO_STORE');
    expectFailure(await rig.onChain('cache', 'push', 'gopher://x', 'user'), 'E_CACHE_ADDRESS', 2);
    expectFailure(await rig.run(['cache', 'push', '', storePath()]), 'E_USAGE', 2);
    expectFailure(await rig.onChain('cache', 'push', cache, 'unbuilt'), 'E_NOT_BUILT');
    expectFailure(await rig.onChain('cache', 'push', cache, 'nothing'), 'E_TARGET', 2);
    expectFailure(await rig.run(['cache', 'pull', cache, storePath()], otherStore()), 'E_CACHE_ADDRESS', 2);
    mkdirSync(cache);
    writeFileSync(join(cache, 'nix-cache-info'), 'StoreDir: /nix/store\n');
    expectFailure(await rig.run(['cache', 'pull', cache, storePath()], otherStore()), 'E_NOT_IN_CACHE');
    expectFailure(await rig.run(['cache', 'pull', 'http://127.0.0.1:9', storePath()], otherStore()), 'E_NETWORK');
    expectFailure(await rig.run(['cache', 'pull', cache, storePath(), '--trusted-public-keys', 'nonsense'], otherStore()), 'E_KEY', 2);
    writeFileSync(join(rig.directory, 'nix-cache-info'), 'StoreDir: /gnu/store\n');
    expectFailure(await rig.onChain('cache', 'push', rig.directory, 'user'), 'E_CACHE_ADDRESS', 2);
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    const { port } = taken.address() as AddressInfo;
    expectFailure(await rig.run(['cache', 'serve', '--port', String(port)]), 'E_LISTEN');
    taken.close();
  });
});

describe.skipIf(noBuilds !== undefined)('stores and archives', () => {
  test('copy takes targets to another store, where they need not be built', async () => {
    const other = otherStore();
    const copied = await rig.onChain('copy', other.root, 'user', '--derivations');
    expect(copied.status, copied.stderr).toBe(0);
    expect(copied.stdout).toMatch(/5 paths copied to .*; 4 realisations/);
    const built = await rig.run(['build', '-f', rig.chain], other);
    expect(built.stderr).not.toContain('building');
    expect((await rig.run(['verify-store'], other)).status).toBe(0);
    expectFailure(await rig.onChain('copy', rig.store, 'user'), 'E_USAGE', 2);
    expectFailure(await rig.onChain('copy', otherStore().root, 'unbuilt'), 'E_NOT_BUILT');
    expectFailure(await rig.run(['copy', otherStore().root, `/nix/store/${'0'.repeat(32)}-none`]), 'E_NOT_VALID');
  });

  test('export archive and import carry paths over, by a file or a pipe', async () => {
    const archive = join(rig.directory, 'archive');
    const exported = await rig.onChain('export', 'archive', 'user', '-o', archive);
    expect(exported.status, exported.stderr).toBe(0);
    for (const [args, input] of [
      [[archive], undefined],
      [[], readFileSync(archive)],
    ] as const) {
      const other = otherStore();
      const imported = await rig.run(['import', ...args], { ...other, ...(input === undefined ? {} : { input }) });
      expect(imported).toMatchObject({ status: 0, stdout: expect.stringMatching(new RegExp(`-tool-bin\n${storePath()}\n$`)) as string });
      expect(readFileSync(join(other.root, storePath()))).toEqual(readFileSync(rig.store + storePath()));
    }
    expectFailure(await rig.run(['import', join(rig.directory, 'nothing')], otherStore()), 'E_NOT_FOUND');
    expectFailure(await rig.run(['import'], { ...otherStore(), input: Buffer.from('no archive at all') }), 'E_ARCHIVE');
    expect((await rig.run(['import'], { ...otherStore(), input: Buffer.from('no archive at all') })).stderr).toContain(
      'it begins with something else',
    );
    expectFailure(await rig.run(['import'], { ...otherStore(), input: readFileSync(archive).subarray(0, 200) }), 'E_ARCHIVE');
    const claim = readFileSync(archive, 'latin1').replaceAll(basename(path), `${'0'.repeat(32)}-user`);
    expectFailure(await rig.run(['import'], { ...otherStore(), input: Buffer.from(claim, 'latin1') }), 'E_UNTRUSTED');
    const believed = await rig.run(['import', '--no-check-sigs'], { ...otherStore(), input: Buffer.from(claim, 'latin1') });
    expect(believed).toMatchObject({ status: 0, stdout: expect.stringContaining(`/nix/store/${'0'.repeat(32)}-user\n`) as string });
  });
});

describe.skipIf(noBuilds !== undefined || noNix !== undefined)('real Nix', () => {
  test('is given the chain by export nix, and the same derivations come of it', async () => {
    const directory = join(rig.directory, 'exported');
    const exported = await rig.onChain('export', 'nix', directory, 'user');
    expect(exported.status, exported.stderr).toBe(0);
    const nix = new Nix();
    try {
      const shown = JSON.parse((await rig.onChain('show', 'user', '--json')).stdout) as { drvPath: string };
      expect(nix.text('nix-instantiate', directory, '-A', 'user')).toBe(shown.drvPath);
    } finally {
      nix.close();
    }
    expectFailure(await rig.onChain('export', 'nix', directory), 'E_EXISTS');
  });

  test('builds what build --via nix asks it for, and gets the same', async () => {
    const built = await rig.onChain('build', 'user', '--via', 'nix');
    expect(built.status, built.stderr).toBe(0);
    expect(built.stderr).toMatch(/same +user/);
    const elsewhere = await rig.run(['build', '-f', rig.chain, '--via', 'nix'], otherStore());
    expect(elsewhere.stdout, elsewhere.stderr).toContain(storePath());
    expectFailure(await rig.onChain('build', '--via', 'nix', '--nix-store', 'gopher://x'), 'E_NIX');
    expectFailure(await rig.onChain('build', '--builders', 'x'), 'E_USAGE', 2);
  });

  test('that builds something else below a test is no success of that test', async () => {
    const dice = new CliRig();
    try {
      dice.write(
        `const dice = make({ name: 'dice', script: sh\`cat /proc/sys/kernel/random/uuid > $out\` });
const user = make({ name: 'user', script: sh\`cat \${dice} > $out\`, test: (self) => ({ script: sh\`cat \${self} > $out\` }) });`,
        ['user', 'dice'],
      );
      expect(await dice.onChain('build')).toMatchObject({ status: 0 });
      const tested = await dice.onChain('test', '--via', 'nix');
      expect(tested.stdout).toContain('passed  user');
      expectFailure(tested, 'E_DIFFERENT', 3);
    } finally {
      await dice.close();
    }
  });
});
