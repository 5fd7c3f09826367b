import { sh } from 'zilch';
import { stage1 } from '../1-stage1/index.ts';
import * as sources from '../sources.ts';
import { ascentRecipe } from './ascent.ts';

/** The first part of its version, which clang puts into names of files. */
export const llvmMajor = sources.llvm.version.replace(/\..*/, '');

/**
 * LLVM's source tree, a fifth of which is left, made to fit. A dozen builds read it, so it is a store path of its own. See
 * docs/decisions/0018-which-llvm.md for what is taken out.
 */
export const llvmSource = ascentRecipe({
  name: 'llvm-source',
  version: sources.llvm.version,
  description: "the parts of LLVM's source that are used, edited to be built without Python",
  path: [stage1.protobusybox],
  script: sh`
phase unpack
top=llvm-toolchain-${llvmMajor}_${sources.llvm.version}
# Tests are most of it, other projects most of the rest. (busybox' tar matches a pattern with as many names of a path.) libc++ takes the
# reading of numbers from LLVM's C library.
unpack ${sources.llvm} "$out" --exclude='*/*/test' --exclude='*/*/unittests' --exclude='*/*/docs' \
  $top/llvm $top/clang $top/lld $top/compiler-rt $top/libunwind $top/libcxxabi $top/libcxx $top/runtimes $top/cmake \
  $top/libc/hdr $top/libc/include $top/libc/shared $top/libc/src $top/third-party/siphash

phase patch
cd "$out"

# Python runs tests, and nothing that is built.
edit llvm/CMakeLists.txt 'find_package(Python3 \${LLVM_MINIMUM_PYTHON_VERSION} REQUIRED
    COMPONENTS Interpreter)' ''
edit clang/CMakeLists.txt '  find_package(Python3 \${LLVM_MINIMUM_PYTHON_VERSION} REQUIRED
    COMPONENTS Interpreter)

  if' '  if'
edit runtimes/CMakeLists.txt 'find_package(Python3 REQUIRED COMPONENTS Interpreter)' ''
edit compiler-rt/CMakeLists.txt 'find_package(Python3 COMPONENTS Interpreter)
  if(NOT Python3_Interpreter_FOUND)' 'if(FALSE)'
# Nor does it tell include-what-you-use about libc++.
sed -i '/_all_includes.*libcxx\.imp/d; /install(FILES.*libcxx\.imp/,/COMPONENT/d' libcxx/include/CMakeLists.txt
test "$(grep -c 'libcxx\.imp' libcxx/include/CMakeLists.txt)" = 2

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
sed -i '/^LLD_HAS_DRIVER(\(coff\|mingw\|macho\|wasm\))/d; s/LLD_ALL_DRIVERS/{{lld::Gnu, \&lld::elf::link}}/' lld/tools/lld/lld.cpp
test "$(grep -c 'LLD_HAS_DRIVER\|{{lld::Gnu' lld/tools/lld/lld.cpp)" = 3

# Debug information comes as DWARF, not as PDB or GSYM files: a hundred files.
edit llvm/lib/DebugInfo/Symbolize/CMakeLists.txt '  DebugInfoGSYM
  DebugInfoPDB
' ''
sed -i '/#include "llvm\/DebugInfo\/\(GSYM\|PDB\)/d
/^  const auto GsymFile = /,/^  if (!Context)$/{/^  if (!Context)$/!d}' llvm/lib/DebugInfo/Symbolize/Symbolize.cpp
if grep -i 'pdb::\|gsym::' llvm/lib/DebugInfo/Symbolize/Symbolize.cpp; then exit 1; fi

# Programs for graphics cards are put into no ELF file that is described in YAML: thirty files.
edit llvm/lib/Frontend/Offloading/CMakeLists.txt '  ObjectYAML
' ''
sed -i '/#include "llvm\/ObjectYAML/d
/^Error offloading::intel::containerizeOpenMPSPIRVImage(/,/^}/d' llvm/lib/Frontend/Offloading/Utility.cpp
if grep 'ELFYAML\|yaml::' llvm/lib/Frontend/Offloading/Utility.cpp; then exit 1; fi

# The optimiser's second vectoriser is an experiment, and is asked for by name: thirty files.
edit llvm/lib/CMakeLists.txt 'add_subdirectory(SandboxIR)
' ''
edit llvm/lib/Transforms/Vectorize/CMakeLists.txt '  SandboxIR
' ''
sed -i '/^  SandboxVectorizer\/.*\.cpp$/d' llvm/lib/Transforms/Vectorize/CMakeLists.txt
sed -i '/SandboxVectorizer/d' llvm/lib/Passes/PassBuilder.cpp llvm/lib/Passes/PassRegistry.def

# Nor does clang describe the interfaces of libraries, in JSON or for macOS.
edit clang/lib/CMakeLists.txt 'add_subdirectory(ExtractAPI)
' ''
edit clang/lib/CMakeLists.txt 'add_subdirectory(InstallAPI)
' ''
edit clang/lib/FrontendTool/CMakeLists.txt '  clangExtractAPI
' ''
sed -i '/#include "clang\/ExtractAPI\|WrappingExtractAPIAction/d; s/std::make_unique<ExtractAPIAction>()/nullptr/' \
  clang/lib/FrontendTool/ExecuteCompilerInvocation.cpp
`,
  references: { allowed: [] },
});
