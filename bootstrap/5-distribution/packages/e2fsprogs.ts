import { sh, source } from 'zilch';
import { autotools, type PackageSpec } from '../../package/index.ts';

/** Makes, checks and grows file systems of ext4: busybox' own program makes no journal, and a store needs one. */
export const e2fsprogs = (): PackageSpec => ({
  source: source({
    name: 'e2fsprogs',
    version: '1.47.4',
    size: 10106395,
    sha256: '2cec05f39c20ee621f14926195664e66e6017190ac8e4bbdb16d86082e43c5da',
    debian: 'pool/main/e/e2fsprogs/e2fsprogs_1.47.4.orig.tar.gz',
    licence: 'GPL-2.0-only AND LGPL-2.0-only AND BSD-3-Clause AND MIT',
    homepage: 'https://e2fsprogs.sourceforge.net/',
    releases: 'https://www.kernel.org/pub/linux/kernel/people/tytso/e2fsprogs/',
  }),
  description: 'file systems of ext4',
  // A build has no /bin/sh and no /bin/echo.
  prepare: sh`
sed -i 's|/bin/sh $ac_aux_dir/parse-types.sh|"$SHELL" $ac_aux_dir/parse-types.sh|' configure
sed -i 's|^/bin/echo|echo|' config/parse-types.sh
sed -i "1s|.*|#!$SHELL|" lib/et/compile_et.sh.in lib/ss/mk_cmds.sh.in
`,
  style: autotools({
    flags: ['--disable-elf-shlibs', '--disable-fuse2fs', '--disable-uuidd', '--disable-tdb', '--without-libarchive', 'LDFLAGS=-static'],
    targets: ['libs', 'progs'],
    installBy: sh`
mkdir -p "$out/bin"
cp misc/mke2fs misc/tune2fs misc/dumpe2fs e2fsck/e2fsck resize/resize2fs "$out/bin/"
strip "$out"/bin/*
for name in mkfs.ext4 mkfs.ext3 mkfs.ext2; do ln -s mke2fs "$out/bin/$name"; done
`,
  }),
  test: {
    script: sh`
phase 'a file system with a journal, filled, checked, grown'
mkdir -p files/folder
seq 1000 >files/folder/numbers
truncate -s 16M disk
mke2fs -q -t ext4 -L trial -d files disk
dumpe2fs -h disk 2>/dev/null | grep -q 'has_journal'
e2fsck -fn disk
truncate -s 32M disk
resize2fs disk
e2fsck -fn disk

phase 'damage is found and mended'
dd if=/dev/zero of=disk bs=1024 seek=1 count=1 conv=notrunc
status=0
e2fsck -fy -b 8193 disk || status=$? # 1: errors were corrected
test "$status" = 1
e2fsck -fn disk
`,
  },
});
