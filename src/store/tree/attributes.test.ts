import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { addText, openStore, tempDirectory } from '../../../test/support/store.js';
import { unwrap } from '../../result.js';
import { listAttributes, setAttribute } from '../../system-calls.js';
import { canonicalise, findExtras } from './index.js';

/**
 * Whether files here can have attributes: tmpfs has only some of them, and in some containers root may not set
 * capabilities.
 */
function canHave(name: string, value: Buffer): boolean {
  try {
    const file = join(tempDirectory(), 'file');
    writeFileSync(file, '');
    setAttribute(file, name, value);
    return true;
  } catch {
    return false;
  }
}

/**
 * `cap_dac_override=ep`, in the format of <linux/capability.h>: version 2, effective, then permitted and inheritable,
 * low words first.
 */
const CAPABILITY = Buffer.from('0100000202000000000000000000000000000000', 'hex');
/**
 * An access list that gives user 1 all rights, in the format of acl(5): version, then tag, rights and id of each entry.
 */
const ACCESS_LIST = Buffer.concat([
  Buffer.from([2, 0, 0, 0]),
  ...[[1, 6, -1], [2, 7, 1], [4, 4, -1], [16, 7, -1], [32, 4, -1]].map(([tag = 0, rights = 0, id = 0]) => Buffer.from(new Int16Array([tag, rights, id, id >> 16]).buffer)), // prettier-ignore
]);

const ATTRIBUTES = [
  ['user.note', Buffer.from('text')],
  ['security.capability', CAPABILITY],
  ['system.posix_acl_access', ACCESS_LIST],
] as const;

describe.each(ATTRIBUTES.filter(([name, value]) => canHave(name, value)))('the attribute %s', (name, value) => {
  test('is found, and taken away when a tree is made canonical, from files of any mode and name', async () => {
    const tree = join(tempDirectory(), 'tree');
    mkdirSync(join(tree, 'deep'), { recursive: true });
    const latin = Buffer.concat([Buffer.from(`${tree}/deep/`), Buffer.from([0xe9])]);
    for (const file of ['closed', 'plain', 'deep/umlaut-ü']) writeFileSync(join(tree, file), '');
    writeFileSync(latin, '');
    const files = ['closed', 'plain', 'deep/umlaut-ü'].map((file) => join(tree, file));
    for (const file of files) setAttribute(file, name, value);
    // Through a name that is text.
    const moved = spawnSync('sh', ['-c', 'mv "$1"/deep/umlaut* "$1/deep/$(printf "\\351")"', 'sh', tree]);
    expect(moved.status).toBe(0);
    chmodSync(join(tree, 'closed'), 0);
    symlinkSync('plain', join(tree, 'link'));
    if (name !== 'security.capability') setAttribute(join(tree, 'deep'), name, value);
    expect(unwrap(await findExtras(join(tree, 'plain')))).toContain(name === 'system.posix_acl_access' ? 'mode' : name);
    unwrap(await canonicalise(tree));
    expect(unwrap(await findExtras(tree))).toBeUndefined();
    for (const file of [tree, join(tree, 'closed'), join(tree, 'plain'), join(tree, 'deep')]) expect(listAttributes(file)).toEqual([]);
    expect(spawnSync('sh', ['-c', 'getfattr -R -h -m - "$1"', 'sh', tree], { encoding: 'utf8' }).stdout).toBe('');
  });

  test('is a defect of a store path, which can be cleaned', async () => {
    const store = openStore();
    const path = await addText(store, 'a');
    setAttribute(store.hostPath(path), name, value);
    chmodSync(store.hostPath(path), 0o444);
    const { defects } = unwrap(await store.verify({ contents: true }));
    expect(defects).toMatchObject([{ path, failure: { code: 'E_PATH_METADATA', message: expect.stringContaining(name) as string } }]);
    unwrap(await store.clean(path));
    expect(unwrap(await store.verify({ contents: true })).defects).toEqual([]);
  });
});

test('a setuid bit on a store path is a defect, which can be cleaned', async () => {
  const store = openStore();
  const path = await addText(store, 'a');
  chmodSync(store.hostPath(path), 0o4444);
  expect(unwrap(await store.verify({ contents: true })).defects).toMatchObject([{ path, failure: { code: 'E_PATH_METADATA' } }]);
  unwrap(await store.clean(path));
  expect(unwrap(await store.verify({ contents: true })).defects).toEqual([]);
});
