import { createHash, createHmac } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BinaryCache, openBlobs, Puller, push } from '../../src/exchange/index.js';
import { generateSecretKey, publicKeyOf } from '../../src/formats/index.js';
import { unwrap } from '../../src/result.js';
import { codeOf, openStore } from '../support/store.js';
import { buildAll, prepare, realisationsOf } from './small-chain.js';

const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };

let server: http.Server;
let files: Map<string, Buffer>;
/** Whether a request is refused before it is looked at. */
let isAllowed: (request: http.IncomingMessage) => boolean;

beforeEach(async () => {
  files = new Map();
  isAllowed = () => true;
  server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const name = decodeURIComponent(request.url ?? '');
      const file = files.get(name);
      if (!isAllowed(request)) response.writeHead(403).end();
      else if (request.method === 'PUT') {
        files.set(name, Buffer.concat(chunks));
        response.writeHead(200).end();
      } else if (file === undefined) response.writeHead(404).end();
      else response.writeHead(200, { 'content-length': file.length }).end(request.method === 'HEAD' ? undefined : file);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

function host(): string {
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** All but letters, digits and `-._~`. */
function encodeStrictly(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** Signature version 4, computed from its specification and not with the code under test. */
function isSigned(request: http.IncomingMessage): boolean {
  const match = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d+)\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=(\w+)$/.exec(
    request.headers.authorization ?? '',
  );
  if (match === null) return false;
  const [, id, date = '', region = '', names = '', signature] = match;
  const headers = names.split(';').map((name) => `${name}:${String(request.headers[name]).trim()}\n`);
  const path = decodeURIComponent(request.url ?? '')
    .split('/')
    .map(encodeStrictly)
    .join('/');
  const canonical = [request.method, path, '', headers.join(''), names, request.headers['x-amz-content-sha256']].join('\n');
  const toSign = [
    'AWS4-HMAC-SHA256',
    request.headers['x-amz-date'],
    `${date}/${region}/s3/aws4_request`,
    createHash('sha256').update(canonical).digest('hex'),
  ].join('\n');
  const key = [date, region, 's3', 'aws4_request'].reduce<string | Buffer>(
    (secret, part) => createHmac('sha256', secret).update(part).digest(),
    `AWS4${CREDENTIALS.AWS_SECRET_ACCESS_KEY}`,
  );
  return id === CREDENTIALS.AWS_ACCESS_KEY_ID && createHmac('sha256', key).update(toSign).digest('hex') === signature;
}

describe.each([
  ['an HTTP cache that takes uploads', (): string => `http://${host()}/cache`, () => true],
  ['a bucket', (): string => `s3://bucket/prefix?endpoint=${host()}&scheme=http&region=eu-west-1`, isSigned],
])('%s', (_what, address, allowed) => {
  test('takes what is pushed and gives it back, to those who may', async () => {
    isAllowed = allowed;
    const store = openStore();
    const prepared = await prepare(store);
    const built = await buildAll(store, prepared);
    const key = generateSecretKey('bucket-1');
    const cache = new BinaryCache(unwrap(openBlobs(address(), CREDENTIALS)));
    const pushed = unwrap(
      await push([built.get('system^out')!.path], realisationsOf(store, prepared), { store, cache, compression: 'zstd', secretKeys: [key] }),
    );
    expect(pushed.paths).toBe(4);
    expect([...files.keys()].some((name) => /^\/(cache|bucket\/prefix)\/nar\/\w+\.nar\.zst$/.test(name))).toBe(true);
    const other = openStore();
    const there = await prepare(other);
    const puller = new Puller({ store: other, caches: [cache], trust: { keys: [publicKeyOf(key)], checkSignatures: true } });
    expect(unwrap(await puller.realisation(there.identities.idOf(there.drvPathOf('system'), 'out')))).toBe(true);
    expect(unwrap(await other.verify({ contents: true })).defects).toEqual([]);
    isAllowed = () => false;
    expect(codeOf(await push([built.get('system^out')!.path], [], { store, cache, compression: 'zstd', secretKeys: [key] }))).toBe('E_CACHE_ANSWER');
  });
});
