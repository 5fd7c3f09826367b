import { sh, source } from 'zilch';
import { autotools, type PackageSpec } from '../../package/index.ts';

/** Reads and writes FAT file systems where they lie, in a file or on a disk, without mounting them. */
export const mtools = (): PackageSpec => ({
  source: source({
    name: 'mtools',
    version: '4.0.32',
    size: 432441,
    sha256: 'd540ca05fb1726d7218bb9f8df8742e6cb301129a20333b0b41c6b2c357c788e',
    debian: 'pool/main/m/mtools/mtools_4.0.33-1+really4.0.32.orig.tar.bz2',
    licence: 'GPL-3.0-or-later',
    homepage: 'https://www.gnu.org/software/mtools/',
    releases: 'https://ftp.gnu.org/gnu/mtools/',
  }),
  description: 'reads and writes FAT file systems',
  style: autotools({
    flags: ['--disable-floppyd', '--without-x', '--sysconfdir=/etc'],
    targets: ['mtools'],
    installBy: sh`
mkdir -p "$out/bin"
cp mtools "$out/bin/"
for name in mattrib mcat mcd mcopy mdel mdeltree mdir mdu mformat minfo mlabel mmd mmount mmove mpartition mrd mren mtype mshortname mshowfat mzip; do
  ln -s mtools "$out/bin/$name"
done
`,
  }),
  test: {
    script: sh`
phase 'a file system, files in folders, and out again'
export MTOOLS_SKIP_CHECK=1
dd if=/dev/zero of=disk bs=1024 count=2880 2>/dev/null
mformat -i disk -f 2880 -v TRIAL ::
seq 5000 >numbers
mmd -i disk ::/FOLDER
mcopy -i disk numbers '::/FOLDER/a long name.txt'
mcopy -i disk '::/FOLDER/a long name.txt' again
cmp numbers again
mdir -i disk -/ -b :: | grep -q 'a long name.txt'
mlabel -i disk -s :: | grep -q TRIAL
test "$(mtype -i disk '::/FOLDER/a long name.txt' | tail -1)" = 5000
mdel -i disk '::/FOLDER/a long name.txt'
if mtype -i disk '::/FOLDER/a long name.txt' 2>said; then exit 1; fi
`,
  },
});
