import { sh } from 'zilch';
import { stage1 } from '../1-stage1/index.ts';
import { ascentRecipe, NOWHERE } from './ascent.ts';
import { binutils } from './binutils.ts';
import { gcc3Options, unpackGcc3 } from './gcc3-source.ts';
import { gnumake } from './gnumake.ts';

/** GCC 3.4.6's C compiler, compiled by TinyCC. It is here to compile musl and then itself; it cannot link to TinyCC's C library. */
export const gcc3C = ascentRecipe({
  name: 'gcc3-c',
  description: 'GCC 3.4, its C compiler alone, by TinyCC',
  version: '3.4.6',
  path: [stage1.tinycc, binutils, gnumake, stage1.protobusybox],
  script: sh`
phase unpack
${unpackGcc3}

phase configure
mkdir build
cd build
export CC=cc CFLAGS= AR=${binutils}/bin/ar RANLIB=${binutils}/bin/ranlib
../gcc3/configure --prefix=${NOWHERE} ${gcc3Options} --enable-languages=c \
  --with-sysroot=${stage1.protomusl} --with-as=${binutils}/bin/as --with-ld=${binutils}/bin/ld

phase build
make -j"$NIX_BUILD_CORES" all-gcc CFLAGS=

phase install
make -C gcc install DESTDIR="$PWD/installed"
mv installed${NOWHERE} "$out"
rm -r "$out/info" "$out/man" "$out/bin/gccbug" "$out"/lib/gcc/*/*/install-tools "$out"/libexec/gcc/*/*/install-tools
`,
  references: { allowed: [stage1.protomusl, binutils] },
  test: (self) => ({
    path: [self, binutils, stage1.protobusybox],
    script: sh`
# There is no C library for it to link to yet; musl, made by it, is where it is tried.
phase 'compiles and links without a library'
cat >answer.c <<'.'
#include <stdarg.h>
struct pair { long a; double b; };
static struct pair make (long a, double b) { struct pair p; p.a = a; p.b = b; return p; }
static int sum (int n, ...)
{
  va_list list; int total = 0;
  va_start (list, n);
  while (n--) total += va_arg (list, int) + (int) va_arg (list, double);
  va_end (list);
  return total;
}
__asm__ (".globl _start\n_start: and $-16, %rsp; call begin");
void begin (void)
{
  struct pair p = make (2, 1.5);
  int status = sum (2, 10, 1.5, 20, 8.25) + p.a + (p.b == 1.5);
  __asm__ ("syscall" :: "a" (60), "D" ((long) status));
}
.
for level in -O0 -O1 -O2; do
  gcc $level -nostdlib -static answer.c -o answer
  status=0
  ./answer || status=$?
  test "$status" = 42
done
mkdir "$out"
`,
  }),
});
