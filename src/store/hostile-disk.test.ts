import { execFileSync } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { addText, atEnd, codeOf, messageOf, openStore, tempDirectory } from '../../test/support/store.js';
import { makeTextPath } from '../formats/index.js';
import { unwrap } from '../result.js';
import { Store } from './index.js';

const NOT_ROOT = process.getuid?.() === 0 ? undefined : 'mounting a small file system needs root';

/** Mounts for the length of a test. */
function mount(...args: readonly string[]): void {
  execFileSync('mount', args, { stdio: 'pipe' });
  atEnd(() => execFileSync('umount', [args.at(-1)!]));
}

/** Root may write everywhere: gives a tree to somebody else, and does as they do. */
function asAnybody(tree: string, act: () => void): void {
  if (NOT_ROOT !== undefined) {
    act();
    return;
  }
  const nobody = 65534;
  execFileSync('chown', ['-R', String(nobody), tree]);
  process.seteuid?.(nobody);
  try {
    act();
  } finally {
    process.seteuid?.(0);
  }
}

describe('on a full disk', () => {
  test('adding fails with a hint and leaves nothing; after a collection there is room again', async ({ skip }) => {
    skip(NOT_ROOT !== undefined, NOT_ROOT);
    const small = tempDirectory();
    mount('-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', small);
    const store = openStore(join(small, 'store'));
    const first = join(tempDirectory(), 'file');
    writeFileSync(first, Buffer.alloc(3_000_000, 'a'));
    const kept = unwrap(await store.addFlatFile('file', first));
    const big = join(tempDirectory(), 'big');
    writeFileSync(big, Buffer.alloc(10_000_000, 'b'));
    const result = await store.addFlatFile('big', big);
    expect(codeOf(result)).toBe('E_DISK_FULL');
    expect(result.ok ? '' : result.failure.hint).toContain('zilch gc');
    expect(store.allPaths()).toEqual([kept]);
    expect(readdirSync(store.layout.storeDir)).toHaveLength(2);
    expect(unwrap(await store.verify({ contents: true })).defects).toEqual([]);
    store.close();

    const filler = join(small, 'filler');
    try {
      writeFileSync(filler, Buffer.alloc(16_000_000));
    } catch {
      // As much as fits.
    }
    const full = openStore(join(small, 'store'));
    // Opened and collected in the room that was kept for this; which is kept again when there is enough.
    expect(codeOf(await full.addText('text', 'x'.repeat(9_000_000)))).toBe('E_DISK_FULL');
    expect(unwrap(await full.gc()).dead.map(({ path }) => path)).toEqual([kept]);
    expect(codeOf(await full.addText('text', 'x'.repeat(100_000)))).toBe('ok');
  });

  test('a temporary root is written whole or not at all', async ({ skip }) => {
    skip(NOT_ROOT !== undefined, NOT_ROOT);
    const small = tempDirectory();
    mount('-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', small);
    const store = openStore(join(small, 'store'));
    unwrap(await store.addTempRoot(makeTextPath('first', '', [])));
    try {
      writeFileSync(join(small, 'filler'), Buffer.alloc(16_000_000));
    } catch {
      // As much as fits.
    }
    // The page that the file has is used up some time.
    let code = 'ok';
    for (let n = 0; code === 'ok' && n < 1000; n++) code = codeOf(await store.addTempRoot(makeTextPath('more', String(n), [])));
    expect(code).toBe('E_DISK_FULL');
    const [file = ''] = readdirSync(store.layout.tempRootsDir);
    expect(readFileSync(join(store.layout.tempRootsDir, file), 'utf8')).toMatch(/-more\0$/);
  });

  test('making a store fails with a hint, and can be done again when there is room', ({ skip }) => {
    skip(NOT_ROOT !== undefined, NOT_ROOT);
    const small = tempDirectory();
    mount('-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', small);
    const result = Store.open(join(small, 'store'), { create: true });
    expect(codeOf(result)).toBe('E_DISK_FULL');
    execFileSync('mount', ['-o', 'remount,size=20m', small]);
    openStore(join(small, 'store'));
  });
});

describe('a store that cannot be written', () => {
  test('can be read, also while its database has a write-ahead log', async () => {
    const root = tempDirectory();
    const writing = openStore(root);
    const path = await addText(writing, 'text');
    const reading = openStore(root, { readOnly: true });
    expect(reading.isValid(path)).toBe(true);
    const later = await addText(writing, 'later');
    expect(reading.isValid(later)).toBe(true);
    expect(codeOf(reading.registerPaths([]))).toBe('E_READ_ONLY');
    expect(codeOf(await reading.addText('more', ''))).toBe('E_READ_ONLY');
    expect(unwrap(await reading.verify({ contents: true })).checkedCount).toBe(2);
  });

  test('because its file system is read-only, can be read and says so when written', async ({ skip }) => {
    skip(NOT_ROOT !== undefined, NOT_ROOT);
    const root = tempDirectory();
    const writing = unwrap(Store.open(root, { create: true }));
    const path = await addText(writing, 'text');
    writing.close();
    const mounted = tempDirectory();
    mount('--bind', root, mounted);
    execFileSync('mount', ['-o', 'remount,ro,bind', mounted]);
    const result = Store.open(mounted);
    expect(codeOf(result)).toBe('E_READ_ONLY');
    expect(messageOf(result)).toContain(mounted);
    const reading = openStore(mounted, { readOnly: true });
    expect(reading.isValid(path)).toBe(true);
    expect(reading.pathInfo(path)?.narSize).toBe(120);
  });

  test('by this user, can be read and says so when written', () => {
    const root = tempDirectory('/tmp');
    openStore(root).close();
    chmodSync(join(root, 'nix/var/nix/db'), 0o555);
    asAnybody(root, () => {
      expect(codeOf(Store.open(root))).toBe('E_READ_ONLY');
      unwrap(Store.open(root, { readOnly: true })).close();
    });
    chmodSync(join(root, 'nix/var/nix/db'), 0o755);
  });
});
