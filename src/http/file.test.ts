import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { rawServer } from '../../test/support/raw-server.js';
import { atEnd, codeOf, messageOf } from '../../test/support/store.js';
import { err, ok, unwrap, type Result } from '../result.js';
import { StreamFailure } from '../stream-failure.js';
import { HttpClient } from './client.js';
import { HttpFile, type FileQuestion } from './file.js';
import { DEFAULT_PATIENCE } from './patience.js';

const BYTES = Buffer.from(Array.from({ length: 1000 }, (_, index) => index & 127)).toString('latin1');

/** Fetches a file and writes each piece at its position; returns the result, and whether it came in parts. */
async function fetched(url: URL, question: FileQuestion = {}, retries = [1, 1]): Promise<Result<{ text: string; isPieced: boolean }>> {
  const client = unwrap(HttpClient.open({}, { ...DEFAULT_PATIENCE, retries }));
  atEnd(() => void client.close());
  const file = await HttpFile.open(client, url, question);
  if (!file.ok) return file;
  if (file.value === undefined) return ok({ text: 'missing', isPieced: false });
  let text = BYTES.slice(0, question.start ?? 0);
  try {
    for await (const { position, bytes } of file.value.pieces()) text = text.slice(0, position) + Buffer.from(bytes).toString('latin1');
  } catch (error) {
    if (error instanceof StreamFailure) return err(error.failure);
    throw error;
  }
  return ok({ text, isPieced: file.value.isPieced });
}

function startOf(request: string): number {
  return Number(/\r\nrange: bytes=(\d+)-/i.exec(request)?.[1] ?? 0);
}

/** Answers a request like a server that supports ranges, and hangs up after a number of bytes. */
function sendPart(socket: Socket, request: string, most = Infinity, headers = 'etag: "one"\r\n', bytes = BYTES): void {
  const start = startOf(request);
  const head = start === 0 ? '200 OK' : `206 Part\r\ncontent-range: bytes ${start}-${bytes.length - 1}/${bytes.length}`;
  socket.end(`HTTP/1.1 ${head}\r\ncontent-length: ${bytes.length - start}\r\n${headers}\r\n${bytes.slice(start, start + most)}`, 'latin1');
}

describe('a file that is cut in the middle', () => {
  test('goes on where it was, if it is still the same', async () => {
    const { url, requests } = await rawServer((socket, request, before) => {
      sendPart(socket, request, before < 2 ? 300 : Infinity);
    });
    expect(unwrap(await fetched(url))).toEqual({ text: BYTES, isPieced: true });
    expect(requests.map(startOf)).toEqual([0, 300, 600]);
    expect(requests.map((request) => /\r\nif-range: (.*)/i.exec(request)?.[1])).toEqual([undefined, '"one"', '"one"']);
  });

  test('goes on by its date where it has no strong tag', async () => {
    const date = 'Thu, 01 Jan 1970 00:00:01 GMT';
    const { url, requests } = await rawServer((socket, request, before) => {
      sendPart(socket, request, before < 1 ? 300 : Infinity, `etag: W/"weak"\r\nlast-modified: ${date}\r\n`);
    });
    expect(unwrap(await fetched(url)).text).toBe(BYTES);
    expect(requests[1]).toContain(`if-range: ${date}`);
  });

  test('begins anew where the server knows no ranges, or has another by now', async () => {
    const other = BYTES.replaceAll('a', 'b');
    const { url } = await rawServer((socket, _request, before) => {
      sendPart(socket, '', before < 1 ? 300 : Infinity, '', before < 1 ? BYTES : other);
    });
    expect(unwrap(await fetched(url)).text).toBe(other);
  });

  test('is whole when there is nothing behind what came', async () => {
    const { url } = await rawServer((socket, request) => {
      if (startOf(request) > 0) socket.end(`HTTP/1.1 416 No\r\ncontent-range: bytes */${BYTES.length}\r\ncontent-length: 0\r\n\r\n`);
      else socket.end(`HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${BYTES.length.toString(16)}\r\n${BYTES}\r\n`, 'latin1');
    });
    expect(unwrap(await fetched(url)).text).toBe(BYTES);
  });

  test('is given up after as many attempts as were set, with how far it came', async () => {
    const { url, requests } = await rawServer((socket, request) => {
      sendPart(socket, request, 10);
    });
    expect(codeOf(await fetched(url))).toBe('E_NETWORK');
    expect(requests.map(startOf)).toEqual([0, 10, 20]);
  });

  test('is worth any number of attempts that each bring much', async () => {
    const large = 'x'.repeat(5 << 20);
    const { url, requests } = await rawServer((socket, request) => {
      sendPart(socket, request, (1 << 20) + 1, '', large);
    });
    expect(unwrap(await fetched(url, {}, [1])).text).toBe(large);
    expect(requests).toHaveLength(5);
  });

  test('is an error when it is gone', async () => {
    const { url } = await rawServer((socket, request, before) => {
      if (before === 0) sendPart(socket, request, 300);
      else socket.end('HTTP/1.1 404 No\r\ncontent-length: 0\r\n\r\n');
    });
    expect(messageOf(await fetched(url))).toContain('is gone: its first 300 bytes were there');
  });
});

describe('a file whose beginning is there', () => {
  test('is asked for from there on', async () => {
    const { url, requests } = await rawServer((socket, request) => {
      sendPart(socket, request);
    });
    expect(unwrap(await fetched(url, { start: 400, size: 1000 })).text).toBe(BYTES);
    expect(requests.map(startOf)).toEqual([400]);
  });

  test('begins anew when the server will not continue it', async () => {
    const { url } = await rawServer((socket, request) => {
      if (startOf(request) > 0) socket.end('HTTP/1.1 416 No\r\ncontent-length: 0\r\n\r\n');
      else sendPart(socket, request);
    });
    expect(unwrap(await fetched(url, { start: 400, size: 1000 })).text).toBe(BYTES);
  });

  test.each([
    ['of another place', 'content-range: bytes 300-999/1000\r\ncontent-length: 700'],
    ['of no place', 'content-length: 600'],
    ['of another file', 'content-range: bytes 400-1999/2000\r\ncontent-length: 1600'],
  ])('is not continued by a part %s', async (_what, headers) => {
    const { url } = await rawServer((socket) => socket.end(`HTTP/1.1 206 Part\r\n${headers}\r\n\r\n`));
    expect(codeOf(await fetched(url, { start: 400, size: 1000 }))).toBe('E_HTTP');
  });
});

test('a server that is busy is asked again, and one that refuses is not', async () => {
  for (const [status, times] of [
    [503, 3],
    [429, 3],
    [403, 1],
    [206, 1],
  ] as const) {
    const { url, requests } = await rawServer((socket) => socket.end(`HTTP/1.1 ${status} No\r\ncontent-length: 0\r\n\r\n`));
    expect(messageOf(await fetched(url))).toContain(`the server answers ${status}`);
    expect(requests).toHaveLength(times);
  }
  const { url } = await rawServer((socket) => socket.end('HTTP/1.1 404 No\r\ncontent-length: 0\r\n\r\n'));
  expect(unwrap(await fetched(url)).text).toBe('missing');
});

test('a file of another size than is known is refused, also one that does not say its size', async () => {
  const { url } = await rawServer((socket, request) => {
    sendPart(socket, request);
  });
  expect(messageOf(await fetched(url, { size: 999 }))).toContain('has 1000 bytes, not 999');
  const endless = await rawServer((socket) => socket.end(`HTTP/1.1 200 OK\r\n\r\n${BYTES}`));
  expect(messageOf(await fetched(endless.url, { size: 999 }))).toContain('goes on after 999 bytes');
});
