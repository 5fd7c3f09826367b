import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { killOrphans } from '../../src/build/orphans.js';
import { atEnd, tempDirectory } from '../support/store.js';

test('what runs in a workplace is killed when it is left alone, and only then', async () => {
  const tempDir = tempDirectory();
  const store = join(tempDir, '1-a/t1/store');
  mkdirSync(store, { recursive: true });
  // What bwrap looks like from outside: a program with the workplace among its arguments.
  const sleeper = ['sh', '-c', 'sleep 100; exit 0', '--bind', store];
  const held = spawn('setsid', sleeper, { stdio: 'ignore' });
  atEnd(() => held.kill('SIGKILL'));
  spawn('sh', ['-c', `setsid sh -c 'sleep 100; exit 0' --bind ${store} > /dev/null 2>&1 & sleep 0.2`], { stdio: 'ignore' });
  await new Promise((resolve) => setTimeout(resolve, 1000));
  expect(killOrphans(join(tempDir, 'elsewhere'))).toBe(0);
  expect(killOrphans(tempDir)).toBe(1);
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(killOrphans(tempDir)).toBe(0);
  expect([held.exitCode, held.signalCode]).toEqual([null, null]);
});
