/** Unusual but correct caches, which must be usable. */
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { zstdCompressSync } from 'node:zlib';
import { Puller, type Compression } from '../../src/exchange/index.js';
import { generateSecretKey, parseNarInfo, parseSignature, pathFingerprint, publicKeyOf, signText } from '../../src/formats/index.js';
import { unwrap } from '../../src/result.js';
import { codeOf, openStore } from '../support/store.js';
import { bytes, fileNar, HELLO, HostileCache, narInfo, pack, PATH } from './hostile-cache.js';

let cache: HostileCache;
beforeEach(async () => {
  cache = await HostileCache.start();
});
afterEach(() => {
  cache.stop();
});

test.each(['none', 'zstd', 'gzip', 'br', 'xz'])('a cache is taken from, compressed by %s', async (compression) => {
  cache.offer(narInfo(HELLO, { compression }), pack(HELLO, compression as Compression));
  expect(await cache.pull()).toEqual({ ok: true, value: undefined });
});

test.each([
  'nar/x.nar',
  './nar/../nar/x.nar',
  '/nar/x.nar',
  'nar/%78.nar',
  'nar/x.nar?hash=0abc&other=a%2fb',
  '?nar=x',
  '//HOST/nar/x.nar',
  'http://HOST/nar/x.nar?hash=abc#top',
])('a cache may name its NAR as %s', async (written) => {
  const url = written.replace('HOST', new URL(cache.address).host);
  const asked: (string | undefined)[] = [];
  cache.offer(narInfo(HELLO, { url }));
  const { pathname, search } = new URL(url, `${cache.address}/`);
  cache.answers.set(decodeURIComponent(`${pathname}${search}`), (request, response) => {
    asked.push(request.url);
    response.end(HELLO);
  });
  expect(await cache.pull()).toEqual({ ok: true, value: undefined });
  expect(asked).toEqual([`${pathname}${search}`]);
});

test('a cache may have its NAR on another server, which gets no password', async () => {
  const other = await HostileCache.start();
  try {
    const asked: (string | undefined)[] = [];
    cache.user = 'user:secret@';
    cache.offer((request, response) => {
      asked.push(request.headers.authorization);
      response.end(narInfo(HELLO, { url: `${other.address}/nar/x.nar` }));
    });
    other.answers.set('/nar/x.nar', (request, response) => {
      asked.push(request.headers.authorization);
      response.end(HELLO);
    });
    expect(await cache.pull()).toEqual({ ok: true, value: undefined });
    expect(asked).toEqual([`Basic ${Buffer.from('user:secret').toString('base64')}`, undefined]);
  } finally {
    other.stop();
  }
});

test.each(['that knows ranges', 'that knows none'])('a cache may be cut in the middle of a NAR: a server %s is asked for the rest', async (which) => {
  const nar = fileNar(randomBytes(100_000));
  const ranges: (string | undefined)[] = [];
  cache.offer(narInfo(nar, { compression: 'zstd' }), (request, response) => {
    const packed = zstdCompressSync(nar);
    ranges.push(request.headers.range);
    const start = which === 'that knows ranges' ? Number(/\d+/.exec(request.headers.range ?? '')?.[0] ?? 0) : 0;
    response.writeHead(start > 0 ? 206 : 200, {
      'content-length': packed.length - start,
      etag: '"x"',
      ...(start > 0 ? { 'content-range': `bytes ${start}-${packed.length - 1}/${packed.length}` } : {}),
    });
    if (ranges.length === 3) response.end(packed.subarray(start));
    else response.write(packed.subarray(start, start + 30_000), () => setTimeout(() => response.destroy(), 20));
  });
  expect(await cache.pull()).toEqual({ ok: true, value: undefined });
  expect(ranges.map((range) => range?.startsWith('bytes='))).toEqual([undefined, true, true]);
});

test('a cache may be cut, and then have another file: all of that is fetched once more', async () => {
  const [nar, other] = [fileNar(randomBytes(100_000)), fileNar(randomBytes(100_000))];
  let asked = 0;
  cache.offer(narInfo(nar), (request, response) => {
    const start = Number(/\d+/.exec(request.headers.range ?? '')?.[0] ?? 0);
    if (asked++ === 0) {
      response.writeHead(200, { 'content-length': nar.length });
      response.write(other.subarray(0, 30_000), () => setTimeout(() => response.destroy(), 20));
    } else {
      response.writeHead(start > 0 ? 206 : 200, start > 0 ? { 'content-range': `bytes ${start}-${nar.length - 1}/${nar.length}` } : {});
      response.end(nar.subarray(start));
    }
  });
  expect(await cache.pull()).toEqual({ ok: true, value: undefined });
});

test('a cache may have signatures beside the right one that are malformed, by strangers, or wrong', async () => {
  const key = generateSecretKey('good-1');
  const info = narInfo(HELLO);
  const right = signText(pathFingerprint(unwrap(parseNarInfo(info))), key);
  const others = ['good-1:AAAA', 'x', '', 'two words:AAAA', signText('else', key), signText('else', generateSecretKey('stranger-1'))];
  for (const other of others) {
    for (const lines of [
      [other, right],
      [right, other],
    ]) {
      cache.offer(`${info}${lines.map((line) => `Sig: ${line}\n`).join('')}`, HELLO);
      const store = openStore();
      const trust = { keys: [publicKeyOf(key)], checkSignatures: true };
      expect(codeOf(await new Puller({ store, caches: [cache.seen], trust }).closure([PATH])), other).toBe('ok');
      // Malformed data is not passed on.
      for (const kept of store.pathInfo(PATH)!.signatures) expect(parseSignature(kept).ok).toBe(true);
    }
    cache.offer(`${info}Sig: ${other}\n`, HELLO);
    const trust = { keys: [publicKeyOf(key)], checkSignatures: true };
    expect(codeOf(await new Puller({ store: openStore(), caches: [cache.seen], trust }).closure([PATH])), other).toBe('E_UNTRUSTED');
  }
});

test('a cache may redirect a few times', async () => {
  cache.offer((_request, response) => response.writeHead(302, { location: '/elsewhere' }).end(), HELLO);
  cache.answers.set('/elsewhere', (_request, response) => response.writeHead(307, { location: `${cache.address}/there` }).end());
  cache.answers.set('/there', bytes(narInfo(HELLO)));
  expect(await cache.pull()).toEqual({ ok: true, value: undefined });
});
