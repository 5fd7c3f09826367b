import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { drip, rawServer } from '../../test/support/raw-server.js';
import { atEnd, codeOf, messageOf } from '../../test/support/store.js';
import { err, ok, unwrap, type Result } from '../result.js';
import { StreamFailure } from '../stream-failure.js';
import { HttpClient, type RedirectedQuestion } from './client.js';
import { DEFAULT_PATIENCE, type Patience } from './patience.js';

/** Only the limit under test is short, because everything else is slow on a busy machine. */
function clientWith(patience: Partial<Patience> = {}, environment: NodeJS.ProcessEnv = {}): HttpClient {
  const client = unwrap(HttpClient.open(environment, { ...DEFAULT_PATIENCE, retries: [], ...patience }));
  atEnd(() => void client.close());
  return client;
}

async function fetched(client: HttpClient, url: URL, question: RedirectedQuestion = {}): Promise<Result<string>> {
  const answer = await client.ask(url, question);
  if (!answer.ok) return answer;
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of answer.value.body) chunks.push(Buffer.from(chunk));
  } catch (error) {
    if (error instanceof StreamFailure) return err(error.failure);
    throw error;
  }
  return ok(Buffer.concat(chunks).toString());
}

const SHORT_HEADER = { connect: 0, header: 300 };

describe('a server is given up', () => {
  test('that says nothing', async () => {
    const { url } = await rawServer(() => undefined);
    expect(messageOf(await fetched(clientWith(SHORT_HEADER), url))).toContain('no answer in 0.3 s');
  });

  test('whose header comes byte after byte', async () => {
    const { url } = await rawServer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nx: ');
      drip(socket, 'y', 20);
    });
    expect(messageOf(await fetched(clientWith(SHORT_HEADER), url))).toContain('no answer in 0.3 s');
  });

  test('that sends interim answers, slowly and without end', async () => {
    const { url } = await rawServer((socket) => {
      drip(socket, 'HTTP/1.1 102 Processing\r\n\r\n', 100);
    });
    expect(messageOf(await fetched(clientWith(SHORT_HEADER), url))).toContain('no answer in 0.3 s');
  });

  test('that sends interim answers, fast and without end', async () => {
    const { url } = await rawServer((socket) => {
      drip(socket, 'HTTP/1.1 102 Processing\r\n\r\n'.repeat(10), 1);
    });
    expect(messageOf(await fetched(clientWith(), url))).toContain('too many interim answers');
  });

  test('that sends trailers without end', async () => {
    const { url } = await rawServer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ntrailer: x\r\n\r\n2\r\nhi\r\n0\r\n');
      drip(socket, 'x: y\r\n', 20);
    });
    expect(messageOf(await fetched(clientWith({ stall: 300 }), url))).toContain('comes at less than 1024 bytes a second');
  });

  test('whose trailers are too long', async () => {
    const { url } = await rawServer((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n${'x: y\r\n'.repeat(20_000)}`);
    });
    expect(codeOf(await fetched(clientWith(), url))).toBe('E_HTTP');
  });

  test('whose header is too long', async () => {
    const { url } = await rawServer((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(40_000)}`);
    });
    const result = await fetched(clientWith(), url);
    expect(codeOf(result)).toBe('E_HTTP');
    expect(messageOf(result)).toContain('header is too long');
  });

  test('whose body comes at less than the least rate', async () => {
    const { url } = await rawServer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n');
      drip(socket, 'x', 20);
    });
    expect(messageOf(await fetched(clientWith({ stall: 300, leastRate: 1000 }), url))).toContain('comes at less than 1000 bytes a second');
  });

  test('whose body stops', async () => {
    const { url } = await rawServer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n');
    });
    expect(messageOf(await fetched(clientWith({ stall: 300 }), url))).toContain('nothing came for 0.3 s');
  });

  test('whose small file is fast enough, and still not whole in time', async () => {
    const { url } = await rawServer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      drip(socket, 'x', 20);
    });
    const patience = { ...SHORT_HEADER, header: 400, stall: 400, leastRate: 0 };
    expect(messageOf(await fetched(clientWith(patience), url, { small: true }))).toContain('not complete after 0.8 s');
  });

  test('that takes nothing of what is put', async () => {
    const { url } = await rawServer((socket) => socket.pause());
    const endless = async function* (): AsyncGenerator<Uint8Array> {
      for (;;) yield Buffer.alloc(1 << 16);
    };
    const question = { method: 'PUT', headers: { 'content-length': String(2 ** 40) }, body: endless() } as const;
    expect(messageOf(await clientWith({ stall: 300, ...SHORT_HEADER }).ask(url, question))).toContain('nothing came for 0.3 s');
  });

  test('that switches protocols', async () => {
    const { url } = await rawServer((socket) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n');
    });
    const result = await fetched(clientWith(), url);
    expect(codeOf(result)).toBe('E_HTTP');
    expect(messageOf(result)).toContain('the server answers 101');
  });

  test('that speaks something else', async () => {
    const { url } = await rawServer((socket) => socket.end('SSH-2.0-x\r\n'));
    expect(codeOf(await fetched(clientWith(), url))).toBe('E_HTTP');
  });

  test.each([
    ['in its header', 'HTTP/1.1 200 OK\r\nx: '],
    ['in its body', 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhi'],
    ['in a chunk', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n8\r\nhi'],
  ])('that hangs up %s, and asked again', async (_where, text) => {
    const { url } = await rawServer((socket) => socket.end(text));
    expect(codeOf(await fetched(clientWith(), url))).toBe('E_NETWORK');
  });
});

test('a slow reader does not make a server slow', async () => {
  const { url } = await rawServer((socket) => socket.write(`HTTP/1.1 200 OK\r\ncontent-length: 200000\r\n\r\n${'x'.repeat(200_000)}`));
  const answer = unwrap(await clientWith({ stall: 200, leastRate: 1000 }).ask(url));
  let bytes = 0;
  for await (const chunk of answer.body) {
    if (bytes === 0) await new Promise((resolve) => setTimeout(resolve, 500));
    bytes += chunk.length;
  }
  expect(bytes).toBe(200_000);
});

test('whoever stops need not wait for a server that says nothing, nor for a connection', async () => {
  const { url } = await rawServer(() => undefined);
  const stop = new AbortController();
  const asking = clientWith().ask(url, { signal: stop.signal });
  stop.abort();
  expect(codeOf(await asking)).toBe('E_CANCELLED');
  expect(codeOf(await clientWith().ask(url, { signal: stop.signal }))).toBe('E_CANCELLED');
});

test('a connection is used again, also after an answer that nobody wanted', async () => {
  const ports = new Set<number | undefined>();
  const { url } = await rawServer((socket, request) => {
    ports.add(socket.remotePort);
    socket.write(request.includes('/missing') ? 'HTTP/1.1 404 No\r\ncontent-length: 2\r\n\r\nno' : 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi');
  });
  const client = clientWith();
  for (let times = 0; times < 3; times++) {
    const missing = unwrap(await client.ask(new URL('missing', url)));
    missing.discard();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(unwrap(await fetched(client, url))).toBe('hi');
  }
  // Six requests; undici may open a second connection before it has released the first.
  expect(ports.size).toBeLessThanOrEqual(3);
});

describe('redirects', () => {
  test('are followed a few times, with the authority of each address', async () => {
    const { url, requests } = await rawServer((socket, request, before) => {
      socket.write(
        before < 3
          ? `HTTP/1.1 302 Found\r\nlocation: /there${before}\r\ncontent-length: 0\r\n\r\n`
          : 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi',
      );
    });
    const authorise = ({ pathname }: URL): Record<string, string> => (pathname === '/' ? { authorization: 'Basic x' } : {});
    expect(unwrap(await fetched(clientWith(), url, { authorise }))).toBe('hi');
    expect(requests.map((request) => /authorization/.test(request))).toEqual([true, false, false, false]);
  });

  test.each(['file:///etc/passwd', 'gopher://127.0.0.1/', 'http://[half', ''])('to %s are not', async (location) => {
    const { url } = await rawServer((socket) => socket.write(`HTTP/1.1 302 Found\r\nlocation: ${location}\r\ncontent-length: 0\r\n\r\n`));
    expect(codeOf(await fetched(clientWith(), url))).toBe('E_HTTP');
  });
});

describe('a proxy', () => {
  test.each(['http://', ''])('that the environment names is asked for what is not encrypted, with the scheme "%s"', async (scheme) => {
    const proxy = await rawServer((socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi'));
    const client = clientWith({}, { http_proxy: `${scheme}user:pass@${proxy.url.host}` });
    expect(unwrap(await fetched(client, new URL('http://cache.invalid:81/x?y')))).toBe('hi');
    expect(proxy.requests).toEqual([expect.stringMatching(/^GET http:\/\/cache\.invalid:81\/x\?y HTTP\/1\.1\r\n/)]);
    expect(proxy.requests[0]!.toLowerCase()).toMatch(/\r\nhost: cache\.invalid:81\r\n/);
    expect(proxy.requests[0]).toContain(`Basic ${Buffer.from('user:pass').toString('base64')}`);
  });

  test('is given a tunnel to make for what is encrypted', async () => {
    const { url: target } = await rawServer((socket) => socket.end());
    const proxy = await rawServer((socket, request) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      const [host, port] = request.split(' ')[1]!.split(':');
      const through = connect(Number(port), host, () => socket.pipe(through).pipe(socket));
    });
    const client = clientWith({ connect: 2000, header: 0 }, { https_proxy: proxy.url.href });
    expect(codeOf(await fetched(client, new URL(target.href.replace('http:', 'https:'))))).toBe('E_NETWORK');
    expect(proxy.requests[0]).toMatch(new RegExp(`^CONNECT ${target.host} `));
  });

  test('that says nothing is given up, as any server', async () => {
    const proxy = await rawServer(() => undefined);
    const client = clientWith(SHORT_HEADER, { http_proxy: proxy.url.href, https_proxy: proxy.url.href });
    for (const scheme of ['http', 'https'])
      expect(messageOf(await fetched(client, new URL(`${scheme}://cache.invalid/`)))).toContain('no answer in 0.3 s');
  });

  test('is passed by for the hosts of no_proxy', async () => {
    const { url } = await rawServer((socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi'));
    const client = clientWith({}, { http_proxy: 'http://127.0.0.1:1', no_proxy: 'elsewhere.example,127.0.0.1' });
    expect(unwrap(await fetched(client, url))).toBe('hi');
  });

  test('that is none is named with its variable', () => {
    const opened = HttpClient.open({ http_proxy: ':::' });
    expect(codeOf(opened)).toBe('E_PROXY');
    expect(messageOf(opened)).toContain('http_proxy ("http://:::")');
  });
});
