/** Another user of the machine can only read a store. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { addText, atEnd, openStore, StoreChild, tempDirectory } from '../../test/support/store.js';
import { unwrap } from '../result.js';
import type { Store } from './index.js';

const NOBODY = '65534';

const WHY_NOT = process.getuid?.() === 0 ? undefined : 'being another user needs root';

/** Runs a command as a user who is neither root nor the owner; returns its output. */
function asAnother(program: string, ...args: readonly string[]): string {
  const as = ['--reuid', NOBODY, '--regid', NOBODY, '--clear-groups', program, ...args];
  const { stdout, stderr } = spawnSync('setpriv', as, { encoding: 'utf8', cwd: '/' });
  return stdout + stderr;
}

let store: Store;
beforeEach(async ({ skip }) => {
  skip(WHY_NOT !== undefined, WHY_NOT);
  const umask = process.umask(0o022);
  atEnd(() => process.umask(umask));
  // Make the folders above it accessible.
  const place = tempDirectory('/tmp');
  chmodSync(place, 0o755);
  store = openStore(join(place, 'store'));
  const path = await addText(store, 'text');
  const tree = join(tempDirectory(), 'tree');
  mkdirSync(join(tree, 'folder'), { recursive: true });
  writeFileSync(join(tree, 'folder/file'), 'contents', { mode: 0o666 });
  unwrap(store.addRoot('root', unwrap(await store.addTree('tree', tree))));
  unwrap(await store.addTempRoot(path));
  unwrap(store.tempDir());
  unwrap(await store.gc());
});

describe('another user', () => {
  test('can write nothing in a store, nor put anything into it', () => {
    expect(asAnother('find', store.root, '!', '-type', 'l', '-writable')).not.toMatch(/^\//m);
    expect(asAnother('find', store.layout.storeDir, '-readable').split('\n').length).toBeGreaterThan(4);
  });

  test('can hold none of its locks, which would stop all others', async () => {
    const holder = new StoreChild('hold', store.root, 'a-lock');
    await holder.printed(1);
    const locks = ['-name', '*lock*', '-o', '-path', '*/temproots/*'];
    expect(
      asAnother('find', store.root, '-type', 'f', '(', ...locks, ')')
        .trim()
        .split('\n').length,
    ).toBeGreaterThan(3);
    expect(asAnother('find', store.root, '-type', 'f', '(', ...locks, ')', '(', '-readable', '-o', '-writable', ')')).not.toMatch(/^\//m);
    await holder.kill();
  });

  test('sees nothing of work in progress, nor of what is kept to be looked at', () => {
    const work = unwrap(store.tempDir());
    writeFileSync(join(work, 'file'), 'secret');
    expect(asAnother('cat', join(work, 'file'))).toContain('Permission denied');
    expect(asAnother('ls', work)).toContain('Permission denied');
  });
});
