import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { addText, codeOf, messageOf, openStore, StoreChild, tempDirectory } from '../../test/support/store.js';
import { makeContentPath, makeTextPath, sha256, sha256Hash, type PathInfo, type Realisation, type Sha256, type StorePath } from '../formats/index.js';
import { unwrap } from '../result.js';
import { addTreeOnce, hashTree, Store } from './index.js';

const DIGEST = '1'.repeat(64) as Sha256;

function pathOf(name: string): StorePath {
  return makeTextPath(name, name, []);
}

function infoOf(name: string, references: readonly StorePath[] = []): PathInfo {
  return { path: pathOf(name), narHash: DIGEST, narSize: 100, references, signatures: [], ultimate: false };
}

function realisation(name: string, outPath: StorePath, dependent: Realisation['dependentRealisations'] = new Map()): Realisation {
  return { id: { drvHash: sha256(name), outputName: 'out' }, outPath, signatures: [], dependentRealisations: dependent };
}

describe('a store', () => {
  test('is made only when asked to', () => {
    const root = tempDirectory();
    expect(codeOf(Store.open(root))).toBe('E_NO_STORE');
    expect(codeOf(Store.open(root, { readOnly: true }))).toBe('E_NO_STORE');
    expect(readdirSync(root)).toEqual([]);
    openStore(root);
    expect(codeOf(Store.open(root, { readOnly: true }))).toBe('ok');
  });

  test.each([
    ['are empty', ''],
    ['are zeros', '\0\0'],
  ])('whose version files %s, as after a power cut, is completed when it is opened for writing', async (_, nothing) => {
    const root = tempDirectory();
    const store = openStore(root);
    const path = await addText(store, 'text');
    store.close();
    for (const name of ['schema', 'ca-schema']) {
      writeFileSync(join(root, 'nix/var/nix/db', name), nothing);
      const reading = Store.open(root, { readOnly: true });
      expect(codeOf(reading)).toBe(name === 'schema' ? 'E_NO_STORE' : 'ok');
      if (reading.ok) reading.value.close();
      else expect(reading.failure.hint).toContain('zilch gc');
      const completed = unwrap(Store.open(root));
      expect(completed.isValid(path)).toBe(true);
      completed.close();
      expect(readFileSync(join(root, 'nix/var/nix/db', name), 'utf8')).toBe(name === 'schema' ? '10' : '3');
    }
  });

  test('is not opened when its version is no number', () => {
    const root = tempDirectory();
    openStore(root).close();
    writeFileSync(join(root, 'nix/var/nix/db/schema'), 'ten');
    expect(messageOf(Store.open(root))).toContain('is not a number');
  });

  test('is not opened when it has a schema of another age', () => {
    const root = tempDirectory();
    openStore(root).close();
    writeFileSync(join(root, 'nix/var/nix/db/schema'), '11');
    expect(messageOf(Store.open(root))).toContain('has schema 11, not 10');
    writeFileSync(join(root, 'nix/var/nix/db/schema'), '7');
    expect(codeOf(Store.open(root))).toBe('E_STORE_SCHEMA');
  });

  test('says when its database is damaged', () => {
    const root = tempDirectory();
    openStore(root).close();
    writeFileSync(join(root, 'nix/var/nix/db/db.sqlite'), 'no database at all, but long enough to be looked at'.repeat(100));
    expect(codeOf(Store.open(root))).toBe('E_DATABASE');
  });
});

describe('adding', () => {
  test('puts a text where its contents and references say', async () => {
    const store = openStore();
    const first = unwrap(await store.addText('first', 'hello'));
    const second = unwrap(await store.addText('second', `see ${first}`, [first]));
    expect(second).toBe(makeTextPath('second', `see ${first}`, [first]));
    expect(readFileSync(store.hostPath(second), 'utf8')).toBe(`see ${first}`);
    expect(store.pathInfo(second)).toMatchObject({ references: [first], narSize: 168, contentAddress: { method: 'text' }, ultimate: false });
    expect(store.referrers(first)).toEqual([second]);
    expect(store.closure([second])).toEqual([first, second].sort());
  });

  test('refuses a text that refers to what is not there, and leaves nothing', async () => {
    const store = openStore();
    const result = await store.addText('dangling', 'text', [pathOf('nowhere')]);
    expect(codeOf(result)).toBe('E_REFERENCE');
    expect(messageOf(result)).toContain(pathOf('nowhere'));
    expect(store.allPaths()).toEqual([]);
  });

  test('refuses names that no store path can have', async () => {
    const store = openStore();
    for (const name of ['', '.hidden', 'a/b', 'a b', 'x'.repeat(212)]) expect(codeOf(await store.addText(name, ''))).toBe('E_STORE_NAME');
  });

  test('takes a file as it is, by the hash of its bytes', async () => {
    const store = openStore();
    const file = join(tempDirectory(), 'some.tar');
    writeFileSync(file, 'bytes', { mode: 0o755 });
    const path = unwrap(await store.addFlatFile('some.tar', file));
    expect(path).toBe(makeContentPath('some.tar', 'flat', sha256Hash(sha256('bytes'))));
    expect(statSync(store.hostPath(path)).mode & 0o7777).toBe(0o444);
    expect(existsSync(file)).toBe(true);
  });

  test('refuses a file whose hash is not the expected one, and leaves nothing', async () => {
    const store = openStore();
    const file = join(tempDirectory(), 'some.tar');
    writeFileSync(file, 'truncat');
    const result = await store.addFlatFile('some.tar', file, { sha256: sha256('truncated') });
    expect(codeOf(result)).toBe('E_HASH');
    expect(messageOf(result)).toContain(file);
    expect(store.allPaths()).toEqual([]);
    expect(readdirSync(store.layout.storeDir)).toEqual(['.links']);
  });

  test('moves a file when told to', async () => {
    const store = openStore();
    const file = join(unwrap(store.tempDir()), 'x');
    writeFileSync(file, 'bytes');
    unwrap(await store.addFlatFile('x', file, { move: true }));
    expect(existsSync(file)).toBe(false);
  });

  test('copies a tree, whole or only the entries asked for', async () => {
    const store = openStore();
    const tree = tempDirectory();
    mkdirSync(join(tree, 'sub'));
    writeFileSync(join(tree, 'sub/program'), '#!', { mode: 0o755 });
    writeFileSync(join(tree, 'other'), 'other');
    symlinkSync('sub/program', join(tree, 'link'));
    const whole = unwrap(await store.addTree('tree', tree));
    expect(whole).toBe(makeContentPath('tree', 'recursive', sha256Hash(unwrap(await hashTree(tree)).narHash)));
    expect(readdirSync(store.hostPath(whole)).sort()).toEqual(['link', 'other', 'sub']);
    const part = unwrap(await store.addTree('tree', tree, { only: ['sub', 'link'] }));
    expect(readdirSync(store.hostPath(part)).sort()).toEqual(['link', 'sub']);
    expect(codeOf(await store.addTree('tree', tree, { only: ['nothing'] }))).toBe('E_NOT_FOUND');
    // Hashed in place, it gets the same path.
    expect(await addTreeOnce(store, 'tree', tree, { only: ['sub', 'link'] })).toEqual({ ok: true, value: part });
    expect(codeOf(await addTreeOnce(store, 'tree', tree, { only: ['nothing'] }))).toBe('E_NOT_FOUND');
  });

  test('replaces what a killed process left at the same path', async () => {
    const store = openStore();
    const path = makeTextPath('text', 'right', []);
    mkdirSync(store.hostPath(path));
    writeFileSync(join(store.hostPath(path), 'half'), 'half');
    chmodSync(store.hostPath(path), 0o555);
    unwrap(await store.addText('text', 'right'));
    expect(readFileSync(store.hostPath(path), 'utf8')).toBe('right');
  });

  test('discards a tree whose path is valid already', async () => {
    const store = openStore();
    const path = await addText(store, 'text');
    const again = join(unwrap(store.tempDir()), 'again');
    writeFileSync(again, 'text\n\n');
    unwrap(await store.addPaths([{ hostPath: again, info: { ...store.pathInfo(path)!, signatures: ['key:c2ln'] } }]));
    expect(existsSync(again)).toBe(false);
    expect(store.pathInfo(path)?.signatures).toEqual(['key:c2ln']);
  });
});

describe('metadata of a store path', () => {
  test('is time 1 and modes 0444 and 0555, whatever they were', async () => {
    const store = openStore();
    const tree = join(unwrap(store.tempDir()), 'tree');
    mkdirSync(tree);
    // Only the owner's bit makes a program.
    writeFileSync(join(tree, 'file'), '', { mode: 0o611 });
    writeFileSync(join(tree, 'secret'), '');
    chmodSync(join(tree, 'secret'), 0);
    writeFileSync(join(tree, 'program'), '');
    chmodSync(join(tree, 'program'), 0o6700);
    mkdirSync(join(tree, 'closed'));
    writeFileSync(join(tree, 'closed/inside'), '');
    symlinkSync('nowhere', join(tree, 'link'));
    chmodSync(join(tree, 'closed'), process.getuid?.() === 0 ? 0 : 0o500);
    unwrap(await store.canonicalise(tree));
    const modes = ['', 'file', 'secret', 'program', 'closed', 'closed/inside'].map((name) => (statSync(join(tree, name)).mode & 0o7777).toString(8));
    expect(modes).toEqual(['555', '444', '444', '555', '555', '444']);
    for (const name of ['', 'file', 'closed/inside', 'link']) expect(lstatSync(join(tree, name)).mtimeMs).toBe(1000);
  });

  test('cannot be given to sockets, pipes and devices, which are named', async () => {
    const store = openStore();
    const tree = unwrap(store.tempDir());
    execFileSync('mkfifo', [join(tree, 'pipe')]);
    const pipe = await store.canonicalise(tree);
    expect(codeOf(pipe)).toBe('E_FILE_TYPE');
    expect(messageOf(pipe)).toBe(`${join(tree, 'pipe')} is a named pipe`);
    const other = unwrap(store.tempDir());
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(join(other, 's'), resolve));
    expect(messageOf(await store.canonicalise(other))).toBe(`${join(other, 's')} is a socket`);
    server.close();
  });
});

describe('registering', () => {
  test('takes paths that refer to each other in any order, and to themselves', () => {
    const store = openStore();
    const a = infoOf('a', [pathOf('b'), pathOf('a')].sort());
    const b = infoOf('b');
    unwrap(store.registerPaths([a, b]));
    expect(store.pathInfo(a.path)).toMatchObject(a);
    expect(store.closure([a.path])).toEqual([a.path, b.path].sort());
  });

  test('is all or nothing', () => {
    const store = openStore();
    const result = store.registerPaths([infoOf('a'), infoOf('b', [pathOf('missing')])], [realisation('r', pathOf('a'))]);
    expect(messageOf(result)).toBe(`${pathOf('b')} refers to ${pathOf('missing')}, which is not valid and not registered with it`);
    expect(store.allPaths()).toEqual([]);
    expect(store.realisation({ drvHash: sha256('r'), outputName: 'out' })).toBeUndefined();
  });

  test('adds signatures to a valid path, and refuses another hash for it', () => {
    const store = openStore();
    unwrap(store.registerPaths([{ ...infoOf('a'), signatures: ['one:MQ=='] }]));
    unwrap(store.registerPaths([{ ...infoOf('a'), signatures: ['two:Mg=='], ultimate: true }]));
    expect(store.pathInfo(pathOf('a'))).toMatchObject({ signatures: ['one:MQ==', 'two:Mg=='], ultimate: true });
    expect(codeOf(store.registerPaths([{ ...infoOf('a'), narHash: '2'.repeat(64) as Sha256 }]))).toBe('E_PATH_CONFLICT');
  });

  test('keeps realisations and what they depend on', () => {
    const store = openStore();
    const below = realisation('below', pathOf('a'));
    const above = realisation('above', pathOf('b'), new Map([[`sha256:${below.id.drvHash}!out`, pathOf('a')]]));
    unwrap(store.registerPaths([infoOf('a'), infoOf('b')], [below, above]));
    unwrap(store.registerRealisations([above]));
    expect(store.realisation(below.id)).toEqual(below);
    expect(store.realisation(above.id)).toEqual(above);
  });

  test('refuses a second path for an output, and a realisation of nothing', () => {
    const store = openStore();
    unwrap(store.registerPaths([infoOf('a'), infoOf('b')], [realisation('r', pathOf('a'))]));
    expect(codeOf(store.registerRealisations([realisation('r', pathOf('b'))]))).toBe('E_REALISATION_CONFLICT');
    expect(codeOf(store.registerRealisations([realisation('s', pathOf('c'))]))).toBe('E_REFERENCE');
  });

  test('refuses a realisation that was made with another path than the one known here', () => {
    const store = openStore();
    const below = realisation('below', pathOf('a'));
    const above = realisation('above', pathOf('b'), new Map([[`sha256:${below.id.drvHash}!out`, pathOf('c')]]));
    unwrap(store.registerPaths([infoOf('a'), infoOf('b')], [below]));
    expect(codeOf(store.registerRealisations([above]))).toBe('E_REALISATION_CONFLICT');
    expect(store.realisation(above.id)).toBeUndefined();
  });
});

test('registering waits for another process that is writing', async () => {
  const store = openStore();
  const child = new StoreChild('write', store.root);
  await child.printed(1);
  unwrap(store.registerPaths([infoOf('a')]));
  await child.exit();
  expect(child.lines).toEqual(['writing', 'written']);
  expect(store.allPaths()).toHaveLength(2);
});

describe('a temporary directory', () => {
  test('goes when its store is closed', () => {
    const store = unwrap(Store.open(tempDirectory(), { create: true }));
    const directory = unwrap(store.tempDir());
    writeFileSync(join(directory, 'x'), '');
    store.close();
    expect(existsSync(directory)).toBe(false);
    expect(readdirSync(store.layout.zilchTempDir)).toEqual([]);
  });

  test('stays while its owner lives, and is swept by others once that was killed', async () => {
    const store = openStore();
    const child = new StoreChild('use', store.root);
    await child.printed(1);
    const [directory = ''] = child.lines;
    mkdirSync(join(directory, 'closed/deep'), { recursive: true });
    chmodSync(join(directory, 'closed'), 0o500);
    unwrap(await store.gc());
    expect(existsSync(directory)).toBe(true);
    await child.kill();
    unwrap(await store.gc());
    expect(existsSync(directory)).toBe(false);
    expect(readdirSync(store.layout.zilchTempDir)).toEqual([]);
  });
});
