import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tempDirectory } from '../../test/support/store.js';
import { source } from '../recipe/index.js';
import { unwrap } from '../result.js';
import { newerVersions } from './outdated.js';

const musl = source({ name: 'musl', version: '1.2.6', size: 1, sha256: '0'.repeat(64), debian: 'pool/main/m/musl/musl_1.2.6.orig.tar.gz' });

test('newer versions are those of the first mirror that has the index', async () => {
  const mirror = tempDirectory();
  mkdirSync(join(mirror, 'dists/sid/main/source'), { recursive: true });
  const index = execFileSync('xz', ['--stdout'], { input: 'Package: musl\nVersion: 1.2.7-1\n' });
  writeFileSync(join(mirror, 'dists/sid/main/source/Sources.xz'), index);
  const mirrors = ['file:///nowhere', `file://${mirror}`];
  const age = { name: 'musl', version: '1.2.6', state: 'outdated', newest: '1.2.7', debianPackage: 'musl' };
  expect(unwrap(await newerVersions([musl], { mirrors, suite: 'sid' }))).toEqual([age]);
  expect(await newerVersions([musl], { mirrors, suite: 'bookworm' })).toMatchObject({ ok: false });
  expect(await newerVersions([musl], { mirrors: [], suite: 'sid' })).toMatchObject({ ok: false, failure: { code: 'E_FETCH' } });
});
