import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  BinaryCache,
  cacheServer,
  CompressedNars,
  push,
  Puller,
  StreamFailure,
  Substituter,
  type Answered,
  type Compression,
  type ServerOptions,
  type Trust,
} from '../../src/exchange/index.js';
import type { OpenNar } from '../../src/exchange/cache/compressed-nars.js';
import { openBlobs } from '../../src/exchange/blobs/index.js';
import {
  generateSecretKey,
  publicKeyOf,
  realisationFingerprint,
  sha256,
  signText,
  type PathInfo,
  type Realisation,
  type SecretKey,
} from '../../src/formats/index.js';
import { fail, ok, unwrap, type Failure } from '../../src/result.js';
import type { Store } from '../../src/store/index.js';
import { logPath, type EventBody } from '../../src/build/index.js';
import { ask, bodyOf } from '../support/ask.js';
import { atEnd, codeOf, openStore, tempDirectory } from '../support/store.js';
import { buildAll, prepare, realisationsOf, type Prepared } from './small-chain.js';

let store: Store;
let prepared: Prepared;
let built: ReadonlyMap<string, PathInfo>;
let key: SecretKey;
let trust: Trust;
/** The one that was started last. */
let server: Server;

beforeEach(async () => {
  store = openStore();
  prepared = await prepare(store);
  built = await buildAll(store, prepared);
  key = generateSecretKey('test-1');
  trust = { keys: [publicKeyOf(key)], checkSignatures: true };
});

function cacheAt(address: string): BinaryCache {
  return new BinaryCache(unwrap(openBlobs(address, { ZILCH_DOWNLOAD_ATTEMPTS: '1' })));
}

async function pushed(compression: Compression, secretKeys: readonly SecretKey[] = [key]): Promise<BinaryCache> {
  const cache = cacheAt(tempDirectory());
  unwrap(await push([built.get('system^out')!.path], realisationsOf(store, prepared), { store, cache, compression, secretKeys }));
  return cache;
}

/** Serves a store; gives the address. */
async function serve(served: Store, compression: Compression, narDirectory = tempDirectory(), options: Partial<ServerOptions> = {}): Promise<string> {
  const compressed = new CompressedNars(narDirectory, 1 << 30);
  const started = cacheServer({ store: served, secretKeys: [key], compression, compressed, priority: 40, ...options });
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve));
  atEnd(() => {
    started.closeAllConnections();
    started.close();
  });
  server = started;
  return `http://127.0.0.1:${(started.address() as AddressInfo).port}`;
}

function expectSamePaths(other: Store, paths: readonly string[]): void {
  for (const path of paths as PathInfo['path'][]) {
    const { narHash, narSize, references, contentAddress } = other.pathInfo(path)!;
    expect(store.pathInfo(path)).toMatchObject({ narHash, narSize, references, contentAddress });
    execFileSync('diff', ['-r', '--no-dereference', store.hostPath(path), other.hostPath(path)]);
  }
}

describe('a cache in a directory', () => {
  test.each(['none', 'zstd', 'xz', 'gzip', 'br', 'bzip2'] as const)('gives back what was pushed, compressed by %s', async (compression) => {
    const cache = await pushed(compression);
    const other = openStore();
    const there = await prepare(other);
    const puller = new Puller({ store: other, caches: [cache], trust });
    expect(unwrap(await puller.realisation(there.identities.idOf(there.drvPathOf('system'), 'out')))).toBe(true);
    expectSamePaths(other, store.closure([built.get('system^out')!.path]));
    expect(unwrap(await other.verify({ contents: true })).defects).toEqual([]);
    // The builder was there, the library's two outputs, the tool and the system were not.
    expect(puller.pulled.paths).toBe(4);
    expect(realisationsOf(other, there).length).toBe(4);
  });

  test('takes nothing twice', async () => {
    const cache = await pushed('zstd');
    expect(unwrap(await push([built.get('system^out')!.path], [], { store, cache, compression: 'zstd', secretKeys: [key] }))).toEqual({
      paths: 0,
      fileBytes: 0,
    });
  });

  test('is not believed when nobody signed it, or somebody else, unless the user says so', async () => {
    const { path } = built.get('system^out')!;
    for (const keys of [[], [generateSecretKey('test-1')], [generateSecretKey('other')]]) {
      const cache = await pushed('none', keys);
      const other = openStore();
      expect(codeOf(await new Puller({ store: other, caches: [cache], trust }).closure([path]))).toBe('E_UNTRUSTED');
      expect(other.allPaths()).toEqual([]);
      expect(codeOf(await new Puller({ store: other, caches: [cache], trust: { keys: [], checkSignatures: false } }).closure([path]))).toBe('ok');
    }
  });

  test('spares the builds whose outputs it has, and their inputs', async () => {
    const cache = await pushed('zstd');
    const other = openStore();
    const there = await prepare(other);
    const substituted = unwrap(
      await new Substituter({ store: other, caches: [cache], trust }).substitute(there.derivations, [
        { drvPath: there.drvPathOf('system'), outputs: ['out'] },
      ]),
    );
    expect(substituted.outputs).toBe(1);
    const again = await buildAll(other, there);
    expect([...again.keys()].map((name) => again.get(name)?.path)).toEqual([...built.keys()].map((name) => built.get(name)?.path));
  });

  test('whose NAR is damaged is refused and told about, and the next cache is asked', async () => {
    const bad = await pushed('none');
    const good = await pushed('zstd');
    const directory = bad.address.slice('file://'.length);
    for (const name of readdirSync(join(directory, 'nar')))
      execFileSync('sh', ['-c', `printf X | dd of=${join(directory, 'nar', name)} bs=1 seek=120 conv=notrunc status=none`]);
    const { path } = built.get('system^out')!;
    const events: EventBody[] = [];
    const other = openStore();
    expect(codeOf(await new Puller({ store: other, caches: [bad], trust }).closure([path]))).toMatch(/^E_NAR/);
    expect(other.allPaths()).toEqual([]);
    unwrap(await new Puller({ store: other, caches: [bad, good], trust, emit: (event) => events.push(event) }).closure([path]));
    expectSamePaths(other, store.closure([path]));
    expect(events.filter((event) => event.type === 'fetch-failed').length).toBe(store.closure([path]).length);
  });

  test('that cannot be read costs nothing but the build', async () => {
    const directory = tempDirectory();
    writeFileSync(join(directory, 'nix-cache-info'), 'StoreDir: /nix/store\n');
    symlinkSync('realisations', join(directory, 'realisations'));
    const other = openStore();
    const there = await prepare(other);
    const events: EventBody[] = [];
    const options = { store: other, caches: [cacheAt(directory)], trust, emit: (event: EventBody) => events.push(event) };
    const wanted = [{ drvPath: there.drvPathOf('system'), outputs: ['out'] }];
    expect(unwrap(await new Substituter(options).substitute(there.derivations, wanted)).outputs).toBe(0);
    expect(events).toEqual([
      { type: 'cache-refused', cache: `file://${directory}`, failure: expect.objectContaining({ code: 'E_CACHE_ANSWER' }) as Failure },
    ]);
  });

  test('that is none, or not there, or for another store, is not passed over in silence', async () => {
    const other = openStore();
    const there = await prepare(other);
    const [empty, foreign] = [tempDirectory(), tempDirectory()];
    writeFileSync(join(foreign, 'nix-cache-info'), 'StoreDir: /gnu/store\n');
    const addresses = ['/nonexistent', empty, foreign, 'http://127.0.0.1:1'];
    const events: EventBody[] = [];
    const caches = addresses.map((address) => cacheAt(address));
    const substituter = new Substituter({ store: other, caches, trust, emit: (event: EventBody) => events.push(event) });
    unwrap(await substituter.substitute(there.derivations, [{ drvPath: there.drvPathOf('system'), outputs: ['out'] }]));
    expect(events.map((event) => (event.type === 'cache-refused' ? event.failure.message : event.type))).toEqual([
      'file:///nonexistent is not a binary cache: it has no file nix-cache-info',
      `file://${empty} is not a binary cache: it has no file nix-cache-info`,
      `file://${foreign} is a cache for /gnu/store, not for /nix/store`,
      'http://127.0.0.1:1/nix-cache-info: connection refused',
    ]);
    expect(codeOf(await new Puller({ store: other, caches: caches.slice(0, 1), trust }).closure([built.get('system^out')!.path]))).toBe(
      'E_CACHE_ADDRESS',
    );
  });

  test('that nobody trusts is told of once, and not for each path', async () => {
    const cache = await pushed('none', [generateSecretKey('stranger-1')]);
    const other = openStore();
    const there = await prepare(other);
    const events: EventBody[] = [];
    const substituter = new Substituter({ store: other, caches: [cache], trust, emit: (event: EventBody) => events.push(event) });
    unwrap(await substituter.substitute(there.derivations, [{ drvPath: there.drvPathOf('system'), outputs: ['out'] }]));
    expect(codeOf(await substituter.closure([built.get('system^out')!.path]))).toBe('E_UNTRUSTED');
    expect(events).toMatchObject([{ type: 'cache-refused', cache: cache.address, failure: { code: 'E_UNTRUSTED' } }]);
    expect(events[0]?.type === 'cache-refused' ? events[0].failure.message : '').toContain('stranger-1');
  });

  test('is not believed about an output that was made with another result of a build than the one known here', async () => {
    const cache = await pushed('zstd');
    const system = prepared.identities.idOf(prepared.drvPathOf('system'), 'out');
    const tool: Realisation = {
      id: prepared.identities.idOf(prepared.drvPathOf('tool'), 'out'),
      outPath: prepared.maker,
      signatures: [],
      dependentRealisations: new Map(),
    };
    const other = openStore();
    await prepare(other);
    unwrap(other.registerRealisations([tool]));
    expect(codeOf(await new Puller({ store: other, caches: [cache], trust }).realisation(system))).toBe('E_REALISATION_CONFLICT');
    expect(other.realisation(system)).toBeUndefined();

    // Nor is a cache that contradicts itself; the next one is asked.
    const broken = await pushed('zstd');
    unwrap(await broken.putRealisation({ ...tool, signatures: [signText(realisationFingerprint(tool), key)] }));
    const third = openStore();
    expect(codeOf(await new Puller({ store: third, caches: [broken], trust }).realisation(system))).toBe('E_REALISATION_CONFLICT');
    expect(unwrap(await new Puller({ store: third, caches: [broken, cache], trust }).realisation(system))).toBe(true);
    expect(third.realisation(tool.id)?.outPath).toBe(built.get('tool^out')?.path);
  });

  test('keeps its realisations, which gain the signatures of who pushes the same', async () => {
    const cache = await pushed('zstd');
    const [realisation] = realisationsOf(store, prepared);
    const pushing = { store, cache, compression: 'zstd', secretKeys: [generateSecretKey('second-1')] } as const;
    unwrap(await push([], [realisation!], pushing));
    const there = unwrap(await cache.realisation(realisation!.id));
    expect(there?.signatures.map((signature) => signature.split(':')[0])).toEqual(['second-1', 'test-1']);
    expect(codeOf(await push([], [{ ...realisation!, outPath: prepared.maker }], pushing))).toBe('E_REALISATION_CONFLICT');
    expect(unwrap(await cache.realisation(realisation!.id))).toEqual(there);
  });

  test('is not filled from a store whose path was altered on disk', async () => {
    const { path } = built.get('tool^out')!;
    execFileSync('sh', ['-c', `chmod -R u+w ${store.hostPath(path)} && echo altered > ${store.hostPath(path)}/needs`]);
    const cache = cacheAt(tempDirectory());
    expect(codeOf(await push([path], [], { store, cache, compression: 'zstd', secretKeys: [key] }))).toBe('E_STORE_DAMAGED');
    expect(unwrap(await cache.narInfo(path))).toBeUndefined();
  });
});

describe('a store that is served', () => {
  test('sends the first reader a NAR while that is compressed, and later ones its parts', async () => {
    const file = join(tempDirectory(), 'random');
    // What does not compress takes xz a while.
    writeFileSync(file, randomBytes(6 << 20));
    const path = unwrap(await store.addTree('random', file));
    const narDirectory = tempDirectory();
    const address = await serve(store, 'xz', narDirectory);
    const url = `${address}/${unwrap(await cacheAt(address).narInfo(path))!.url}`;
    const answer = await ask(url);
    const body = answer[Symbol.asyncIterator]();
    const chunks = [(await body.next()).value as Buffer];
    expect(readdirSync(narDirectory)).toEqual([expect.stringMatching(/\.tmp$/)]);
    for (let next = await body.next(); next.done !== true; next = await body.next()) chunks.push(next.value as Buffer);
    const compressed = Buffer.concat(chunks);
    expect(sha256(execFileSync('xz', ['--decompress', '--stdout'], { input: compressed, maxBuffer: 1 << 30 }))).toBe(store.pathInfo(path)?.narHash);
    const part = await ask(url, { headers: { range: 'bytes=1000-1999' } });
    expect(part.statusCode).toBe(206);
    expect((await bodyOf(part)).equals(compressed.subarray(1000, 2000))).toBe(true);
    expect(readdirSync(narDirectory)).toEqual([expect.stringMatching(/\.xz$/)]);
  });

  test.each(['none', 'zstd'] as const)('never sends as whole what was altered on disk, compressed by %s', async (compression) => {
    const { path } = built.get('tool^out')!;
    execFileSync('sh', ['-c', `chmod -R u+w ${store.hostPath(path)} && printf X | dd of=${store.hostPath(path)}/needs conv=notrunc status=none`]);
    const address = await serve(store, compression);
    const { url } = unwrap(await cacheAt(address).narInfo(path))!;
    const answer = await ask(`${address}/${url}`).catch(() => undefined);
    if (answer?.statusCode === 200) await expect(bodyOf(answer)).rejects.toThrow('aborted');
    expect(codeOf(await new Puller({ store: openStore(), caches: [cacheAt(address)], trust }).closure([path]))).toBe('E_NETWORK');
  });

  test('goes on, and says what failed, when a reader hangs up and what was read fails after that', async () => {
    const { path } = built.get('tool^out')!;
    const answers: Answered[] = [];
    let hangUp = (): void => undefined;
    const failing: OpenNar = {
      size: undefined,
      close: () => Promise.resolve(),
      read: async function* () {
        yield Buffer.from('begun');
        hangUp();
        await delay(100);
        throw new StreamFailure({ code: 'E_DISK_FULL', message: 'no room' });
      },
    };
    const compressed = new CompressedNars(tempDirectory(), 0);
    compressed.open = () => Promise.resolve(ok(failing));
    const address = await serve(store, 'zstd', undefined, { compressed, onAnswer: (answer) => answers.push(answer) });
    const url = `${address}/${unwrap(await cacheAt(address).narInfo(path))!.url}`;
    const answer = ask(url);
    hangUp = () => void answer.then((response) => response.destroy());
    await answer;
    await expect.poll(() => answers.map(({ failure }) => failure?.code)).toEqual([undefined, 'E_DISK_FULL']);
    expect((await ask(`${address}/nix-cache-info`)).statusCode).toBe(200);

    compressed.open = () => Promise.resolve(fail('E_DISK_FULL', 'no room'));
    const refused = await ask(url);
    expect(refused.statusCode).toBe(500);
    // This answer may not be cached for ever, unlike the intended one.
    expect(refused.headers).not.toHaveProperty('cache-control');
    expect(refused.headers).not.toHaveProperty('etag');
  });

  test('lets go of readers who take nothing, and not of those whom it keeps waiting itself', async () => {
    const file = join(tempDirectory(), 'large');
    writeFileSync(file, Buffer.alloc(32 << 20));
    const path = unwrap(await store.addTree('large', file));
    const answers: Answered[] = [];
    const options = { idleTimeout: 300, onAnswer: (answer: Answered) => answers.push(answer) };
    const address = await serve(store, 'none', undefined, options);
    const { url } = unwrap(await cacheAt(address).narInfo(path))!;
    await ask(`${address}/${url}`);
    await expect.poll(() => answers.length, { timeout: 5000 }).toBe(2);

    const compressed = new CompressedNars(tempDirectory(), 1 << 30);
    const openAtOnce = compressed.open.bind(compressed);
    compressed.open = async (...args) => delay(900).then(() => openAtOnce(...args));
    const slow = await serve(store, 'zstd', undefined, { ...options, compressed });
    const answer = await ask(`${slow}/${unwrap(await cacheAt(slow).narInfo(path))!.url}`, { method: 'HEAD' });
    expect(answer.statusCode).toBe(200);
  });

  test('still sends what it told before it was started with other settings', async () => {
    const { path, narHash } = built.get('system^out')!;
    const remembered = unwrap(await cacheAt(await serve(store, 'zstd')).narInfo(path))!;
    const uncompressed = unwrap(await cacheAt(await serve(store, 'none')).narInfo(path))!;
    const address = await serve(store, 'gzip', undefined, { secretKeys: [] });
    const zstd = await bodyOf(await ask(`${address}/${remembered.url}`));
    expect(sha256(execFileSync('zstd', ['-dc'], { input: zstd }))).toBe(narHash);
    expect(sha256(await bodyOf(await ask(`${address}/${uncompressed.url}`)))).toBe(narHash);
    expect((await ask(`${address}/${remembered.url.replace(/zst$/, 'lz4')}`)).statusCode).toBe(404);
  });

  test('answers readers though there are more idle, half-asking and slow ones than it has room for', async () => {
    const file = join(tempDirectory(), 'large');
    writeFileSync(file, Buffer.alloc(32 << 20));
    const path = unwrap(await store.addTree('large', file));
    const address = await serve(store, 'none', undefined, { connections: 20 });
    const { url } = unwrap(await cacheAt(address).narInfo(path))!;
    for (const said of ['', 'GET /nix-cache-info HTTP/1.1\r\nx: ', `GET /${url} HTTP/1.1\r\nhost: localhost\r\n\r\n`]) {
      await Promise.all(Array.from({ length: 60 }, () => idle(address, said)));
      for (let times = 0; times < 5; times++) expect((await ask(`${address}/nix-cache-info`, { agent: false })).statusCode).toBe(200);
      expect(await promisify(server.getConnections.bind(server))()).toBeLessThanOrEqual(20);
    }
  });

  test('does not answer to a name that is not its own', async () => {
    const address = await serve(store, 'none', undefined, { names: ['cache.example.org'] });
    const called = async (host: string): Promise<number | undefined> => (await ask(`${address}/nix-cache-info`, { headers: { host } })).statusCode;
    expect(await Promise.all(['cache.example.org:80', 'localhost', '127.0.0.1:1'].map(called))).toEqual([200, 200, 200]);
    expect(await Promise.all(['evil.example', '127.0.0.1.evil.example'].map(called))).toEqual([421, 421]);
  });

  test('has logs, and says cleanly that it has not what newer or other clients ask for', async () => {
    const address = await serve(store, 'none');
    const drvName = prepared.drvPathOf('tool').slice('/nix/store/'.length);
    const log = await ask(`${address}/log/${drvName}`);
    expect([log.statusCode, log.headers['content-type']]).toEqual([200, 'text/plain; charset=utf-8']);
    expect((await bodyOf(log)).toString()).toBe(readFileSync(logPath(store.root, prepared.drvPathOf('tool')), 'utf8'));
    const hash = built.get('tool^out')!.path.slice('/nix/store/'.length, '/nix/store/'.length + 32);
    const missing = [
      `build-trace-v2/${drvName}/out.doi`,
      `realisations/${encodeURIComponent(`sha256:${'0'.repeat(64)}!out`)}.doi`,
      'realisations/x.doi',
      `${hash}.ls`,
      `debuginfo/${'0'.repeat(40)}`,
      `log/${'0'.repeat(32)}-x.drv`,
      `log/${drvName.replace('.drv', '')}`,
      'log/..%2f..%2fetc%2fpasswd.drv',
      `${'0'.repeat(32)}.narinfo`,
      'nar/x.nar',
      '%',
      '',
    ];
    for (const path of missing) {
      const answer = await ask(`${address}/${path}`);
      expect([path, answer.statusCode, answer.headers['content-type'], (await bodyOf(answer)).toString()]).toEqual([
        path,
        404,
        'text/plain',
        'Not Found\n',
      ]);
    }
    expect((await ask(`${address}/build-trace-v2/${drvName}/out.doi`, { method: 'PUT' })).statusCode).toBe(405);
  });
});

/** A connection that sends only this and receives nothing. */
function idle(address: string, said: string): Promise<void> {
  return new Promise((resolve) => {
    const { hostname, port } = new URL(address);
    const socket = connect(Number(port), hostname, () => {
      socket.pause().write(said, () => {
        resolve();
      });
    });
    socket.on('error', () => {
      resolve();
    });
    atEnd(() => socket.destroy());
  });
}
