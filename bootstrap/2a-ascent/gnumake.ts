import { sh } from 'zilch';
import { stage1 } from '../1-stage1/index.ts';
import * as sources from '../sources.ts';
import { ascentRecipe } from './ascent.ts';

/** GNU make, first by its own build.sh, then by the make that came of it. */
export const gnumake = ascentRecipe({
  name: 'gnumake',
  version: '4.4.1',
  path: [stage1.tinycc, stage1.protobusybox],
  script: sh`
phase unpack
unpack ${sources.make} make
shell_scripts make
cd make
# The tarball is Debian's, which leaves the manual out.
mkdir doc
: >doc/Makefile.in
# Where a makefile names no shell, make takes the first sh of PATH: a build has no /bin/sh.
edit src/job.c '#else

const char *default_shell = "/bin/sh";' '#else

const char *default_shell = "sh";'

phase configure
./configure --prefix="$out" --build=x86_64-linux CC=cc CFLAGS= AR=ar \
  --disable-dependency-tracking --disable-nls --without-guile

phase build
ash build.sh
mv make ../make0
rm -f src/*.o lib/*.o lib/*.a
../make0 -j"$NIX_BUILD_CORES" -C lib RANLIB=true
../make0 -j"$NIX_BUILD_CORES" make

phase install
mkdir -p "$out/bin"
cp make "$out/bin/"
`,
  test: (self) => ({
    path: [self, stage1.tinycc, stage1.protobusybox],
    script: sh`
phase 'a failing job fails make, and says so'
printf 'all: good bad\ngood:\n\techo good >good\nbad:\n\tfalse\n' >makefile
if make -j2 >log 2>&1; then exit 1; fi
grep -q "'*bad' *Error\|bad. Error 1" log
test -f good

phase 'functions, patterns and conditionals'
printf '%s\n' 'words := $(sort c a b)' 'all: $(words:%=%.out)' '%.out: ; @echo $*$(if $(filter b,$*),!) >$@' >makefile
make -j2
test "$(cat a.out b.out c.out)" = "$(printf 'a\nb!\nc')"

phase 'its shell comes from PATH'
printf 'all:\n\t@echo $$((6*7))\n' >makefile
test "$(make)" = 42
mkdir "$out"
`,
  }),
});
