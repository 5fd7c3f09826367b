import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
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
import type { EventBody } from '../../src/build/index.js';
import { ask, bodyOf } from '../support/ask.js';
import { atEnd, codeOf, openStore, tempDirectory } from '../support/store.js';
import { buildAll, prepare, realisationsOf, type Prepared } from './small-chain.js';

let store: Store;
let prepared: Prepared;
let built: ReadonlyMap<string, PathInfo>;
let key: SecretKey;
let trust: Trust;

beforeEach(async () => {
  store = openStore();
  prepared = await prepare(store);
  built = await buildAll(store, prepared);
  key = generateSecretKey('test-1');
  trust = { keys: [publicKeyOf(key)], checkSignatures: true };
});

function cacheAt(address: string): BinaryCache {
  return new BinaryCache(unwrap(openBlobs(address, {})));
}

async function pushed(compression: Compression, secretKeys: readonly SecretKey[] = [key]): Promise<BinaryCache> {
  const cache = cacheAt(tempDirectory());
  unwrap(await push([built.get('system^out')!.path], realisationsOf(store, prepared), { store, cache, compression, secretKeys }));
  return cache;
}

/** Serves a store; gives the address. */
async function serve(served: Store, compression: Compression, narDirectory = tempDirectory(), options: Partial<ServerOptions> = {}): Promise<string> {
  const compressed = compression === 'none' ? undefined : new CompressedNars(narDirectory, 1 << 30);
  const server = cacheServer({ store: served, secretKeys: [key], compression, compressed, priority: 40, ...options });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  atEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
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
    symlinkSync('realisations', join(directory, 'realisations'));
    const other = openStore();
    const there = await prepare(other);
    const events: EventBody[] = [];
    const options = { store: other, caches: [cacheAt(directory)], trust, emit: (event: EventBody) => events.push(event) };
    const wanted = [{ drvPath: there.drvPathOf('system'), outputs: ['out'] }];
    expect(unwrap(await new Substituter(options).substitute(there.derivations, wanted)).outputs).toBe(0);
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'fetch-failed', failure: expect.objectContaining({ code: 'E_CACHE_ANSWER' }) as Failure }),
    );
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
    // It may not be kept for ever, as what was meant to be sent may.
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
});
