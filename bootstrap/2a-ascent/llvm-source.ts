import { sh } from 'zilch';
import { stage1 } from '../1-stage1/index.ts';
import * as sources from '../sources.ts';
import { ascentRecipe } from './ascent.ts';

/** LLVM's source tree, a fifth of which is left, made to fit. A dozen builds read it, so it is a store path of its own. */
export const llvmSource = ascentRecipe({
  name: 'llvm-source',
  version: '16.0.6',
  path: [stage1.protobusybox],
  script: sh`
phase unpack
top=llvm-toolchain-16_16.0.6
# Tests are most of it, other projects most of the rest. (busybox' tar matches a pattern with as many names of a path.)
unpack ${sources.llvm} "$out" --exclude='*/*/test' --exclude='*/*/unittests' --exclude='*/*/docs' \
  $top/llvm $top/clang $top/lld $top/compiler-rt $top/libunwind $top/libcxxabi $top/libcxx $top/runtimes $top/cmake

phase patch
cd "$out"

# Python runs tests, and nothing that is built.
edit llvm/CMakeLists.txt 'find_package(Python3 \${LLVM_MINIMUM_PYTHON_VERSION} REQUIRED
    COMPONENTS Interpreter)' ''
edit runtimes/CMakeLists.txt 'find_package(Python3 REQUIRED COMPONENTS Interpreter)' ''
edit compiler-rt/CMakeLists.txt 'find_package(Python3 COMPONENTS Interpreter)
  if(NOT Python3_Interpreter_FOUND)' 'if(FALSE)'

# lld links ELF, and nothing for Windows, macOS and WebAssembly.
edit lld/CMakeLists.txt 'add_subdirectory(docs)
add_subdirectory(COFF)
add_subdirectory(ELF)
add_subdirectory(MachO)
add_subdirectory(MinGW)
add_subdirectory(wasm)' 'add_subdirectory(ELF)'
edit lld/tools/lld/CMakeLists.txt '  lldCOFF
  lldELF
  lldMachO
  lldMinGW
  lldWasm' '  lldELF'
edit lld/tools/lld/CMakeLists.txt 'lld-link ld.lld ld64.lld wasm-ld' 'ld.lld'
edit lld/tools/lld/lld.cpp '    if (f == Gnu && isPETarget(args))
      return mingw::link;
    else if (f == Gnu)
      return elf::link;
    else if (f == WinLink)
      return coff::link;
    else if (f == Darwin)
      return macho::link;
    else if (f == Wasm)
      return lld::wasm::link;
    else' '    if (f == Gnu && !isPETarget(args))
      return elf::link;
    else'
`,
  references: { allowed: [] },
});
