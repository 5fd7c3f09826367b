import { sh, source } from 'zilch';
import { archive, commands, type Package, type PackageSpec } from '../package/index.ts';

/** Regular expressions for jq. What its configure script would say is written down here: GitHub's tarball has none. */
export const oniguruma: PackageSpec = {
  source: source({
    name: 'oniguruma',
    version: '6.9.9',
    size: 645616,
    sha256: '001aa1202e78448f4c0bf1a48c76e556876b36f16d92ce3207eccfd61d99f2a0',
    debian: 'pool/main/libo/libonig/libonig_6.9.9.orig.tar.gz',
    licence: 'BSD-2-Clause',
    homepage: 'https://github.com/kkos/oniguruma',
    releases: 'https://github.com/kkos/oniguruma/releases',
  }),
  description: 'regular expressions',
  prepare: sh`
for name in ALLOCA ALLOCA_H INTTYPES_H STDINT_H SYS_TIME_H SYS_TIMES_H SYS_TYPES_H UNISTD_H; do echo "#define HAVE_$name 1"; done >src/config.h
printf '#define SIZEOF_%s\n' 'INT 4' 'LONG 8' 'LONG_LONG 8' 'VOIDP 8' >>src/config.h
mkdir ../headers ../tables
cp src/oniguruma.h ../headers/
# Tables that another file includes; a program that makes tables, and an interface that is not asked for.
mv src/*_data.c src/*_data_posix.c ../tables/
rm src/mktable.c src/regposix.c src/regposerr.c
`,
  style: archive({ files: 'src/*.c', flags: '-DHAVE_CONFIG_H -Isrc -I../tables', library: 'libonig.a', include: '../headers' }),
  test: { untested: 'the test of jq is one of it too' },
};

const FEATURES = [
  ...['_GNU_SOURCE', 'IEEE_8087', 'USE_DECNUM', 'HAVE_LIBONIG', 'HAVE_MEMMEM', 'HAVE_ISATTY', 'HAVE_PTHREAD', 'HAVE___THREAD', 'HAVE_ALLOCA_H'],
  ...['HAVE_TM_TM_GMT_OFF', 'HAVE_TIMEGM', 'HAVE_GMTIME_R', 'HAVE_STRPTIME', 'HAVE_STRFTIME', 'HAVE_GETTIMEOFDAY', 'HAVE_ATEXIT'],
  ...['HAVE_FLOOR', 'HAVE_SQRT', 'HAVE_POW', 'HAVE_LOG', 'HAVE_LOG2', 'HAVE_EXP'],
];

/** Asks questions of JSON, in Nix' own tests. Of C's functions on numbers it has the usual ones. */
export const jq = (onig: Package): PackageSpec => ({
  source: source({
    name: 'jq',
    version: '1.7.1',
    size: 1323338,
    sha256: 'fc75b1824aba7a954ef0886371d951c3bf4b6e0a921d1aefc553f309702d6ed1',
    debian: 'pool/main/j/jq/jq_1.7.1.orig.tar.gz',
    licence: 'MIT',
    homepage: 'https://jqlang.github.io/jq/',
    releases: 'https://github.com/jqlang/jq/releases',
  }),
  description: 'asks questions of JSON',
  inputs: [onig],
  style: commands(sh`
phase build
sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/^/"/' -e 's/$/\\n"/' src/builtin.jq >src/builtin.inc
echo '#define JQ_VERSION "1.7.1"' >src/version.h
echo '#define JQ_CONFIG ""' >src/config_opts.inc
rm src/inject_errors.c # for its own tests
for feature in ${FEATURES}; do echo "-D$feature"; done >flags
$CC $CFLAGS -w $(cat flags) -I. -Isrc src/*.c src/decNumber/decContext.c src/decNumber/decNumber.c -lonig -lm -o jq

phase install
mkdir -p "$out/bin"
cp jq "$out/bin/"
`),
  test: {
    script: sh`
answers() { test "$(printf '%s' "$1" | jq -c "$2")" = "$3"; }
answers '[{"a":"x-1"},{"a":2}]' '.[0].a | match("([a-z])-").captures[0].string, test("1$")' '"x"
true'
answers '{"b":1.0,"a":[1,2]}' '.a | add == 3, map(. * 2), (keys | length)' 'true
[2,4]
2'
if echo '{"a":false}' | jq --exit-status .a; then exit 1; fi
if echo '{' | jq . 2>log; then exit 1; fi
`,
  },
});
