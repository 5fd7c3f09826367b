import { sh, type Interpolated } from 'zilch';
import { stage1 } from '../1-stage1/index.ts';
import * as sources from '../sources.ts';
import { ascentRecipe, NOWHERE } from './ascent.ts';

/** GNU make by some compiler, which `variables` of its configure script tell of: first by its own build.sh, then by itself. */
export const gnumakeBy = (compiler: Interpolated, variables: string) => {
  const unpack = sh`
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
`;
  const configure = sh`./configure --build=x86_64-linux ${variables} --disable-dependency-tracking --disable-nls --without-guile --prefix=${NOWHERE}`;

  return ascentRecipe({
    name: 'gnumake',
    description: 'GNU make: runs what makefiles say',
    version: '4.4.1',
    path: [compiler, stage1.protobusybox],
    script: sh`
${unpack}
phase configure
${configure}

phase build
ash build.sh
mv make ../make0
rm -f src/*.o lib/*.o lib/*.a
../make0 -j"$NIX_BUILD_CORES" -C lib
../make0 -j"$NIX_BUILD_CORES" make

phase install
mkdir -p "$out/bin"
cp make "$out/bin/"
`,
    references: { allowed: [] },
    test: (self) => ({
      path: [self, compiler, stage1.protobusybox],
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

phase 'what is made is not made again'
printf 'all: copy\ncopy: original ; cp $< $@\n' >makefile
touch original
if make -q all; then exit 1; fi
make
make -q all

${unpack}
phase 'makes itself again, and is the same'
${configure}
make -j"$NIX_BUILD_CORES" -C lib
make -j"$NIX_BUILD_CORES" make
cmp make ${self}/bin/make
mkdir "$out"
`,
    }),
  });
};

/** By TinyCC, whose archives come with an index. */
export const gnumake = gnumakeBy(stage1.tinycc, 'CC=cc CFLAGS= AR=ar RANLIB=true');
