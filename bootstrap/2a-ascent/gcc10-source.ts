import { sh } from 'zilch';
import { stage1 } from '../1-stage1/index.ts';
import * as sources from '../sources.ts';
import { ascentRecipe } from './ascent.ts';
import { musl } from './musl.ts';

/**
 * GCC 10's source tree, made to fit, with the three libraries it wants beside it. It is built three times and takes a
 * while to unpack, so it is a store path of its own. All its times are the same there: nothing in it looks out of date.
 */
export const gcc10Source = ascentRecipe({
  name: 'gcc10-source',
  description: "GCC 10's source, patched for musl, and the programs of its tests",
  version: '10.2.0',
  outputs: ['out', 'tests'],
  path: [stage1.protobusybox],
  script: sh`
phase unpack
# Debian's tarball holds GCC's, and two others.
unxz -c ${sources.gcc10} | tar -xOf - gcc-10-10.2.0/gcc-10.2.0-dfsg.tar.xz >gcc.tar.xz
# What is not built would take longer to unpack than all the rest: other languages, their libraries, most tests. busybox
# tar holds a pattern against as many folders of a name as the pattern has.
unpack gcc.tar.xz gcc \
  --exclude='*/gcc/ada/*' --exclude='*/libgo/*' --exclude='*/libphobos/*' --exclude='*/libgfortran/*' --exclude='*/libsanitizer/*' \
  --exclude='*/gcc/testsuite/gcc.target' --exclude='*/gcc/testsuite/gcc.dg' --exclude='*/gcc/testsuite/g++.old-deja' \
  --exclude='*/gcc/testsuite/gfortran.dg' --exclude='*/gcc/testsuite/gnat.dg' --exclude='*/gcc/testsuite/gdc.test' \
  --exclude='*/gcc/testsuite/ada'
unpack ${sources.gmp} gcc/gmp
unpack ${sources.mpfr} gcc/mpfr
unpack ${sources.mpc} gcc/mpc

phase patch
mkdir -p "$tests"
mv gcc/gcc/testsuite testsuite
mkdir gcc/gcc/testsuite
mv testsuite/selftests gcc/gcc/testsuite # asked for by make, though a release build does not run them
mv testsuite/gcc.c-torture testsuite/g++.dg "$tests"
shell_scripts gcc
cd gcc

# Debian leaves manuals out, but their makefiles are asked for.
mkdir -p gmp/doc
echo 'all install:' >gmp/doc/Makefile.in

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

# cc1 carries a checksum, by which it knows the precompiled headers it wrote. Taken over the object files, it would change with what
# is in them and not in cc1, such as names made up of random numbers. So it is taken over how cc1 was built and what built it.
edit gcc/Makefile.in 'echo "$(LINKER) $(ALL_LINKERFLAGS) $(LDFLAGS)" > checksum-options.tmp' \
  '{ echo "$(LINKER) $(ALL_LINKERFLAGS) $(LDFLAGS)"; $(COMPILER) --version; } > checksum-options.tmp'
edit gcc/c/Make-lang.in '$(C_OBJS) $(BACKEND) $(LIBDEPS) \
                     checksum-options >' 'checksum-options >'
edit gcc/cp/Make-lang.in '$(CXX_OBJS) $(BACKEND) $(LIBDEPS) \
                     checksum-options >' 'checksum-options >'

# busybox awk drops the backslash that was to make the pluses of C++ ordinary characters.
edit gcc/opt-functions.awk 'gsub ( "\\+", "\\+", regex )' 'gsub ( "\\+", "[+]", regex )'

# With inlining, this file of tables keeps g++ 3.4 busy for ever.
edit gcc/Makefile.in 'CFLAGS-prefix.o +=' 'CFLAGS-i386-common.o += -fno-inline
CFLAGS-prefix.o +='

# Programs ask for the loader of the C library they were linked to.
edit gcc/config/i386/linux64.h '"/lib/ld-musl-x86_64.so.1"' '"${musl}/lib/ld-musl-x86_64.so.1"'

cd ..
mv gcc "$out"
`,
});
