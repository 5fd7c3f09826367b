import { sh, source } from 'zilch';
import { autotools, type Package, type PackageSpec } from '../../package/index.ts';

const published = (name: string, version: string, size: number, sha256: string) =>
  source({
    ...{ name, size, sha256, version },
    debian: `pool/main/${name.slice(0, 4)}/${name}/${name}_${version}.orig.tar.gz`,
    licence: 'GPL-2.0-or-later',
    homepage: 'https://libburnia-project.org/',
    releases: 'https://files.libburnia-project.org/releases/',
  });

/** Writes to drives; xorriso needs it even where it writes files. */
export const libburn = (): PackageSpec => ({
  source: published('libburn', '1.5.6', 995353, '7295491b4be5eeac5e7a3fb2067e236e2955ffdc6bbd45f546466edee321644b'),
  description: 'writes CDs',
  style: autotools({ flags: ['--disable-debug'], install: ['install-libLTLIBRARIES', 'install-data'] }),
  test: { untested: "xorriso's test uses it" },
});

/** Makes and reads ISO 9660. */
export const libisofs = (zlib: Package): PackageSpec => ({
  source: published('libisofs', '1.5.6.pl01', 879218, 'ac1fd338d641744ca1fb1567917188b79bc8c2506832dd56885fec98656b9f25'),
  description: 'makes and reads ISO 9660',
  inputs: [zlib],
  style: autotools({
    flags: ['--disable-libacl', '--disable-xattr', '--disable-libjte', '--disable-debug'],
    install: ['install-libLTLIBRARIES', 'install-data'],
  }),
  test: { untested: "xorriso's test uses it" },
});

/** Makes, reads and changes images of CDs. */
export const xorriso = (burn: Package, isofs: Package): PackageSpec => ({
  source: published('libisoburn', '1.5.6', 1650966, '2b80a6f73dd633a5d243facbe97a15e5c9a07644a5e1a242c219b9375a45f71b'),
  name: 'xorriso',
  description: 'makes, reads and changes images of CDs',
  inputs: [burn, isofs],
  style: autotools({
    flags: ['--disable-libreadline --disable-libjte --disable-launch-frontend --disable-debug --enable-pkg-check-modules=no LIBS=-lz'],
    installBy: sh`
mkdir -p "$out/bin"
cp xorriso/xorriso "$out/bin/"
for name in osirrox xorrisofs xorrecord; do ln -s xorriso "$out/bin/$name"; done
`,
  }),
  test: {
    script: sh`
phase 'an image, and its files again'
mkdir -p files/folder
seq 1000 >files/folder/numbers
xorrisofs -quiet -V TRIAL -R -o image files
test "$(dd if=image bs=1 skip=32808 count=5 2>/dev/null)" = TRIAL
xorriso -indev image -osirrox on -extract / again 2>said || { cat said; exit 1; }
cmp files/folder/numbers again/folder/numbers
`,
  },
});
