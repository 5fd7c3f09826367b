import { sh, source } from 'zilch';
import { autotools, type PackageSpec } from '../../package/index.ts';

/** Programs that draw on a terminal are linked with it. Of its 2,700 descriptions of terminals those that one meets today are kept. */
export const ncurses = (): PackageSpec => ({
  source: source({
    name: 'ncurses',
    version: '6.5+20250216',
    size: 3774714,
    sha256: 'b37baafa436e7133bb12a185cb8f60e1599b1947e9f0181c76f3190acf28b6eb',
    debian: 'pool/main/n/ncurses/ncurses_6.5+20250216.orig.tar.gz',
    licence: 'X11-distribute-modifications-variant',
    homepage: 'https://invisible-island.net/ncurses/',
    releases: 'https://invisible-island.net/archives/ncurses/current/',
  }),
  description: 'draws on terminals',
  style: autotools({
    flags: [
      '--without-ada --without-cxx --without-cxx-binding --without-debug --without-manpages --without-tests --without-shared',
      '--enable-widec --enable-pc-files --with-pkg-config-libdir=/nowhere/lib/pkgconfig --disable-stripping --with-build-cc=cc',
      '--with-default-terminfo-dir=/etc/terminfo --with-terminfo-dirs=/etc/terminfo --enable-symlinks',
      // It would ask ar for the time of each file.
      'cf_cv_ar_flags=-curvD',
    ],
    installBy: sh`
make SHELL="$SHELL" DESTDIR="$PWD/../installed" install.libs install.includes
mkdir -p "$out/etc/terminfo"
mv ../installed/nowhere/lib ../installed/nowhere/include "$out/"
# Many programs ask for it by its older name, and for the part that knows terminals alone.
for name in ncurses curses tinfo; do ln -s libncursesw.a "$out/lib/lib$name.a"; done
ln -s ncursesw/curses.h ncursesw/ncurses.h ncursesw/term.h ncursesw/unctrl.h ncursesw/ncurses_dll.h "$out/include/"
for file in "$out"/lib/pkgconfig/*.pc; do
  sed -i 's|^prefix *=.*|prefix=\${pcfiledir}/../..|; s|/nowhere|\${prefix}|g' "$file"
done
ln -s ncursesw.pc "$out/lib/pkgconfig/ncurses.pc"
ln -s ncursesw.pc "$out/lib/pkgconfig/tinfo.pc"
terminals=ansi,dumb,linux,screen,screen-256color,tmux,tmux-256color,vt100,vt102,vt220,xterm,xterm-256color
progs/tic -x -o "$out/etc/terminfo" -e "$terminals" misc/terminfo.src
`,
  }),
  test: {
    script: sh`
phase 'a terminal that is described, and one that is not'
cat >try.c <<'.'
#include <curses.h>
#include <string.h>
#include <term.h>
int main (void)
{
  int error;
  if (setupterm ("xterm-256color", 1, &error) || tigetnum ("colors") != 256 || strcmp (tigetstr ("cuu1"), "\033[A")) return 1;
  return setupterm ("nonsense", 1, &error) == OK ? 2 : 0;
}
.
$CC try.c -lncursesw -o try
TERMINFO="\${CPATH%%/include*}/etc/terminfo" ./try
`,
  },
});
