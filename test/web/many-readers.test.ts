/** Both servers as users start them, for all addresses to reach, with more idle connections than they have room for. */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, onTestFinished, test } from 'vitest';
import { unwrap } from '../../src/result.js';
import { Store } from '../../src/store/index.js';
import { CHECKOUT } from '../cli/rig.js';
import { ask, bodyOf } from '../support/ask.js';
import { tempDirectory } from '../support/store.js';
import { largeChain } from './large-chain.js';

const IDLE = 1100;
/** Milliseconds in which somebody who asks is answered, on a machine that does much else. Connections that nobody closes last longer. */
const SOON = 15_000;

const SERVERS = {
  'cache serve': { args: ['cache', 'serve', '--host', '0.0.0.0', '--port', '0'], asked: '/nix-cache-info' },
  web: { args: ['web', '--host', '0.0.0.0', '--port', '0'], asked: '/' },
};

/** Starts a server; gives its port. */
async function started(args: readonly string[]): Promise<number> {
  const directory = tempDirectory();
  unwrap(Store.open(join(directory, 'store'), { create: true })).close();
  writeFileSync(join(directory, 'chain.ts'), largeChain(3));
  const chain = args[0] === 'web' ? ['-f', directory] : [];
  const server = spawn(join(CHECKOUT, 'zilch'), [...args, '--store', join(directory, 'store'), ...chain], { stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = new Promise((resolve) => server.on('close', resolve));
  onTestFinished(async () => {
    server.kill('SIGINT');
    await ended;
  });
  return new Promise((resolve, reject) => {
    server.on('close', () => reject(new Error('it ended')));
    createInterface({ input: server.stdout }).on('line', (line) => {
      const port = /http:\/\/0\.0\.0\.0:(\d+)/.exec(line)?.[1];
      if (port !== undefined) resolve(Number(port));
    });
  });
}

/** Connects, and says nothing more than this. */
function connected(port: number, says: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => void socket.write(says, () => resolve()));
    // Closed in favour of another: servers do that when there are too many.
    socket.on('error', (error: NodeJS.ErrnoException) => (['ECONNRESET', 'EPIPE'].includes(error.code ?? '') ? resolve() : reject(error)));
    onTestFinished(() => void socket.destroy());
  });
}

/** Milliseconds that the slowest of twenty answers takes, one after the other, each on a connection of its own. */
async function longestAnswer(port: number, asked: string): Promise<number> {
  let longest = 0;
  for (let times = 0; times < 20; times++) {
    const start = performance.now();
    const answer = await ask(`http://127.0.0.1:${port}${asked}`, { agent: false });
    await bodyOf(answer);
    expect(answer.statusCode).toBe(200);
    longest = Math.max(longest, performance.now() - start);
  }
  return Math.round(longest);
}

describe.each(Object.entries(SERVERS))('zilch %s', (name, { args, asked }) => {
  test(`answers others though ${IDLE} connections are idle, or have asked for half`, async () => {
    const port = await started(args);
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
    const port = await started(args);
    const called = async (host: string): Promise<number | undefined> =>
      (await ask(`http://127.0.0.1:${port}${asked}`, { headers: { host }, agent: false })).statusCode;
    expect(await Promise.all([`127.0.0.1:${port}`, 'localhost', '192.168.1.5:80'].map(called))).toEqual([200, 200, 200]);
    expect(await Promise.all(['evil.example', `127.0.0.1.evil.example:${port}`, '0.0.0.0.evil.example'].map(called))).toEqual([421, 421, 421]);
  });
});
