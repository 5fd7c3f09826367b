/** Servers as users start them, on a store and a small chain of their own. */
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished } from 'vitest';
import { unwrap } from '../../src/result.js';
import { Store } from '../../src/store/index.js';
import { CHECKOUT } from '../cli/rig.js';
import { ask, bodyOf } from '../support/ask.js';
import { tempDirectory } from '../support/store.js';
import { largeChain } from './large-chain.js';

export interface Started {
  readonly port: number;
  /** The root of its store. */
  readonly store: string;
  /** The most memory that it has taken so far, in bytes. */
  readonly most: () => number;
}

/** Starts `zilch web` or `zilch cache serve` for all addresses; it ends with the test. */
export async function startServer(command: readonly ['web'] | readonly ['cache', 'serve']): Promise<Started> {
  const directory = tempDirectory();
  const store = join(directory, 'store');
  unwrap(Store.open(store, { create: true })).close();
  writeFileSync(join(directory, 'chain.ts'), largeChain(3));
  const chain = command[0] === 'web' ? ['-f', directory] : [];
  const server = spawn(join(CHECKOUT, 'zilch'), [...command, '--host', '0.0.0.0', '--port', '0', '--store', store, ...chain], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = new Promise((resolve) => server.on('close', resolve));
  onTestFinished(async () => {
    server.kill('SIGINT');
    await ended;
  });
  const most = (): number => Number(/^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${server.pid ?? 0}/status`, 'utf8'))?.[1]) * 1024;
  return new Promise((resolve, reject) => {
    server.on('close', () => reject(new Error('it ended')));
    createInterface({ input: server.stdout }).on('line', (line) => {
      const port = /http:\/\/0\.0\.0\.0:(\d+)/.exec(line)?.[1];
      if (port !== undefined) resolve({ port: Number(port), store, most });
    });
  });
}

/** Milliseconds that the slowest of twenty answers takes, one after the other, each on a connection of its own. */
export async function longestAnswer(port: number, asked: string): Promise<number> {
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
