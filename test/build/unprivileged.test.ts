/** Builds by a user who is not root. */
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { unwrap } from '../../src/result.js';
import { Store } from '../../src/store/index.js';
import { readableProgram } from '../support/readable-program.js';
import { atEnd } from '../support/store.js';
import { freshRig } from './fresh-rig.js';
import { longGraph } from './long-graph.js';
import { whyNoBuilds } from './rig.js';

const NOBODY = 65534;

/** Run by root, all tests here run again as nobody; for other users all tests are unprivileged anyway. */
async function whyNot(): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return 'this is not root already';
  const tried = spawnSync('setpriv', ['--reuid', String(NOBODY), '--clear-groups', 'bwrap', '--unshare-user', '--ro-bind', '/', '/', 'true'], {
    encoding: 'utf8',
  });
  return tried.status === 0 ? await whyNoBuilds() : `nobody may not make user namespaces: ${tried.stderr}`;
}

const reason = await whyNot();
if (reason !== undefined) console.warn(`builds as nobody are not tried: ${reason}`);

describe.skipIf(reason !== undefined)('without privileges', () => {
  test('builds succeed, and give the same paths as root gets', { timeout: 60_000 }, async () => {
    const rig = await freshRig();
    await rig.outputs([longGraph(rig)]);
    const root = mkdtempSync('/tmp/zilch-nobody-');
    chownSync(root, NOBODY, NOBODY);
    chmodSync(root, 0o755);
    atEnd(() => {
      rmSync(root, { recursive: true });
    });
    const { node, script } = await readableProgram('test/build/builder-child.ts');
    const child = spawnSync('setpriv', ['--reuid', String(NOBODY), '--regid', String(NOBODY), '--clear-groups', node, script, root], {
      encoding: 'utf8',
      cwd: '/',
      env: { PATH: process.env['PATH'] ?? '', HOME: root, TMPDIR: root },
    });
    expect([child.status, child.stderr]).toEqual([0, '']);
    const store = unwrap(Store.open(root));
    expect(store.allPaths()).toEqual(rig.store.allPaths());
    expect(statSync(store.hostPath(store.allPaths()[0]!)).uid).toBe(NOBODY);
    expect(unwrap(await store.verify({ contents: true })).defects).toEqual([]);
    store.close();
  });
});
