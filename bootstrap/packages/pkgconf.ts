import { sh, source } from 'zilch';
import { autotools } from '../package/index.ts';
import type { Define } from './define.ts';

/** Finds what a library needs to be compiled and linked with: pkg-config by other authors, and by its name. */
export const pkgconf: Define = () => ({
  source: source({
    name: 'pkgconf',
    version: '1.8.1',
    size: 302372,
    sha256: '644361ada2942be05655d4452eb018791647c31bba429b287f1f68deb2dc6840',
    debian: 'pool/main/p/pkgconf/pkgconf_1.8.1.orig.tar.xz',
    urls: ['https://distfiles.ariadne.space/pkgconf/pkgconf-1.8.1.tar.xz'],
    licence: 'ISC',
    homepage: 'http://pkgconf.org/',
    releases: 'https://distfiles.ariadne.space/pkgconf/',
  }),
  description: 'pkg-config',
  style: autotools({
    // Only PKG_CONFIG_PATH says where it looks.
    flags: ['--with-pkg-config-dir=/nowhere', '--with-system-libdir=/nowhere/lib', '--with-system-includedir=/nowhere/include'],
    targets: ['pkgconf'],
    installBy: sh`
mkdir -p "$out/bin"
cp pkgconf "$out/bin/"
ln -s pkgconf "$out/bin/pkg-config"
`,
  }),
  test: {
    script: sh`
phase 'flags, versions, what a library needs itself'
mkdir some
printf '%s\n' 'prefix=\${pcfiledir}' 'Name: upper' 'Description: one' 'Version: 1.2.3' 'Requires.private: lower' 'Cflags: -I\${prefix}/include' 'Libs: -L\${prefix} -lupper' >some/upper.pc
printf '%s\n' 'Name: lower' 'Description: two' 'Version: 4' 'Libs: -llower' >some/lower.pc
export PKG_CONFIG_PATH="$PWD/some"
test "$(echo $(pkg-config --cflags upper))" = "-I$PWD/some/include"
test "$(echo $(pkg-config --libs upper))" = "-L$PWD/some -lupper"
test "$(echo $(pkg-config --static --libs upper))" = "-L$PWD/some -lupper -llower"
test "$(pkg-config --modversion upper)" = 1.2.3
pkg-config --exists 'upper >= 1.2'
if pkg-config --exists 'upper >= 1.3'; then exit 1; fi
if pkg-config --exists missing; then exit 1; fi
`,
  },
});
