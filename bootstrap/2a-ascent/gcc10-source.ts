import { sh } from '../../src/recipe/index.js';
import { stage1 } from '../1-stage1/index.js';
import { sources } from '../sources.js';
import { ascentRecipe } from './ascent.js';
import { musl } from './musl.js';

/**
 * GCC 10's source tree, made to fit, with the three libraries it wants beside it. It is built three times and takes a
 * while to unpack, so it is a store path of its own. All its times are the same there: nothing in it looks out of date.
 */
export const gcc10Source = ascentRecipe({
  name: 'gcc10-source',
  version: '10.2.0',
  outputs: ['out', 'tests'],
  path: [stage1.protobusybox],
  script: sh`
phase unpack
# Debian's tarball holds GCC's, and two others.
unxz -c ${sources.gcc10} | tar -xOf - gcc-10-10.2.0/gcc-10.2.0-dfsg.tar.xz >gcc.tar.xz
unpack gcc.tar.xz gcc
unpack ${sources.gmp} gcc/gmp
unpack ${sources.mpfr} gcc/mpfr
unpack ${sources.mpc} gcc/mpc

phase patch
mkdir -p "$tests"
mv gcc/gcc/testsuite/gcc.c-torture gcc/gcc/testsuite/g++.dg "$tests"
# What is not built would only take room: other languages, their libraries, tests.
rm -rf gcc/*/testsuite gcc/gcc/ada gcc/gcc/d gcc/gcc/fortran gcc/gcc/go gcc/gotools gcc/gnattools \
  gcc/libada gcc/libffi gcc/libgfortran gcc/libgo gcc/libobjc gcc/libphobos gcc/libsanitizer
shell_scripts gcc
cd gcc

# Debian leaves manuals out, but their makefiles are asked for.
mkdir -p gmp/doc
: >gmp/doc/Makefile.in

# One manual page is made from the source and compared with a file that is not there.
edit gcc/Makefile.in 's-tm-texi: $(srcdir)/doc/../doc/tm.texi
' ''
edit gcc/Makefile.in 's-tm-texi: build/genhooks$(build_exeext) $(srcdir)/doc/tm.texi.in
' 's-tm-texi:
	$(STAMP) $@

manual-page:
'

# musl's headers want no fixing. What fixincludes would have left is the syslimits.h that GCC's limits.h includes.
edit gcc/Makefile.in 'STMP_FIXINC = @STMP_FIXINC@' 'STMP_FIXINC ='
edit gcc/Makefile.in 'cp -p tmp-limits.h $\${fix_dir}/limits.h' 'cp -p tmp-limits.h $\${fix_dir}/limits.h; cp $(srcdir)/gsyslimits.h $\${fix_dir}/syslimits.h'

# Programs ask for the loader of the C library they were linked to.
edit gcc/config/i386/linux64.h '"/lib/ld-musl-x86_64.so.1"' '"${musl}/lib/ld-musl-x86_64.so.1"'

cd ..
mv gcc "$out"
`,
});
