import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sha256 } from '../formats/index.js';
import { source } from '../recipe/index.js';
import { unwrap } from '../result.js';
import { checkAddresses } from './check-addresses.js';

const server = createServer(({ url = '', method }, response) => {
  if (method !== 'HEAD') response.writeHead(405).end();
  else if (url === '/moved.tar') response.writeHead(302, { location: '/good.tar' }).end();
  else if (url === '/round.tar') response.writeHead(301, { location: '/round.tar' }).end();
  else if (url.endsWith('/good.tar')) response.writeHead(200, { 'content-length': 3 }).end();
  else if (url === '/page.tar') response.writeHead(200, { 'content-length': 4711 }).end();
  else response.writeHead(404).end();
});
let root: string;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  root = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

test('every address is asked, and told by what it answers', async () => {
  const urls = ['good', 'moved', 'gone', 'page', 'round'].map((name) => `${root}/${name}.tar`);
  const tarball = source({ name: 'x', version: '1', size: 3, sha256: sha256('abc'), urls: [...urls, 'http://127.0.0.1:1/x.tar'], debian: 'pool/good.tar' });
  const checks = unwrap(await checkAddresses([tarball], [`${root}/debian`]));
  expect(new Map(checks.map(({ url, state }) => [url.replace(root, ''), state]))).toEqual(
    new Map([
      ['/debian/pool/good.tar', 'there'],
      ['/gone.tar', 'dead'],
      ['/good.tar', 'there'],
      ['/moved.tar', 'there'],
      ['/page.tar', 'other'],
      ['/round.tar', 'dead'],
      ['http://127.0.0.1:1/x.tar', 'dead'],
    ]),
  );
});
