import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { codeOf, openStore, StoreChild, tempDirectory } from '../../test/support/store.js';
import { makeTextPath } from '../formats/index.js';
import { fail, ok, unwrap } from '../result.js';
import { lock, tryLock } from './file-lock.js';

const PATH = makeTextPath('x', 'x', []);

describe('a lock', () => {
  test('is held by one process at a time', async () => {
    const { root } = openStore();
    const counter = join(tempDirectory(), 'counter');
    writeFileSync(counter, '0');
    const children = [1, 2, 3].map(() => new StoreChild('count', root, PATH, counter, '100'));
    expect(await Promise.all(children.map((child) => child.exit()))).toEqual([0, 0, 0]);
    expect(readFileSync(counter, 'utf8')).toBe('300');
  });

  test('is held by one caller at a time within a process too', async () => {
    const store = openStore();
    let inside = 0;
    let most = 0;
    const body = async () => {
      most = Math.max(most, ++inside);
      await sleep(5);
      inside--;
      return ok(undefined);
    };
    await Promise.all(Array.from({ length: 10 }, () => store.withLock('name', body)));
    expect(most).toBe(1);
  });

  test('leaves no file behind', async () => {
    const store = openStore();
    await store.withLock([PATH, 'name'], () => {
      expect(existsSync(`${store.hostPath(PATH)}.lock`)).toBe(true);
      return Promise.resolve(ok(undefined));
    });
    expect(existsSync(`${store.hostPath(PATH)}.lock`)).toBe(false);
  });

  test('is free again when its holder was killed', async () => {
    const store = openStore();
    const child = new StoreChild('hold', store.root, PATH);
    await child.printed(1);
    let waited = false;
    const taken = store.withLock(PATH, () => Promise.resolve(ok('taken')), { onWait: () => (waited = true) });
    await sleep(50);
    expect(waited).toBe(true);
    await child.kill();
    expect(unwrap(await taken)).toBe('taken');
  });

  test('is free again when what was done under it failed or threw', async () => {
    const store = openStore();
    expect(codeOf(await store.withLock(PATH, () => Promise.resolve(fail('E_IO', 'no'))))).toBe('E_IO');
    await expect(store.withLock(PATH, () => Promise.reject(new Error('bug')))).rejects.toThrow('bug');
    expect(unwrap(await store.withLock(PATH, () => Promise.resolve(ok('free'))))).toBe('free');
  });

  test('does not stop the event loop while it is waited for, and the waiting can be ended', async () => {
    const store = openStore();
    const child = new StoreChild('hold', store.root, PATH);
    await child.printed(1);
    const stop = new AbortController();
    // More locks than Node has threads for files.
    const waiting = Array.from({ length: 8 }, () => store.withLock(PATH, () => Promise.resolve(ok(undefined)), { signal: stop.signal }));
    const start = performance.now();
    writeFileSync(join(store.root, 'x'), '');
    await sleep(20);
    expect(performance.now() - start).toBeLessThan(500);
    stop.abort();
    expect((await Promise.all(waiting)).map(codeOf)).toEqual(Array(8).fill('E_CANCELLED'));
  });

  test('on a file that was deleted meanwhile is worth nothing, and taken again on the new one', async () => {
    const file = join(tempDirectory(), 'x.lock');
    const first = tryLock(file, 'exclusive')!;
    // Like another process: opens the same file, and waits.
    const second = lock(file, 'exclusive');
    await sleep(10);
    first.releaseAndDelete();
    const held = await second;
    expect(existsSync(file)).toBe(true);
    expect(tryLock(file, 'exclusive')).toBeUndefined();
    held.releaseAndDelete();
  });

  test('shared, is held by many, and keeps out one who wants it alone', () => {
    const file = join(tempDirectory(), 'x.lock');
    const [a, b] = [tryLock(file, 'shared'), tryLock(file, 'shared')];
    expect(tryLock(file, 'exclusive')).toBeUndefined();
    a!.release();
    expect(tryLock(file, 'exclusive')).toBeUndefined();
    b!.release();
    expect(tryLock(file, 'exclusive')).toBeDefined();
  });
});

test('a store that another process makes is waited for, though that takes longer than it should', async () => {
  const root = tempDirectory();
  openStore(root).close();
  const other = spawn('flock', [join(root, 'nix/var/nix/db/big-lock'), 'sh', '-c', 'echo held; exec sleep 11'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await once(other.stdout, 'data');
  openStore(root);
});

test('a child process does not inherit a lock', async () => {
  const file = join(tempDirectory(), 'x.lock');
  const held = tryLock(file, 'exclusive')!;
  const child = spawn('sleep', ['5'], { stdio: 'ignore' });
  await sleep(20);
  held.release();
  expect(tryLock(file, 'exclusive')).toBeDefined();
  child.kill();
});
