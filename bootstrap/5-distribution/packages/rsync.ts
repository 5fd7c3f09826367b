import { sh, source } from 'zilch';
import { autotools, type Package, type PackageSpec } from '../../package/index.ts';

/** Copies folders, over a network as well, and sends of a file only what is different. */
export const rsync = (popt: Package, zlib: Package): PackageSpec => ({
  source: source({
    name: 'rsync',
    version: '3.5.0',
    size: 1135808,
    sha256: 'd5de0c8a95b00e0f50038ba04526bcbd5fe4f3ff97b4035bb97b084398bfbb60',
    debian: 'pool/main/r/rsync/rsync_3.5.0+ds1.orig.tar.xz',
    licence: 'GPL-3.0-or-later',
    homepage: 'https://rsync.samba.org/',
    releases: 'https://download.samba.org/pub/rsync/src/',
    changedByDebian: 'its copies of popt and zlib are left out',
  }),
  description: 'copies folders, and sends only what is different',
  inputs: [popt, zlib],
  edits: [
    {
      file: 'help-from-md.awk',
      why: "What a single backslash before a quotation mark becomes is not the same in every awk; busybox' leaves it out.",
      old: 'gsub(/"/, "\\\\\\"")',
      new: 'gsub(/"/, "\\\\\\\\\\"")',
    },
  ],
  // Folders that Debian left out, and that its configure script wants to see all the same.
  prepare: sh`
mkdir zlib popt
: >zlib/dummy.in
: >popt/dummy.in
`,
  style: autotools({
    flags: [
      '--disable-openssl --disable-xxhash --disable-zstd --disable-lz4 --disable-md2man --disable-acl-support --disable-roll-simd',
      '--disable-md5-asm --with-included-popt=no --with-included-zlib=no --with-nobody-group=nobody rsync_cv_HAVE_SOCKETPAIR=yes',
    ],
    targets: ['rsync'],
    installBy: sh`
mkdir -p "$out/bin"
cp rsync "$out/bin/"
`,
  }),
  test: {
    script: sh`
phase 'a copy, and what changed since'
mkdir -p one/folder
seq 100000 >one/folder/numbers
ln -s folder/numbers one/link
rsync -a --rsh=none one/ two/
cmp one/folder/numbers two/folder/numbers
test "$(readlink two/link)" = folder/numbers
echo more >>one/folder/numbers
rsync -a --no-whole-file --stats one/ two/ >said
grep -q 'Number of regular files transferred: 1' said
literal="$(sed -n 's/^Literal data: \([0-9,]*\) .*/\1/p' said | tr -d ,)"
test "$literal" -lt 20000
cmp one/folder/numbers two/folder/numbers
rm one/link
rsync -a --delete one/ two/
test ! -e two/link
`,
  },
});
