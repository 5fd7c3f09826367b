import { sh, type AnyRecipe } from 'zilch';
import { byGcc10, llvmByGcc10 } from './llvm.ts';
import { llvmPart, type Compiler } from './llvm-build.ts';

/** LLVM's linker, for ELF. */
export const lldBy = (compiler: Compiler, llvm: AnyRecipe) =>
  llvmPart({
    name: 'lld',
    description: 'the linker of LLVM',
    compiler,
    folder: 'lld',
    components: ['lld'],
    target: 'lld',
    // Built by itself, it would install second names as copies, which are not stripped and name the compiler's files.
    options: sh`-DLLVM_DIR=${llvm}/lib/cmake/llvm -DLLVM_USE_SYMLINKS=ON -DLLVM_ENABLE_PIC=OFF`,
    finish: sh`strip "$out/bin/lld"`,
    test: (self) => sh`
phase 'links a program and a shared library'
printf 'int answer (void);\n__asm__ (".globl _start\\n_start: and $-16, %%rsp; call begin");\nvoid begin (void) { __asm__ ("syscall" :: "a" (60), "D" ((long) answer ())); }\n' >begin.c
printf 'int answer (void) { return 42; }\n' >answer.c
${compiler.cc} -c -O1 -fPIC begin.c answer.c
for option in --build-id=none --gc-sections --icf=all -pie; do
  ${self}/bin/ld.lld $option begin.o answer.o -o answer
  if [ $option != -pie ]; then
    status=0
    ./answer || status=$?
    test "$status" = 42
  fi
done
${self}/bin/ld.lld -shared answer.o -o libanswer.so
${self}/bin/ld.lld -static begin.o libanswer.so -o wrong 2>log && exit 1
grep -q 'static' log

phase 'says what is missing'
if ${self}/bin/ld.lld begin.o -o wrong 2>log; then exit 1; fi
grep -q 'undefined symbol: answer' log
`,
  });

/** lld by GCC 10. */
export const lldByGcc10 = lldBy(byGcc10, llvmByGcc10);
