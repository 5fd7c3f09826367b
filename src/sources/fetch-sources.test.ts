import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, test } from 'vitest';
import { atEnd, codeOf, messageOf, openStore, tempDirectory } from '../../test/support/store.js';
import { sha256, storePathBaseName } from '../formats/index.js';
import { source, sourcePath, type Source } from '../recipe/index.js';
import { unwrap } from '../result.js';
import type { Store } from '../store/index.js';
import { DEFAULT_PATIENCE, type Patience } from '../http/index.js';
import { fetchSources, type FetchEvent, type FetchOptions } from './index.js';

const BYTES = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 7919) & 255));
const IMPATIENT: Patience = { ...DEFAULT_PATIENCE, retries: [1, 1] };

let store: Store;
let events: FetchEvent[];
beforeEach(() => {
  store = openStore();
  events = [];
});

function fetch(sources: readonly Source[], options: Partial<FetchOptions> = {}): ReturnType<typeof fetchSources> {
  return fetchSources(sources, { store, mirrors: [], patience: IMPATIENT, emit: (event) => events.push(event), ...options });
}

/** A server on this machine; returns its address. `requests` has every request. */
async function serve(listener: RequestListener): Promise<{ url: string; requests: IncomingMessage[] }> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    listener(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  atEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

/** Answers like a well-behaved server, including ranges. */
function sendBytes(request: IncomingMessage, response: ServerResponse, bytes = BYTES): void {
  const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  if (start > 0)
    response.writeHead(206, { 'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}`, 'content-length': bytes.length - start });
  else response.writeHead(200, { 'content-length': bytes.length });
  response.end(bytes.subarray(start));
}

/** A source of these bytes at these places. */
function sourceOf(urls: readonly string[], bytes = BYTES, name = 'thing'): Source {
  return source({ name, version: '1', file: `${name}-1.tar.gz`, size: bytes.length, sha256: sha256(bytes), urls });
}

function debianSource(): Source {
  return source({ name: 'thing', version: '1', size: BYTES.length, sha256: sha256(BYTES), debian: 'pool/main/t/thing/thing_1+dfsg.orig.tar.gz' });
}

function leftInTheStore(): string[] {
  return readdirSync(store.layout.storeDir).filter((name) => name !== '.links');
}

describe('a source', () => {
  test('comes over HTTP, with progress, and is then in the store', async () => {
    const { url, requests } = await serve(sendBytes);
    const thing = sourceOf([`${url}/thing-1.tar.gz`]);
    const path = unwrap(await fetch([thing])).get(thing)!;
    expect(path).toBe(sourcePath(thing));
    expect(readFileSync(store.hostPath(path)).equals(BYTES)).toBe(true);
    expect(requests[0]!.headers['accept-encoding']).toBe('identity');
    expect(events.map(({ type }) => type)).toEqual(expect.arrayContaining(['fetch-start', 'fetch-progress', 'fetch-done']));
    expect(events.findLast((event) => event.type === 'fetch-progress')).toMatchObject({ bytes: BYTES.length, size: BYTES.length });
  });

  test('that is in the store is not fetched again', async () => {
    const { url, requests } = await serve(sendBytes);
    const thing = sourceOf([url]);
    unwrap(await fetch([thing]));
    unwrap(await fetch([thing], { offline: true }));
    expect(requests).toHaveLength(1);
  });

  test('comes from the Debian mirror by its pool path', async () => {
    const { url, requests } = await serve(sendBytes);
    unwrap(await fetch([debianSource()], { mirrors: [`${url}/debian`] }));
    expect(requests.map((request) => request.url)).toEqual(['/debian/pool/main/t/thing/thing_1%2Bdfsg.orig.tar.gz']);
  });

  test('comes from a mirror that is a directory', async () => {
    const mirror = tempDirectory();
    mkdirSync(join(mirror, 'pool/main/t/thing'), { recursive: true });
    writeFileSync(join(mirror, 'pool/main/t/thing/thing_1+dfsg.orig.tar.gz'), BYTES);
    expect(codeOf(await fetch([debianSource()], { mirrors: [`file://${mirror}`], offline: true }))).toBe('ok');
  });

  test('comes from a directory first, by any of the names it may have there', async () => {
    const { url, requests } = await serve(sendBytes);
    const thing = sourceOf([`${url}/upstream-name.tgz?x=1`]);
    for (const name of ['thing-1.tar.gz', 'upstream-name.tgz', storePathBaseName(sourcePath(thing))]) {
      store = openStore();
      const directory = tempDirectory();
      writeFileSync(join(directory, name), BYTES);
      expect(codeOf(await fetch([thing], { places: [directory] }))).toBe('ok');
      expect(existsSync(join(directory, name))).toBe(true);
    }
    expect(requests).toEqual([]);
  });

  test('is fetched once when two want it at the same time', async () => {
    const { url, requests } = await serve(sendBytes);
    const other = openStore(store.root);
    const thing = sourceOf([url]);
    const both = await Promise.all([fetch([thing]), fetchSources([thing], { store: other, mirrors: [] })]);
    expect(both.map(codeOf)).toEqual(['ok', 'ok']);
    expect(requests).toHaveLength(1);
  });

  test('is fetched beside others, a few at a time', async () => {
    let open = 0;
    let most = 0;
    const { url } = await serve((request, response) => {
      most = Math.max(most, ++open);
      setTimeout(() => {
        open--;
        sendBytes(request, response, Buffer.from(request.url!));
      }, 20);
    });
    const sources = Array.from({ length: 12 }, (_, n) => sourceOf([`${url}/${n}`], Buffer.from(`/${n}`), `thing${n}`));
    expect(unwrap(await fetch(sources)).size).toBe(12);
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(4);
  });
});

describe('a download that breaks off', () => {
  test('goes on where it stopped', async () => {
    let first = true;
    const { url, requests } = await serve((request, response) => {
      if (!first) {
        sendBytes(request, response);
        return;
      }
      first = false;
      response.writeHead(200, { 'content-length': BYTES.length });
      response.write(BYTES.subarray(0, 100_000), () => setTimeout(() => response.destroy(), 50));
    });
    expect(codeOf(await fetch([sourceOf([url])]))).toBe('ok');
    expect(requests.map((request) => request.headers.range)).toEqual([undefined, 'bytes=100000-']);
  });

  test('in one process goes on in the next', async () => {
    const stop = new AbortController();
    const half = await serve((_, response) => {
      response.writeHead(200, { 'content-length': BYTES.length });
      response.write(BYTES.subarray(0, 100_000));
    });
    const fetching = fetch([sourceOf([half.url])], { signal: stop.signal });
    while (!events.some((event) => event.type === 'fetch-progress')) await sleep(5);
    stop.abort();
    expect(codeOf(await fetching)).toBe('E_CANCELLED');
    const whole = await serve(sendBytes);
    expect(codeOf(await fetch([sourceOf([whole.url])]))).toBe('ok');
    expect(whole.requests[0]!.headers.range).toMatch(/^bytes=[1-9]/);
    expect(readdirSync(store.layout.partialDir)).toEqual([]);
  });

  test('begins anew where the server knows no ranges', async () => {
    let first = true;
    const { url } = await serve((request, response) => {
      response.writeHead(200, { 'content-length': BYTES.length });
      if (first) response.write(BYTES.subarray(0, 100_000), () => setTimeout(() => response.destroy(), 50));
      else response.end(BYTES);
      first = false;
    });
    expect(codeOf(await fetch([sourceOf([url])]))).toBe('ok');
  });

  test('and was of another file is fetched again as a whole', async () => {
    mkdirSync(store.layout.partialDir);
    writeFileSync(join(store.layout.partialDir, `${sha256(BYTES)}.part`), Buffer.alloc(1000));
    const { url, requests } = await serve(sendBytes);
    expect(codeOf(await fetch([sourceOf([url])]))).toBe('ok');
    expect(requests.map((request) => request.headers.range)).toEqual(['bytes=1000-', undefined]);
  });

  test('each time is given up, saying how far it came', async () => {
    const { url, requests } = await serve((request, response) => {
      const start = Number(/\d+/.exec(request.headers.range ?? '')?.[0] ?? 0);
      response.writeHead(start === 0 ? 200 : 206, start === 0 ? {} : { 'content-range': `bytes ${start}-/${BYTES.length}` });
      response.end(BYTES.subarray(start, start + 10));
    });
    const result = await fetch([sourceOf([url])]);
    expect(messageOf(result)).toContain(`it ends after 30 of ${BYTES.length} bytes`);
    expect(requests).toHaveLength(3);
    expect(leftInTheStore()).toEqual([]);
  });
});

describe('a place that does not have the right bytes', () => {
  test.each<[string, RequestListener, string]>([
    ['has nothing', (_, response) => response.writeHead(404).end(), 'is not there'],
    ['refuses', (_, response) => response.writeHead(403).end(), 'the server answers 403'],
    ['has other bytes of the same length', (request, response) => sendBytes(request, response, Buffer.alloc(BYTES.length)), `not ${sha256(BYTES)}`],
    ['has a file of another length', (request, response) => sendBytes(request, response, Buffer.alloc(10)), 'has 10 bytes, not 300000'],
    [
      'never ends',
      (_, response) => {
        response.writeHead(200);
        const more = () => {
          if (response.write(Buffer.alloc(60_000))) setImmediate(more);
          else response.once('drain', more);
        };
        more();
      },
      'goes on after 300000 bytes',
    ],
    [
      'sends an error page',
      (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>sorry</html>'),
      'it ends after 18 of 300000 bytes',
    ],
    ['redirects in a circle', (request, response) => response.writeHead(302, { location: request.url }).end(), 'redirects more than 5 times'],
    [
      'redirects out of the web',
      (_, response) => response.writeHead(301, { location: 'file:///etc/passwd' }).end(),
      'redirects to file:///etc/passwd',
    ],
    ['is down', (_, response) => response.writeHead(503).end(), 'the server answers 503'],
    ['redirects to what is no address', (_, response) => response.writeHead(301, { location: 'http://[' }).end(), 'redirects to http://['],
    ['speaks something else', (request) => request.socket.end('SSH-2.0-x\r\n'), 'does not speak HTTP'],
    [
      'switches protocols',
      (request) => request.socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n'),
      'answers 101',
    ],
    ['hangs up', (request) => request.socket.destroy(), 'other side closed'],
  ])('because it %s makes way for the next, and is named with its reason', async (_, listener, reason) => {
    const bad = await serve(listener);
    const patience = { ...IMPATIENT, retries: [] };
    const alone = await fetch([sourceOf([`${bad.url}/x`])], { patience });
    expect(codeOf(alone)).toBe('E_FETCH');
    expect(messageOf(alone)).toContain(`${bad.url}/x`);
    expect(messageOf(alone)).toContain(reason);
    expect(events.filter((event) => event.type === 'fetch-failed').map(({ final }) => final)).toEqual([true]);
    expect(leftInTheStore()).toEqual([]);

    const good = await serve(sendBytes);
    events = [];
    expect(codeOf(await fetch([sourceOf([`${bad.url}/x`, good.url])], { patience }))).toBe('ok');
    expect(events.filter((event) => event.type === 'fetch-failed')).toMatchObject([
      { final: false, failure: { message: expect.stringContaining(reason) as string } },
    ]);
  });

  test.each<[string, RequestListener, Partial<Patience>, string]>([
    ['answers nothing', () => undefined, { connect: 0, header: 500 }, 'no answer in 0.5 s'],
    ['stops sending', (_, response) => void response.writeHead(200).write('a'), { stall: 500 }, 'comes at less than 1024 bytes a second'],
  ])('because it %s is given up', async (_, listener, short, reason) => {
    const { url } = await serve(listener);
    // A busy machine is also silent for a while, so the honest server gets a longer limit.
    expect(messageOf(await fetch([sourceOf([url])], { patience: { ...IMPATIENT, retries: [], ...short } }))).toContain(reason);
  });

  test('because nobody listens there makes way for the next', async () => {
    const { url } = await serve(sendBytes);
    expect(codeOf(await fetch([sourceOf(['http://127.0.0.1:1/x', url])]))).toBe('ok');
    expect(events.find((event) => event.type === 'fetch-failed')?.failure.message).toContain('connection refused');
  });

  test('because it speaks no TLS makes way for the next', async () => {
    const { url } = await serve(sendBytes);
    expect(codeOf(await fetch([sourceOf([`${url.replace('http:', 'https:')}/x`, url])]))).toBe('ok');
    expect(events.find((event) => event.type === 'fetch-failed')?.failure.message).toContain('does not speak TLS');
  });

  test('because a file there cannot be read makes way for the next', async () => {
    const { url } = await serve(sendBytes);
    const directory = tempDirectory();
    symlinkSync('thing-1.tar.gz', join(directory, 'thing-1.tar.gz'));
    const alone = await fetch([sourceOf([url])], { places: [directory], offline: true });
    expect(messageOf(alone)).toContain(`cannot read ${join(directory, 'thing-1.tar.gz')}: too many symbolic links`);
    expect(codeOf(await fetch([sourceOf([url])], { places: [directory] }))).toBe('ok');
  });

  test('because a file there is damaged makes way for the next', async () => {
    const { url } = await serve(sendBytes);
    const [short, wrong] = [tempDirectory(), tempDirectory()];
    writeFileSync(join(short, 'thing-1.tar.gz'), 'short');
    writeFileSync(join(wrong, 'thing-1.tar.gz'), Buffer.alloc(BYTES.length));
    const alone = await fetch([sourceOf(['http://127.0.0.1:1/x'])], { places: [short, wrong], offline: true });
    expect(messageOf(alone)).toContain(`${join(short, 'thing-1.tar.gz')} has 5 bytes, not 300000`);
    expect(messageOf(alone)).toContain(`${join(wrong, 'thing-1.tar.gz')} has SHA-256`);
    expect(codeOf(await fetch([sourceOf([url])], { places: [short, wrong] }))).toBe('ok');
  });

  test('that is an address of a file is no other than one in a directory: of the right size, and told of what it is', async () => {
    const file = join(tempDirectory(), 'file.tar.gz');
    writeFileSync(file, BYTES);
    const right = sourceOf([`file://${file}`]);
    const wrong = await fetch([{ ...right, size: 5 }]);
    expect(messageOf(wrong)).toContain(`${file} has 300000 bytes, not 5, and SHA-256 ${right.sha256}, which is right`);
    expect(messageOf(await fetch([sourceOf(['file:///nowhere/file.tar.gz'])]))).toContain('there is no file /nowhere/file.tar.gz');
    expect(unwrap(await fetch([right])).size).toBe(1);
  });
});

test('redirects are followed', async () => {
  const { url } = await serve((request, response) => {
    if (request.url === '/there') sendBytes(request, response);
    else response.writeHead(302, { location: '/there' }).end();
  });
  expect(codeOf(await fetch([sourceOf([`${url}/here`])]))).toBe('ok');
});

test('offline means that no server is asked', async () => {
  const { url, requests } = await serve(sendBytes);
  const result = await fetch([sourceOf([url])], { offline: true });
  expect(messageOf(result)).toContain('the network was not used (--offline)');
  expect(requests).toEqual([]);
});

test('a file that Debian has dropped: the message says what to look for, and what to do with it', async () => {
  const { url } = await serve((_, response) => response.writeHead(404).end());
  const result = await fetch([debianSource()], { mirrors: [url] });
  expect(messageOf(result)).toContain('Debian pool path pool/main/t/thing/thing_1+dfsg.orig.tar.gz');
  expect(messageOf(result)).toContain(sha256(BYTES));
  expect(result.ok ? '' : result.failure.hint).toContain('--sources DIR');
});

test('without any Debian mirror the message says so', async () => {
  expect(messageOf(await fetch([debianSource()], { mirrors: [] }))).toContain('ZILCH_DEBIAN_MIRROR is not set');
});

test('fetches those of several sources that it can get, and names all others', async () => {
  const { url } = await serve((request, response) => {
    if (request.url === '/good') sendBytes(request, response);
    else response.writeHead(404).end();
  });
  const good = sourceOf([`${url}/good`]);
  const bad = ['bad1', 'bad2'].map((name) => sourceOf([`${url}/${name}`], Buffer.from(name), name));
  const result = await fetch([bad[0]!, good, bad[1]!]);
  expect(messageOf(result)).toMatch(/2 of 3 sources/);
  expect(messageOf(result)).toContain('bad1-1.tar.gz');
  expect(messageOf(result)).toContain('bad2-1.tar.gz');
  expect(store.isValid(sourcePath(good))).toBe(true);
});

test('a place that is not there is a failure of its own', async () => {
  expect(codeOf(await fetch([], { places: ['/nowhere'] }))).toBe('E_NOT_FOUND');
});

test('a proxy that is none is named with its variable', async () => {
  process.env['http_proxy'] = ':::';
  atEnd(() => delete process.env['http_proxy']);
  const result = await fetch([sourceOf(['http://127.0.0.1:1/x'])]);
  expect(codeOf(result)).toBe('E_PROXY');
  expect(messageOf(result)).toContain('http_proxy ("http://:::")');
});
