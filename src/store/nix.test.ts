/** Real Nix and this program on one store. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Nix, whyNoNix } from '../../test/support/nix.js';
import { addText, openStore, StoreChild, tempDirectory } from '../../test/support/store.js';
import { parseStorePath, sha256, storePathName, type StorePath } from '../formats/index.js';
import { ok, unwrap } from '../result.js';
import { Store } from './index.js';

const WHY_NOT = whyNoNix();

let nix: Nix;
beforeEach(({ skip }) => {
  skip(WHY_NOT !== undefined, WHY_NOT);
  nix = new Nix();
});
afterEach(() => {
  if (WHY_NOT === undefined) nix.close();
});

function sampleTree(): string {
  const tree = join(tempDirectory(), 'tree');
  mkdirSync(join(tree, 'sub'), { recursive: true });
  writeFileSync(join(tree, 'sub/program'), '#!', { mode: 0o755 });
  // Not UTF-8, because file names need not be.
  writeFileSync(Buffer.concat([Buffer.from(`${tree}/`), Buffer.from([0x66, 0xff])]), 'x');
  symlinkSync('sub/program', join(tree, 'link'));
  return tree;
}

/** The tables of a database as SQLite sees them, independent of the text that made them. */
function schemaOf(root: string): unknown {
  const database = new DatabaseSync(join(root, 'nix/var/nix/db/db.sqlite'), { readOnly: true });
  const pragma = (what: string): unknown[] => database.prepare(`pragma ${what}`).all();
  const objects = database.prepare("select type, name, tbl_name from sqlite_master where name not like 'sqlite_%' order by type, name").all() as {
    type: string;
    name: string;
  }[];
  const details = objects
    .filter(({ type }) => type === 'table')
    .map(({ name }) => [name, pragma(`table_info(${name})`), pragma(`foreign_key_list(${name})`), pragma(`index_list(${name})`).length]);
  const indexes = objects.filter(({ type }) => type === 'index').map(({ name }) => [name, pragma(`index_info(${name})`)]);
  database.close();
  return { objects, details, indexes };
}

function valid(text: string): StorePath {
  return unwrap(parseStorePath(text));
}

describe('a store of ours', () => {
  test('has the tables, indexes and triggers that Nix makes', () => {
    nix.run('nix-store', '--init');
    const { root } = openStore();
    expect(schemaOf(root)).toEqual(schemaOf(nix.root));
    for (const file of ['schema', 'ca-schema'])
      expect(readFileSync(join(root, 'nix/var/nix/db', file))).toEqual(readFileSync(join(nix.root, 'nix/var/nix/db', file)));
  });

  test('is listed and verified by Nix', async () => {
    const store = openStore(nix.root);
    const text = await addText(store, 'text');
    const user = await addText(store, 'user', [text]);
    const tree = unwrap(await store.addTree('tree', sampleTree()));
    const listed = nix.json('nix', 'path-info', '--all', '--json') as { path: string; narSize: number; references: string[]; ca: string }[];
    expect(listed.map(({ path }) => path).sort()).toEqual([text, user, tree].sort());
    expect(listed.find(({ path }) => path === user)).toMatchObject({ references: [text], narSize: store.pathInfo(user)!.narSize });
    nix.run('nix-store', '--verify', '--check-contents');
  });

  test('takes the same things to the same paths', async () => {
    const store = openStore();
    const tree = sampleTree();
    const file = join(tree, 'sub/program');
    expect(unwrap(await store.addTree('tree', tree))).toBe(nix.text('nix-store', '--add', tree));
    expect(unwrap(await store.addFlatFile('program', file))).toBe(nix.text('nix-store', '--add-fixed', 'sha256', file));
    expect(`"${unwrap(await store.addText('text', 'contents'))}"`).toBe(
      nix.text('nix-instantiate', '--eval', '-E', 'builtins.toFile "text" "contents"'),
    );
  });

  test('knows the outputs of derivations as Nix does', async () => {
    const expression =
      'derivation { name = "x"; system = "x86_64-linux"; builder = "/b"; outputHash = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="; }';
    const drvPath = valid(nix.text('nix-instantiate', '-E', expression));
    const store = openStore();
    expect(unwrap(await store.addText(storePathName(drvPath), readFileSync(nix.hostPath(drvPath), 'utf8')))).toBe(drvPath);
    const outputsOf = (root: string): unknown => {
      const database = new DatabaseSync(join(root, 'nix/var/nix/db/db.sqlite'), { readOnly: true });
      const rows = database
        .prepare(
          'select ValidPaths.path as drv, DerivationOutputs.id, DerivationOutputs.path from DerivationOutputs join ValidPaths on drv = ValidPaths.id',
        )
        .all();
      database.close();
      return rows;
    };
    expect(outputsOf(store.root)).toEqual(outputsOf(nix.root));
    expect(outputsOf(store.root)).toHaveLength(1);
  });
});

describe('a store of Nix', () => {
  test('is opened, read and added to', async () => {
    const path = valid(nix.text('nix-store', '--add', sampleTree()));
    const store = openStore(nix.root, {});
    expect(store.pathInfo(path)).toMatchObject({ references: [], contentAddress: { method: 'recursive' } });
    expect(unwrap(await store.verify({ contents: true })).defects).toEqual([]);
    const user = unwrap(await store.addText('user', `uses ${path}`, [path]));
    expect(nix.text('nix-store', '--query', '--references', user)).toBe(path);
  });

  test('that was optimised, loses its links to what is collected', async () => {
    const directory = tempDirectory();
    const [one, two] = [join(directory, 'one'), join(directory, 'two')];
    for (const file of [one, two]) writeFileSync(file, 'the same'.repeat(1000));
    for (const file of [one, two]) nix.run('nix-store', '--add', file);
    nix.run('nix-store', '--optimise');
    const links = join(nix.root, 'nix/store/.links');
    expect(readdirSync(links)).toHaveLength(1);
    const { freedBytes } = unwrap(await openStore(nix.root, {}).gc());
    expect(readdirSync(links)).toEqual([]);
    expect(freedBytes).toBeGreaterThanOrEqual(8000);
    expect(freedBytes).toBeLessThan(16_000);
  });

  test('made without content-addressed derivations, gets the tables for them', () => {
    nix.run('nix-store', '--init', '--option', 'experimental-features', '');
    expect(existsSync(join(nix.root, 'nix/var/nix/db/ca-schema'))).toBe(false);
    expect(openStore(nix.root, { readOnly: true }).realisation({ drvHash: sha256(''), outputName: 'out' })).toBeUndefined();
    openStore(nix.root);
    expect(existsSync(join(nix.root, 'nix/var/nix/db/ca-schema'))).toBe(true);
    nix.run('nix-store', '--verify');
  });

  test('holds the realisations that Nix registered, as Nix registered them', () => {
    const expression = `derivation { name = "x"; system = "x86_64-linux"; builder = "/bin/sh"; args = [ "-c" "echo hi > $out" ];
      __contentAddressed = true; outputHashMode = "recursive"; outputHashAlgo = "sha256"; }`;
    const out = valid(nix.text('nix-build', '--no-out-link', '-E', expression));
    const { id } = (nix.json('nix', 'realisation', 'info', '--json', '--impure', '--expr', expression) as { id: string }[])[0]!;
    const [, drvHash = '', outputName = ''] = /^sha256:(.*)!(.*)$/.exec(id) ?? [];
    const realisation = openStore(nix.root, {}).realisation({ drvHash: drvHash as never, outputName });
    expect(realisation).toMatchObject({ outPath: out, signatures: [] });
    const ours = openStore();
    unwrap(ours.registerPaths([{ ...openStore(nix.root).pathInfo(out)!, deriver: undefined }], [realisation!]));
    expect(ours.realisation(realisation!.id)).toEqual(realisation);
  });
});

describe('Nix and this program at once', () => {
  test('wait for each other’s locks', async () => {
    const file = join(tempDirectory(), 'file');
    writeFileSync(file, 'contents');
    const store = openStore(nix.root);
    const path = valid(nix.text('nix-store', '--add', file));
    nix.run('nix-store', '--delete', path);
    let finished = false;
    const adding = await store.withLock(path, async () => {
      const child = spawn('nix-store', ['--store', nix.root, '--add', file], { stdio: 'ignore' });
      const exit = once(child, 'exit').then(() => (finished = true));
      await sleep(700);
      expect(finished).toBe(false);
      expect(store.isValid(path)).toBe(false);
      return ok(exit);
    });
    await unwrap(adding);
    expect(store.isValid(path)).toBe(true);
  });

  test('agree on what is garbage', async () => {
    const adding = unwrap(Store.open(nix.root, { create: true }));
    const a = await addText(adding, 'a');
    const b = await addText(adding, 'b', [a]);
    await addText(adding, 'c', [b]);
    await addText(adding, 'd');
    unwrap(adding.addRoot('b', b));
    adding.close();
    const store = openStore(nix.root);
    const dead = unwrap(await store.gc({ dryRun: true })).dead.map(({ path }) => path);
    expect(nix.text('nix-store', '--gc', '--print-dead').split('\n').sort()).toEqual(dead);
    expect(dead).toHaveLength(2);
  });

  test('spare each other’s work while they collect garbage', async () => {
    openStore(nix.root);
    // Zilch adds while Nix collects.
    const adder = new StoreChild('addGuarded', nix.root, '60');
    const ended = new AbortController();
    const exit = adder.exit().then(() => {
      ended.abort();
    });
    while (!ended.signal.aborted) await once(spawn('nix-store', ['--store', nix.root, '--gc'], { stdio: 'ignore' }), 'exit');
    await exit;
    expect(adder.lines).toEqual(['lost 0 of 60']);

    // Nix adds while Zilch collects; Nix's own root keeps what it adds.
    const collector = new StoreChild('collect', nix.root);
    await collector.printed(1);
    for (let n = 0; n < 10; n++) {
      const file = join(tempDirectory(), `file-${n}`);
      writeFileSync(file, String(n));
      const child = spawn('nix-store', ['--store', nix.root, '--add', file], { stdio: 'ignore' });
      expect(await once(child, 'exit')).toEqual([0, null]);
    }
    expect(await collector.kill()).toBe(null);
    nix.run('nix-store', '--verify', '--check-contents');
    expect(readdirSync(join(nix.root, 'nix/store')).filter((name) => name.endsWith('.lock'))).toEqual([]);
  });
});
