/** Both servers as users start them, for all addresses to reach, with more idle connections than they have room for. */
import { connect } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ask } from '../support/ask.js';
import { longestAnswer, startServer } from './server.js';

const IDLE = 1100;
/** Milliseconds in which somebody who asks is answered, on a machine that does much else. Connections that nobody closes last longer. */
const SOON = 15_000;

const SERVERS = {
  'cache serve': { command: ['cache', 'serve'], asked: '/nix-cache-info' },
  web: { command: ['web'], asked: '/' },
} as const;

/** Connects, and says nothing more than this. */
function connected(port: number, says: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => void socket.write(says, () => resolve()));
    // Closed in favour of another: servers do that when there are too many.
    socket.on('error', (error: NodeJS.ErrnoException) => (['ECONNRESET', 'EPIPE'].includes(error.code ?? '') ? resolve() : reject(error)));
    onTestFinished(() => void socket.destroy());
  });
}

describe.each(Object.entries(SERVERS))('zilch %s', (name, { command, asked }) => {
  test(`answers others though ${IDLE} connections are idle, or have asked for half`, async () => {
    const { port } = await startServer(command);
    const longest = [await longestAnswer(port, asked)];
    for (const says of ['', `GET ${asked} HTTP/1.1\r\nx: `]) {
      await Promise.all(Array.from({ length: IDLE }, () => connected(port, says)));
      longest.push(await longestAnswer(port, asked));
    }
    console.log(
      `zilch ${name}: the longest of 20 answers took ${longest.join(', ')} ms: alone, beside ${IDLE} idle, and as many half-asking connections`,
    );
    expect(Math.max(...longest)).toBeLessThan(SOON);
  });

  test('listens for all and is called by no name that others can make up', async () => {
    const { port } = await startServer(command);
    const called = async (host: string): Promise<number | undefined> =>
      (await ask(`http://127.0.0.1:${port}${asked}`, { headers: { host }, agent: false })).statusCode;
    expect(await Promise.all([`127.0.0.1:${port}`, 'localhost', '192.168.1.5:80'].map(called))).toEqual([200, 200, 200]);
    expect(await Promise.all(['evil.example', `127.0.0.1.evil.example:${port}`, '0.0.0.0.evil.example'].map(called))).toEqual([421, 421, 421]);
  });
});
