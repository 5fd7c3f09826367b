import { sh, source } from 'zilch';
import { autotools, type PackageSpec } from '../../package/index.ts';

/** Makes and checks FAT, which firmware and cameras read. */
export const dosfstools = (): PackageSpec => ({
  source: source({
    name: 'dosfstools',
    version: '4.2',
    size: 320917,
    sha256: '64926eebf90092dca21b14259a5301b7b98e7b1943e8a201c7d726084809b527',
    debian: 'pool/main/d/dosfstools/dosfstools_4.2.orig.tar.gz',
    licence: 'GPL-3.0-or-later',
    homepage: 'https://github.com/dosfstools/dosfstools',
    releases: 'https://github.com/dosfstools/dosfstools/releases',
  }),
  description: 'file systems of FAT',
  style: autotools({
    flags: ['--without-udev', '--without-iconv'],
    installBy: sh`
mkdir -p "$out/bin"
cp src/mkfs.fat src/fsck.fat src/fatlabel "$out/bin/"
ln -s mkfs.fat "$out/bin/mkfs.vfat"
ln -s fsck.fat "$out/bin/fsck.vfat"
`,
  }),
  test: {
    script: sh`
phase 'made, named, checked'
truncate -s 64M disk
mkfs.fat -F 32 -n TRIAL -i 12345678 --invariant disk
fatlabel disk | grep -qx TRIAL
fsck.fat -n disk

phase 'damage is found'
printf '\0\0\0\0' | dd of=disk bs=1 seek=$((32 * 512 + 8)) conv=notrunc 2>/dev/null
if fsck.fat -n disk; then exit 1; fi
`,
  },
});
