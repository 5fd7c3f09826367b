import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { addText, atEnd, codeOf, messageOf, openStore, tempDirectory } from '../../test/support/store.js';
import { makeTextPath } from '../formats/index.js';
import { ThrownFailure, unwrap } from '../result.js';
import { ioFailure, Store } from './index.js';

const NOT_ROOT = process.getuid?.() === 0 ? undefined : 'mounting a small file system needs root';

/** Mounts for the length of a test. */
function mount(...args: readonly string[]): void {
  execFileSync('mount', args, { stdio: 'pipe' });
  atEnd(() => execFileSync('umount', [args.at(-1)!]));
}

/** Root may write everywhere, so give a tree to another user, and act as that user. */
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
    // Opened and collected in the reserved space, which is reserved again when there is enough.
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
    // At some point the file's page is full.
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

describe('a file system that has room, but not for one more file,', () => {
  test('is full, whatever it is that cannot be made', async ({ skip }) => {
    skip(NOT_ROOT !== undefined, NOT_ROOT);
    const place = tempDirectory();
    const tree = join(tempDirectory(), 'tree');
    mkdirSync(tree);
    for (const name of '0123456789') writeFileSync(join(tree, name), name);
    const codes = new Set<string>();
    for (let inodes = 3; inodes < 60; inodes++) {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `nr_inodes=${inodes}`, 'tmpfs', place]);
      try {
        const opened = Store.open(join(place, 'store'), { create: true });
        codes.add(codeOf(opened));
        if (!opened.ok) continue;
        codes.add(codeOf(await opened.value.addTree('tree', tree)));
        codes.add(codeOf(await opened.value.addText('text', 'text')));
        codes.add(codeOf(await opened.value.gc()));
        opened.value.close();
      } finally {
        execFileSync('umount', ['--lazy', place]);
      }
    }
    expect(codes).toEqual(new Set(['E_DISK_FULL', 'ok']));
  });
});

describe('a store whose path is long', () => {
  const rootOf = (length: number): string => {
    const base = tempDirectory();
    return `${base}/${'deep/'.repeat(Math.ceil(length / 5))}`.slice(0, length).replace(/\/$/, 'x');
  };

  test('works up to what SQLite takes, and says beyond that what it is', async () => {
    const outcomes = new Set<string>();
    for (let length = 400; length <= 520; length += 6) {
      const root = rootOf(length);
      const opened = Store.open(root, { create: true });
      outcomes.add(codeOf(opened));
      if (opened.ok) {
        expect(codeOf(await opened.value.addText('text', 'text'))).toBe('ok');
        expect(codeOf(await opened.value.gc())).toBe('ok');
        opened.value.close();
      } else expect(messageOf(opened)).toContain('too long');
    }
    expect(outcomes).toEqual(new Set(['ok', 'E_IO']));
  });

  test('says so, too, where that is longer than any path can be', () => {
    const opened = Store.open(rootOf(5000), { create: true });
    expect(codeOf(opened)).toBe('E_IO');
    expect(messageOf(opened)).toContain('name too long');
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

describe('an error that Node.js has no name for', () => {
  test.each([
    [122, 'E_DISK_FULL', 'disk quota exceeded'],
    [116, 'E_IO', 'stale file handle'],
    [117, 'E_IO', 'structure needs cleaning'],
    [74, 'E_IO', 'bad message'],
    [37, 'E_IO', 'no locks available'],
    [4095, 'E_IO', 'error 4095 of the system'],
  ])('is a failure by its number, as %d is %s', (number, code, text) => {
    const name = `Unknown system error -${number}`;
    const error = Object.assign(new Error(`${name}: ${name}, write`), { errno: -number, code: name, syscall: 'write' });
    const failure = ioFailure('write', '/some/file', error);
    expect(failure.code).toBe(code);
    expect(failure.message).toContain(`cannot write /some/file: ${text}`);
  });
});

describe('a damaged database', () => {
  const damage = (how: (bytes: Buffer) => Buffer): string => {
    const root = tempDirectory();
    const store = openStore(root);
    store.close();
    const file = store.layout.dbFile;
    writeFileSync(file, how(readFileSync(file)));
    return root;
  };

  test.each([
    ['that is empty', (): Buffer => Buffer.alloc(0)],
    ['whose end is missing', (bytes: Buffer): Buffer => bytes.subarray(0, 6000)],
    ['of random bytes', (bytes: Buffer): Buffer => Buffer.alloc(bytes.length, 'random')],
    [
      'that is random behind its first page',
      (bytes: Buffer): Buffer => Buffer.concat([bytes.subarray(0, 4096), Buffer.alloc(bytes.length - 4096, '~')]),
    ],
  ])('%s is a failure with a hint', (_, how) => {
    for (const readOnly of [false, true]) {
      const opened = Store.open(damage(how), { readOnly });
      let failure = opened.ok ? undefined : opened.failure;
      if (opened.ok) {
        try {
          opened.value.allPaths();
        } catch (error) {
          expect(error).toBeInstanceOf(ThrownFailure);
          ({ failure } = error as ThrownFailure);
        }
        opened.value.close();
      }
      expect(failure?.code).toBe('E_DATABASE');
      expect(failure?.hint).toContain('another store');
    }
  });
});

describe('a store in which others may write', () => {
  test.each(['nix/store', 'nix/var/nix/db', 'nix/var/zilch/locks', 'nix/var'])('is not opened for writing when it is %s', (folder) => {
    const root = tempDirectory();
    openStore(root).close();
    chmodSync(join(root, folder), 0o777);
    expect(codeOf(Store.open(root))).toBe('E_PERMISSION');
    expect(messageOf(Store.open(root))).toContain(join(root, folder));
    openStore(root, { readOnly: true });
  });

  test('gets no byte written through a symlink in the place of a lock', async () => {
    const store = openStore();
    const victim = join(tempDirectory(), 'victim');
    writeFileSync(victim, 'precious');
    symlinkSync(victim, join(store.layout.storeDir, 'planted.lock'));
    symlinkSync(victim, store.layout.gcLockFile);
    expect(codeOf(await store.gc())).toBe('E_IO');
    unlinkSync(store.layout.gcLockFile);
    await store.gc();
    expect(readFileSync(victim, 'utf8')).toBe('precious');
  });
});

test('a temporary directory that cannot be deleted is no reason not to close the store', ({ skip }) => {
  skip(NOT_ROOT !== undefined, NOT_ROOT);
  const store = openStore();
  const busy = unwrap(store.tempDir());
  mount('-t', 'tmpfs', 'tmpfs', busy);
  store.close();
});

describe('on overlayfs', () => {
  test('what a lower layer has is collected, too', async ({ skip }) => {
    skip(NOT_ROOT !== undefined, NOT_ROOT);
    const base = tempDirectory();
    mount('-t', 'tmpfs', 'tmpfs', base);
    const [lower = '', upper = '', work = '', merged = ''] = ['lower', 'upper', 'work', 'merged'].map((name) => join(base, name));
    for (const directory of [lower, upper, work, merged]) mkdirSync(directory);
    const tree = join(tempDirectory(), 'tree');
    mkdirSync(tree);
    writeFileSync(join(tree, 'file'), 'contents');
    const below = openStore(join(lower, 'store'));
    const path = unwrap(await below.addTree('tree', tree));
    below.close();
    mount('-t', 'overlay', '-o', `lowerdir=${lower},upperdir=${upper},workdir=${work},redirect_dir=off`, 'overlay', merged);
    const store = openStore(join(merged, 'store'));
    mkdirSync(join(store.layout.storeDir, 'left-over'));
    expect(unwrap(await store.gc()).dead.map((dead) => dead.path)).toEqual([path]);
    expect(store.allPaths()).toEqual([]);
    expect(readdirSync(store.layout.storeDir)).toEqual(['.links']);
    store.close();
  });
});
