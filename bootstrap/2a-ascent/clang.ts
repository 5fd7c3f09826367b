import { local, sh, text, type AnyRecipe } from 'zilch';
import { byGcc10, llvmByGcc10 } from './llvm.ts';
import { llvmPart, type Compiler } from './llvm-build.ts';
import { llvmMajor } from './llvm-source.ts';

/**
 * Clang, with its own headers and no library. What it links to, and with which linker, is told by configuration files beside it:
 * no path is compiled into it. See docs/decisions/0014-where-clang-finds-things.md.
 */
export const clangBy = (compiler: Compiler, llvm: AnyRecipe) =>
  llvmPart({
    name: 'clang',
    description: 'the C and C++ compiler of LLVM',
    compiler,
    folder: 'clang',
    headers: text`${local(import.meta.url, './clang-headers.cmake')}`,
    components: ['clang', 'clang-resource-headers'],
    // LLVM makes this header, but does not install it.
    prepare: sh`
mkdir -p made/llvm/Frontend/OpenACC
${llvm}/bin/llvm-tblgen --gen-directive-impl -I source/llvm/include source/llvm/include/llvm/Frontend/OpenACC/ACC.td -o made/llvm/Frontend/OpenACC/ACC.inc
export CPATH="$PWD/made"
`,
    // Built by itself, it would install second names as copies, which are not stripped and name the compiler's files.
    options: sh`-DLLVM_DIR=${llvm}/lib/cmake/llvm -DLLVM_USE_SYMLINKS=ON -DCLANG_DEFAULT_CXX_STDLIB=libc++ -DCLANG_DEFAULT_LINKER=lld \
  -DCLANG_DEFAULT_OBJCOPY=llvm-objcopy -DCLANG_DEFAULT_RTLIB=compiler-rt -DCLANG_DEFAULT_UNWINDLIB=libunwind \
  -DCLANG_ENABLE_STATIC_ANALYZER=OFF -DCLANG_INCLUDE_DOCS=OFF -DCLANG_INCLUDE_TESTS=OFF \
  -DCLANG_PLUGIN_SUPPORT=OFF -DLLVM_ENABLE_PIC=OFF`,
    finish: sh`strip "$out/bin/clang-${llvmMajor}"`,
    test: (self) => sh`
phase 'is for musl on x86-64'
test "$(${self}/bin/clang -dumpmachine)" = x86_64-unknown-linux-musl

phase 'compiles what needs no library'
cat >answer.c <<'.'
#include <stdarg.h>
#include <stdint.h>
int sum (int n, ...)
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
  int64_t status = sum (2, 10, 1.5, 20, 11.25);
  __asm__ ("syscall" :: "a" (60), "D" (status));
}
.
for level in -O0 -O1 -O2 -O3 -Os; do
  ${self}/bin/clang $level -ffreestanding -c answer.c -o answer.o
  ld answer.o -o answer
  status=0
  ./answer || status=$?
  test "$status" = 42
done
`,
  });

/** Clang by GCC 10. */
export const clangByGcc10 = clangBy(byGcc10, llvmByGcc10);
