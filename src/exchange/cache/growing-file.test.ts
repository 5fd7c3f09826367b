import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { GrowingFile } from './growing-file.js';

let work: string;
let path: string;
let file: GrowingFile;
beforeEach(async () => {
  work = mkdtempSync(join(tmpdir(), 'zilch-growing-'));
  path = join(work, 'file');
  file = await GrowingFile.create(path);
});
afterEach(() => {
  rmSync(work, { recursive: true });
});

function openFiles(): number {
  return readdirSync('/proc/self/fd').length;
}

async function readAll(): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  file.enter();
  try {
    for await (const chunk of file.read()) chunks.push(chunk);
    return Buffer.concat(chunks);
  } finally {
    await file.leave();
  }
}

describe('a growing file', () => {
  test('is read to its end by all who came before that, whatever becomes of its name, and is then closed', async () => {
    const before = openFiles();
    const parts = Array.from({ length: 20 }, (_, index) => Buffer.alloc(50_000, index));
    const readers: Promise<Buffer>[] = [];
    for (const part of parts) {
      readers.push(readAll());
      await file.append(part);
      await nextTurn();
    }
    rmSync(path);
    await file.end();
    for (const read of await Promise.all(readers)) expect(read.equals(Buffer.concat(parts))).toBe(true);
    expect(openFiles()).toBe(before - 1);
  });

  test('gives what is there before it is whole', async () => {
    file.enter();
    const reading = file.read();
    await file.append(Buffer.from('first'));
    expect(Buffer.from((await reading.next()).value as Uint8Array).toString()).toBe('first');
    await reading.return(undefined);
    await file.leave();
    await file.end();
  });

  test('that did not become whole is not taken for whole', async () => {
    const reading = readAll();
    await file.append(Buffer.from('first'));
    await file.end({ code: 'E_STORE_DAMAGED', message: 'the tree was altered' });
    await expect(reading).rejects.toThrow('altered');
  });
});
