import { sh } from 'zilch';
import * as sources from '../sources.ts';

/**
 * GCC 3.4.6 in ./gcc3, made to fit: no manuals, no fixed-up system headers, a C library that is not GNU's and is not in /usr.
 * Debian's tarball is a whole GCC 3.4.6 without manuals and tests, whatever its name says.
 */
export const unpackGcc3 = sh`
unpack ${sources.gcc3} gcc3
shell_scripts gcc3

# musl's headers want no fixing. What fixincludes would have left is the syslimits.h that GCC's limits.h includes.
edit gcc3/gcc/Makefile.in 'STMP_FIXINC = @STMP_FIXINC@' 'STMP_FIXINC ='
edit gcc3/gcc/Makefile.in 'STMP_FIXPROTO = @STMP_FIXPROTO@' 'STMP_FIXPROTO ='
edit gcc3/gcc/Makefile.in 'cp xlimits.h include/limits.h' 'cp xlimits.h include/limits.h; cp $(srcdir)/gsyslimits.h include/syslimits.h'

# The tarball has no manuals to make or install.
edit gcc3/gcc/Makefile.in 'doc: $(BUILD_INFO) $(GENERATED_MANPAGES) gccbug' 'doc:'
edit gcc3/gcc/Makefile.in 'install-cpp install-man install-info install-@POSUB@' 'install-cpp install-@POSUB@'

# The C library's store path has include and lib, not usr/include and usr/lib.
edit gcc3/gcc/Makefile.in 'NATIVE_SYSTEM_HEADER_DIR = /usr/include' 'NATIVE_SYSTEM_HEADER_DIR = /include'
edit gcc3/gcc/cppdefault.c '#define STANDARD_INCLUDE_DIR "/usr/include"' '#define STANDARD_INCLUDE_DIR "/include"'

# collect2 removes its output after a failed link, and configure scripts link to /dev/null.
edit gcc3/gcc/collect2.c '    unlink (file);' '    {
      struct stat what;
      if (lstat (file, &what) == 0 && S_ISREG (what.st_mode))
        unlink (file);
    }'

# Unwinding through a signal handler needs glibc's struct sigcontext.
edit gcc3/gcc/config/i386/linux64.h '#ifndef inhibit_libc
#ifdef IN_LIBGCC2' '#if 0
#ifdef IN_LIBGCC2'
`;

/** What both builds of it are configured with. `--disable-checking`, because a compiler that checks itself takes twice as long. */
export const gcc3Options = sh`--build=x86_64-unknown-linux-gnu --host=x86_64-unknown-linux-gnu --with-gnu-as --with-gnu-ld \
  --disable-checking --disable-multilib --disable-nls --disable-shared --enable-threads=single`;
