import { sh } from 'zilch';
import { stage1 } from '../1-stage1/index.ts';
import { ascentRecipe, cmake, gnumake, llvmSource } from '../2a-ascent/index.ts';
import * as sources from '../sources.ts';
import type { Compilers } from './compilers.ts';

/** compiler-rt's builtins, what libgcc is to GCC: arithmetic that the machine lacks; and the first and last object of each program. */
export const builtinsBy = ({ llvm, clang, lld }: Compilers) =>
  ascentRecipe({
    name: 'builtins',
    description: 'what a compiler calls for arithmetic that the processor lacks: compiler-rt',
    version: sources.llvm.version,
    path: [clang, llvm, cmake, gnumake, stage1.protobusybox],
    script: sh`
phase headers
# musl links to the builtins, and a few of these include musl's headers. Those can be had without compiling.
unpack ${sources.musl} musl
shell_scripts musl
make -C musl ARCH=x86_64 prefix=/build/sysroot install-headers

phase configure
ln -s ${llvmSource} source
export CC=clang CXX=clang++ CFLAGS='--sysroot=/build/sysroot -ffile-prefix-map=/build/='
export CXXFLAGS="$CFLAGS" ASMFLAGS="$CFLAGS"
cmake -S source/compiler-rt -B build -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX="$out" \
  -DCMAKE_TRY_COMPILE_TARGET_TYPE=STATIC_LIBRARY -DCMAKE_C_COMPILER_TARGET=x86_64-unknown-linux-musl \
  -DCMAKE_AR=${llvm}/bin/llvm-ar -DCMAKE_RANLIB=${llvm}/bin/llvm-ranlib \
  -DCOMPILER_RT_DEFAULT_TARGET_ONLY=ON -DCOMPILER_RT_INCLUDE_TESTS=OFF -DCOMPILER_RT_BUILD_GWP_ASAN=OFF \
  -DCOMPILER_RT_BUILD_LIBFUZZER=OFF -DCOMPILER_RT_BUILD_MEMPROF=OFF -DCOMPILER_RT_BUILD_ORC=OFF -DCOMPILER_RT_BUILD_PROFILE=OFF \
  -DCOMPILER_RT_BUILD_SANITIZERS=OFF -DCOMPILER_RT_BUILD_XRAY=OFF

phase build
make -C build -j"$NIX_BUILD_CORES" builtins crt

phase install
mkdir -p "$out/lib/linux"
cp build/lib/linux/*.[ao] "$out/lib/linux/"
`,
    references: { allowed: [] },
    test: (self) => ({
      path: [clang, lld, llvm, stage1.protobusybox],
      script: sh`
phase 'wide arithmetic, by calls'
cat >wide.c <<'.'
typedef unsigned __int128 wide;
__attribute__((noinline)) static wide divide (wide a, wide b) { return a / b; }
__attribute__((noinline)) static _Complex double times (_Complex double a, _Complex double b) { return a * b; }
__asm__ (".globl _start\n_start: and $-16, %rsp; call begin");
void begin (void)
{
  volatile long two = 2; // or it would be known when it is compiled
  long status = divide ((wide) 84 << 90, (wide) two << 90);
  if (__real__ times (two + 0.0i, 3.0) != 6) status = 1;
  __asm__ ("syscall" :: "a" (60), "D" (status));
}
.
clang -O1 -ffreestanding -fno-pie -c wide.c
llvm-nm wide.o | grep -q 'U __udivti3'
ld.lld wide.o ${self}/lib/linux/libclang_rt.builtins-x86_64.a -o wide
status=0
./wide || status=$?
test "$status" = 42
ls ${self}/lib/linux | grep -qx clang_rt.crtbegin-x86_64.o
ls ${self}/lib/linux | grep -qx clang_rt.crtend-x86_64.o
for function in __udivti3 __muldc3 __mulxc3 __floattixf __fixxfti; do
  llvm-nm ${self}/lib/linux/libclang_rt.builtins-x86_64.a 2>&1 | grep -q " T $function$"
done

phase 'no trace of how it was built'
if grep -rlF -e /build/ -e ${llvmSource} ${self}; then exit 1; fi
mkdir "$out"
`,
    }),
  });
