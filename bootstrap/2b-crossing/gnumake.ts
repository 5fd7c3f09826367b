import { sh } from 'zilch';
import { stage1 } from '../1-stage1/index.ts';
import { ascentRecipe, gnumake as makeOfTheAscent } from '../2a-ascent/index.ts';
import * as sources from '../sources.ts';
import { toolchain } from './crossing.ts';

/** GNU make once more, by the last toolchain. */
export const gnumake = ascentRecipe({
  name: 'gnumake',
  version: '4.4.1',
  path: [toolchain, makeOfTheAscent, stage1.protobusybox],
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
./configure --prefix="$out" --build=x86_64-linux CC=cc CFLAGS=-O2 LDFLAGS=-static \
  --disable-dependency-tracking --disable-nls --without-guile

phase build
make -j"$NIX_BUILD_CORES" -C lib
make -j"$NIX_BUILD_CORES" make

phase install
mkdir -p "$out/bin"
cp make "$out/bin/"
strip "$out/bin/make"
`,
  references: { allowed: ['out'] }, // where it looks for makefiles to include
  test: (self) => ({
    path: [self, toolchain, stage1.protobusybox],
    script: sh`
phase 'builds a program, and not twice'
printf 'all: answer\nanswer: answer.o ; $(CC) -static -o $@ $^\n' >makefile
printf 'int main (void) { return 42; }\n' >answer.c
make -j2
status=0
./answer || status=$?
test "$status" = 42
make -q all

phase 'a failing job fails make'
printf 'all: bad good\ngood:\n\techo good >good\nbad:\n\tfalse\n' >makefile
if make -k -j2; then exit 1; fi
test -f good
mkdir "$out"
`,
  }),
});
