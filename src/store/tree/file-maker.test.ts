import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { unwrap } from '../../result.js';
import { FileMaker, SMALL_FILE_BYTES } from './file-maker.js';
import { joinBytes, toByteString } from './host-path.js';
import { removeTree } from './index.js';

let work: string;
beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), 'zilch-maker-'));
});
afterEach(async () => {
  unwrap(await removeTree(work));
});

/** Many batches, with files of every size from 0 to the largest, and a name that is not UTF-8. */
const FILES = Array.from({ length: 300 }, (_, index) => ({
  name: index === 7 ? '\xe9' : `f${index}`,
  bytes: Buffer.alloc(Math.floor((SMALL_FILE_BYTES * index) / 299), index),
  isExecutable: index % 3 === 0,
}));

function giveAll(maker: FileMaker): void {
  for (const { name, bytes, isExecutable } of FILES) {
    maker.file(joinBytes(toByteString(work), name), isExecutable, bytes.length);
    maker.data(bytes.subarray(0, 10));
    maker.data(bytes.subarray(10));
  }
}

describe.each([
  ['with help', true],
  ['before help is there', false],
])('a maker of files, %s', (_when, isHelped) => {
  let maker: FileMaker;
  beforeEach(async () => {
    maker = new FileMaker();
    for (let tries = 0; isHelped && !maker.isReady && tries < 1000; tries++) await setTimeout(10);
    expect(maker.isReady).toBe(isHelped);
  });
  afterEach(() => maker.dismiss());

  test('makes all of them', async () => {
    giveAll(maker);
    await maker.finish();
    for (const { name, bytes, isExecutable } of FILES) {
      const path = Buffer.concat([Buffer.from(`${work}/`), Buffer.from(name, 'latin1')]);
      expect(readFileSync(path).equals(bytes)).toBe(true);
      expect((lstatSync(path).mode & 0o100) !== 0).toBe(isExecutable);
    }
    expect(readdirSync(work).length).toBe(FILES.length);
  });

  test('writes into nothing that is there already', async () => {
    writeFileSync(join(work, 'f200'), 'mine');
    const all = async (): Promise<void> => {
      giveAll(maker);
      await maker.finish();
    };
    await expect(all()).rejects.toThrow(/f200.*exists|EEXIST.*f200/);
    expect(readFileSync(join(work, 'f200'), 'utf8')).toBe('mine');
  });

  test('makes nothing any more when it is dismissed', async () => {
    giveAll(maker);
    await maker.dismiss();
    const made = readdirSync(work).length;
    mkdirSync(join(work, 'later'));
    await setTimeout(200);
    expect(readdirSync(work).length).toBe(made + 1);
  });
});

test('a maker of files whose other thread does not start makes all of them itself', async () => {
  let ended = Promise.resolve();
  const startThread = (): Worker => {
    const broken = new Worker('throw new Error("no thread")', { eval: true });
    ended = new Promise((resolve) => broken.once('exit', () => resolve()));
    return broken;
  };
  vi.doMock('./thread.js', () => ({ startThread }));
  vi.resetModules();
  const { FileMaker: LoneMaker } = await import('./file-maker.js');
  vi.doUnmock('./thread.js');
  const maker = new LoneMaker();
  await ended;
  giveAll(maker);
  await maker.finish();
  expect(readdirSync(work).length).toBe(FILES.length);
});
