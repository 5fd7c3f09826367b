import { local, sh, source } from 'zilch';
import { commands, type Package, type PackageSpec } from '../../package/index.ts';

const keyNames = local(import.meta.url, './key-names.awk');

/** Character sets whose tables loadkeys has built in: the name of the table, that of the set, the first code of the table. */
const SETS = [
  ...['latin1 8859-1 160', 'latin2 8859-2 160', 'latin3 8859-3 160', 'latin4 8859-4 160', 'iso8859_5 8859-5 160', 'iso8859_7 8859-7 160'],
  ...['iso8859_8 8859-8 160', 'iso8859_9 8859-9 160', 'iso8859_15 8859-15 160', 'cp1250 cp1250 128', 'koi8 koi8-u 128'],
];

/** Key maps in the form that busybox' loadkmap reads, as a folder to lay over the root: lib/keymaps/NAME.bmap. */
export const keymaps = (flex: Package, bison: Package): PackageSpec => ({
  source: source({
    name: 'kbd',
    version: '2.7.1',
    size: 1955528,
    sha256: '1fd74ac647c5ba5b3ebe09a204483544c5f1ef89ff42f37a11eab040cac9595d',
    debian: 'pool/main/k/kbd/kbd_2.7.1.orig.tar.gz',
    licence: 'GPL-2.0-or-later',
    homepage: 'https://kbd-project.org/',
    releases: 'https://www.kernel.org/pub/linux/utils/kbd/',
    changedByDebian: 'fonts that are not free are left out',
  }),
  name: 'keymaps',
  description: 'what the keys of many countries say',
  tools: [flex, bison],
  // Of kbd only loadkeys is made, which reads the maps. Its configure script is not in the tarball, and its own way to these tables is in Perl.
  style: commands(sh`
phase build
renamed="$(sed -n 's/^ *"\([A-Za-z_]*\)" => "\([A-Za-z_]*\)",$/\1=\2/p' contrib/gen_charset_syms.pl | tr '\n' ' ')"
for set in ${SETS.map((set) => set.replaceAll(' ', '/'))}; do
  IFS=/ read -r name charset first <<.
$set
.
  awk -v set="$name" -v first="$first" -v renamed="$renamed" -f ${keyNames} "data/consoletrans/\${charset}_to_uni.trans" >"src/libkeymap/syms.$name.h"
done
cd src/libkeymap
bison -Wno-yacc -d -o parser.c parser.y
flex --header-file=analyze.h -o analyze.c analyze.l
cd ../..
cat >config.h <<'.'
#define PACKAGE_STRING "kbd 2.7.1"
#define DATADIR "/nowhere"
#define KERNDIR "/nowhere"
#define KEYMAPDIR "keymaps"
#define DEFMAP "none"
.
$CC $CFLAGS -w -D_GNU_SOURCE -include config.h -I. -Isrc -Isrc/include -Isrc/libcommon -Isrc/libkeymap \
  src/loadkeys.c src/libcommon/*.c src/libkbdfile/*.c src/libkeymap/*.c -o loadkeys

phase install
mkdir -p "$out/lib/keymaps"
# Not what other maps include, a laptop for children, and a map that is not of Linux' characters.
rm -r data/keymaps/i386/olpc data/keymaps/i386/qwertz/de_alt_UTF-8.map
for map in data/keymaps/i386/[!i]*/*.map; do
  ./loadkeys --unicode --bkeymap "$map" >"$out/lib/keymaps/$(basename "$map" .map).bmap"
done
`),
  test: {
    script: sh`
maps="\${PATH%%/bin*}/lib/keymaps" # what is tested comes first in PATH
phase 'maps that the kernel takes: their sign, 256 words of which tables follow, 128 keys of 2 bytes a table'
test "$(ls $maps | wc -l)" -gt 170
for name in us uk de-latin1 fr-latin9 es it pt-latin9 se-lat6 no dk fi pl cz hu ru ua gr trq il jp106 br-abnt2 dvorak; do
  map="$maps/$name.bmap"
  test "$(head -c 7 "$map")" = bkeymap
  tables="$(tail -c +8 "$map" | head -c 256 | tr -d '\0' | wc -c)"
  test "$(wc -c <"$map")" = $((7 + 256 + tables * 256))
done
# Key 21 without a modifier: y in the United States, z in Germany.
key() { tail -c +$((7 + 256 + 21 * 2 + 1)) "$maps/$1.bmap" | head -c 1; }
test "$(key us)$(key de-latin1)" = yz
`,
  },
});
