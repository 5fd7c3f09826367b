import { describe, expect, test } from 'vitest';
import { source } from '../recipe/index.js';
import { ageOf, readIndex } from './debian-index.js';
import { compareVersions, upstreamVersion } from './debian-version.js';

const tarball = (name: string, debian?: string) =>
  source({ name, version: '0', size: 1, sha256: '0'.repeat(64), ...(debian === undefined ? { urls: ['https://x.example/x.tar.gz'] } : { debian }) });

const INDEX = `Package: musl
Binary: musl, musl-dev
Version: 1.2.5-3
Directory: pool/main/m/musl
Files:
 0123 100 musl_1.2.5-3.dsc
Package-List:
 Package: none

Package: musl
Version: 1.2.7-1
Extra-Source-Only: yes

Package: gcc-10
Version: 10.2.1-6

Package: gcc-14
Version: 14.2.0-19

Package: gcc-14-cross
Version: 99

Package: python3.14
Version: 3.14.0-1

Package: zlib
Version: 1:1.3.dfsg+really1.3.1-1

Package: libgit2
Version: 1.9.0+ds-2

Package: libgit3
Version: 8-1
`;

/** In pieces, as a network gives them. */
async function* inPieces(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

describe('the age of a source', async () => {
  const index = await readIndex(inPieces(INDEX, 7));
  test.each([
    ['of a package that has a newer version', 'pool/main/m/musl/musl_1.2.6.orig.tar.gz', { version: '1.2.6', state: 'outdated', newest: '1.2.7' }],
    ['of the newest', 'pool/main/m/musl/musl_1.2.7.orig.tar.gz', { state: 'newest', newest: '1.2.7' }],
    ['of one that is newer than the suite has', 'pool/main/m/musl/musl_1.3.orig.tar.gz', { state: 'newest', newest: '1.2.7' }],
    [
      'of a series that another follows',
      'pool/main/g/gcc-10/gcc-10_10.2.1.orig.tar.xz',
      { state: 'outdated', newest: '14.2.0', debianPackage: 'gcc-14' },
    ],
    ['of a series that has gone', 'pool/main/p/python3.13/python3.13_3.13.5.orig.tar.xz', { state: 'outdated', debianPackage: 'python3.14' }],
    ['of what Debian packs in its own way', 'pool/main/z/zlib/zlib_1.3.dfsg+really1.3.1.orig.tar.gz', { version: '1.3.1', state: 'newest' }],
    ['of a name that ends in a number of its own', 'pool/main/libg/libgit2/libgit2_1.9.0+ds.orig.tar.xz', { state: 'newest', newest: '1.9.0' }],
    ['of what the suite does not have', 'pool/main/b/bash/bash_5.2.orig.tar.xz', { state: 'unknown' }],
    ['of what is not from Debian', undefined, { state: 'unknown' }],
  ])('%s is told', (_name, path, expected) => {
    expect(ageOf(tarball('x', path), index)).toMatchObject(expected);
  });
});

describe('versions', () => {
  test.each([
    ['1:2.3+dfsg1-4', '2.3'],
    ['2.36-9+deb12u1', '2.36'],
    ['0.9.27+git20200814.62c30a4a-1', '0.9.27+git20200814.62c30a4a'],
    ['20250419', '20250419'],
    ['1.3.dfsg+really1.3.1-1', '1.3.1'],
    ['3.13~.really.3.12.0.really.3.12.1-1', '3.12.1'],
  ])('%s is upstream’s %s', (version, upstream) => expect(upstreamVersion(version)).toBe(upstream));

  // Each is older than the next, as `dpkg --compare-versions` says.
  test('are in the order of deb-version(7)', () => {
    const inOrder = [
      '1.0~~',
      '1.0~~a',
      '1.0~',
      '1.0',
      '1.0a',
      '1.0+',
      '1.0.1',
      '1.2',
      '1.09',
      '1.10',
      '2',
      '20250419',
      '99999999999999999998',
      '99999999999999999999',
    ];
    for (const [index, version] of inOrder.entries())
      for (const [other, compared] of inOrder.entries())
        expect([version, compared, Math.sign(compareVersions(version, compared))]).toEqual([version, compared, Math.sign(index - other)]);
  });
});
