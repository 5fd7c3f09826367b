import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, openSync, constants } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { killOrphans } from '../../src/build/orphans.js';
import { makeFifos } from '../../src/build/run.js';
import { unwrap } from '../../src/result.js';
import { tryLock } from '../../src/store/file-lock.js';
import { atEnd, tempDirectory } from '../support/store.js';

test('what runs in a workplace is killed when its zilch is gone, and only then', async () => {
  const tempDir = tempDirectory();
  const own = join(tempDir, '1-a');
  const store = join(own, '0/store');
  mkdirSync(store, { recursive: true });
  const fifo = join(own, 'fifo-0');
  unwrap(await makeFifos([fifo]));
  const end = openSync(fifo, constants.O_RDWR);
  // What bwrap looks like from outside, and what the builder does; and somebody who looks at what is there.
  const bwrap = spawn('sh', ['-c', 'sleep 100; exit 0', '--bind', store, '/nix/store'], { stdio: 'ignore' });
  const builder = spawn('sh', ['-c', 'exec sleep 100'], { stdio: ['ignore', end, 'ignore'] });
  const other = spawn('sh', ['-c', 'sleep 100; exit 0', store], { stdio: 'ignore' });
  const all = [bwrap, builder, other];
  atEnd(() => {
    for (const process of all) process.kill('SIGKILL');
  });
  await Promise.all(all.map((process) => once(process, 'spawn')));
  const ended = Promise.all([bwrap, builder].map((process) => once(process, 'exit')));
  const lock = tryLock(`${own}.lock`, 'exclusive')!;
  expect(killOrphans(tempDir)).toBe(0);
  lock.releaseAndDelete();
  expect(killOrphans(tempDirectory())).toBe(0);
  expect(killOrphans(tempDir)).toBe(2);
  expect((await ended).map(([, signal]) => signal as unknown)).toEqual(['SIGKILL', 'SIGKILL']);
  expect([other.exitCode, other.signalCode]).toEqual([null, null]);
});
