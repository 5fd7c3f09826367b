import { sh, source } from 'zilch';
import { makefile, type PackageSpec } from '../../package/index.ts';
import type { Libraries } from './libraries.ts';

/** Writes and reads the file system that the CD's files are in. Two compressors: zstd, and gzip's for what others made. */
export const squashfsTools = ({ zlib, zstd }: Libraries): PackageSpec => ({
  source: source({
    name: 'squashfs-tools',
    version: '4.7.5',
    size: 412571,
    sha256: '547b7b7f4d2e44bf91b6fc554664850c69563701deab9fd9cd7e21f694c88ea6',
    debian: 'pool/main/s/squashfs-tools/squashfs-tools_4.7.5.orig.tar.gz',
    licence: 'GPL-2.0-or-later',
    homepage: 'https://github.com/plougher/squashfs-tools',
    releases: 'https://github.com/plougher/squashfs-tools/releases',
  }),
  description: 'compressed file systems that are read where they lie',
  inputs: [zlib, zstd],
  style: makefile({
    make: [
      '-C squashfs-tools CONFIG=1 CC=cc',
      // Extended attributes are not in any store.
      'GZIP_SUPPORT=1 ZSTD_SUPPORT=1 XZ_SUPPORT=0 LZO_SUPPORT=0 LZ4_SUPPORT=0 XATTR_SUPPORT=0 COMP_DEFAULT=zstd LDFLAGS=-static',
    ],
    targets: ['mksquashfs', 'unsquashfs'],
    install: sh`
mkdir -p "$out/bin"
cp squashfs-tools/mksquashfs squashfs-tools/unsquashfs "$out/bin/"
strip "$out"/bin/*
`,
  }),
  test: {
    script: sh`
phase 'back and forth, and the same bytes from another order of files, another time, another number of threads'
mkdir one two
for n in $(seq 300); do seq $n 400 >one/$n; done
ln -s 1 one/link
for n in $(seq 300 -1 1); do cp one/$n two/; done
ln -s 1 two/link
find two -exec touch -h -d @1000000000 {} +
pack() { mksquashfs "$1" "$2" -all-root -mkfs-time 0 -all-time 0 -noappend -no-progress -quiet -processors "$3"; }
pack one one.img 1
pack two two.img 2
cmp one.img two.img
unsquashfs -no-progress -quiet -d back one.img
for n in $(seq 300); do cmp one/$n back/$n; done
test "$(readlink back/link)" = 1

phase 'a file whose owner it may become'
mksquashfs one suid.img -noappend -no-progress -quiet -p '7 m 4755 0 0'
unsquashfs -lls suid.img | grep -q '^-rwsr-xr-x root/root .*/7$'
`,
  },
});
