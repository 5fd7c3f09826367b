import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { directory, file, makeTree, narOf, symlink, type Tree } from '../../../test/support/tree.js';
import { unwrap } from '../../result.js';
import { toByteString } from './host-path.js';
import { removeTree } from './index.js';
import { ReadAhead } from './read-ahead.js';
import { runToEnd } from './slices.js';
import { StepWriter } from './step-writer.js';
import { TreeReader, type ReadStep } from './tree-reader.js';

let work: string;
beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), 'zilch-ahead-'));
});
afterEach(async () => {
  unwrap(await removeTree(work));
});

/** More entries than are read ahead, and some that are read in parts. */
const TREE: Tree = directory({
  a: directory({ deep: directory({ '\xe9': file('x', true), link: symlink('deep') }), z: file(Buffer.alloc(700_000, 'z')) }),
  b: file('b'),
  many: directory(Object.fromEntries(Array.from({ length: 400 }, (_, index) => [`f${index}`, file(String(index))]))),
});

async function ready(): Promise<ReadAhead> {
  const readAhead = new ReadAhead();
  for (let tries = 0; !readAhead.isReady && tries < 1000; tries++) await setTimeout(10);
  expect(readAhead.isReady).toBe(true);
  return readAhead;
}

function* take<T>(items: Iterable<T>, count: number): Generator<T> {
  for (const item of items) {
    if (count-- > 0) yield item;
    if (count === 0) return;
  }
}

function openFiles(): number {
  return readdirSync('/proc/self/fd').length;
}

describe('reading ahead', () => {
  // The step after which the second thread takes over: an entry deep inside, the end of a directory, a file at the top.
  test.each([4, 5, 6, 7, 9])('goes on behind step %i as one thread would have', async (count) => {
    makeTree(TREE, join(work, 'x'));
    const root = toByteString(join(work, 'x'));
    const chunks: Buffer[] = [];
    const reader = new TreeReader(root);
    const writer = new StepWriter((chunk) => chunks.push(Buffer.from(chunk)));
    runToEnd(writer.write(take(reader, count)));
    const readAhead = await ready();
    await readAhead.goOn(root, reader.position!, writer);
    readAhead.dismiss();
    writer.finish();
    expect(Buffer.concat(chunks).equals(narOf(TREE))).toBe(true);
  });

  test('can begin nowhere but behind an entry', () => {
    makeTree(TREE, join(work, 'x'));
    const reader = new TreeReader(toByteString(join(work, 'x')));
    const positions: (readonly string[] | undefined)[] = [];
    const writer = new StepWriter(() => undefined);
    function* watched(): Generator<ReadStep> {
      for (const step of take(reader, 5)) {
        yield step;
        positions.push(reader.position);
      }
    }
    runToEnd(writer.write(watched()));
    expect(positions).toEqual([undefined, undefined, undefined, ['a', 'deep', 'link'], ['a', 'deep', '\xe9']]);
  });

  test('fails as one thread would, and leaves no file open', async () => {
    makeTree(TREE, join(work, 'x'));
    execFileSync('mkfifo', [join(work, 'x/z')]);
    const root = toByteString(join(work, 'x'));
    const reader = new TreeReader(root);
    const writer = new StepWriter(() => undefined);
    runToEnd(writer.write(take(reader, 4)));
    const readAhead = await ready();
    const before = openFiles();
    await expect(readAhead.goOn(root, reader.position!, writer)).rejects.toThrow('neither a file');
    readAhead.dismiss();
    await setTimeout(200);
    expect(openFiles()).toBeLessThanOrEqual(before);
  });

  test('leaves no file open when its work is not wanted any more', async () => {
    makeTree(TREE, join(work, 'x'));
    const root = toByteString(join(work, 'x'));
    const reader = new TreeReader(root);
    let isFull = false;
    const writer = new StepWriter(() => {
      if (isFull) throw new Error('enough');
    });
    runToEnd(writer.write(take(reader, 4)));
    const readAhead = await ready();
    const before = openFiles();
    isFull = true;
    await expect(readAhead.goOn(root, reader.position!, writer)).rejects.toThrow('enough');
    readAhead.dismiss();
    await setTimeout(200);
    expect(openFiles()).toBeLessThanOrEqual(before);
  });
});
