import { local, sh, text } from 'zilch';
import { binutils } from './binutils.ts';
import { gcc10 } from './gcc10.ts';
import { llvmPart, type Compiler } from './llvm-build.ts';

/** The libraries that clang and lld are made of. LLVM has twice as many, and more tools than libraries. */
const libraries = [
  ...['Support', 'Demangle', 'TargetParser', 'Option', 'TableGen', 'BinaryFormat', 'Remarks', 'TextAPI', 'TextAPIBinaryReader', 'Extensions'],
  ...['Core', 'AsmParser', 'BitstreamReader', 'BitReader', 'BitWriter', 'IRReader', 'IRPrinter', 'Linker', 'LTO', 'Passes'],
  ...['Analysis', 'ProfileData', 'Coverage', 'ipo', 'Instrumentation', 'ScalarOpts', 'TransformUtils', 'Vectorize', 'Coroutines'],
  ...['InstCombine', 'AggressiveInstCombine', 'ObjCARCOpts', 'CFGuard', 'HipStdPar', 'CGData'],
  ...['FrontendAtomic', 'FrontendDirective', 'FrontendDriver', 'FrontendHLSL', 'FrontendOffloading', 'FrontendOpenMP'],
  ...['CodeGen', 'CodeGenTypes', 'SelectionDAG', 'GlobalISel', 'AsmPrinter', 'Target', 'MC', 'MCParser', 'MCDisassembler'],
  ...['X86CodeGen', 'X86AsmParser', 'X86Desc', 'X86Disassembler', 'X86Info'],
  ...['Object', 'Symbolize', 'WindowsDriver'],
  ...['DebugInfoDWARF', 'DebugInfoDWARFLowLevel', 'DebugInfoBTF', 'DebugInfoCodeView'],
].map((library) => `LLVM${library}`);

/** What stands in for binutils, but for the linker. */
const tools = [
  ...['llvm-ar', 'llvm-ranlib', 'llvm-nm', 'llvm-objcopy', 'llvm-strip', 'llvm-objdump', 'llvm-readobj', 'llvm-readelf'],
  ...['llvm-size', 'llvm-strings', 'llvm-cxxfilt'],
];

/** LLVM's libraries, and the tools that handle object files. */
export const llvmBy = (compiler: Compiler) =>
  llvmPart({
    name: 'llvm',
    description: "LLVM's libraries, and its tools for object files",
    compiler,
    folder: 'llvm',
    headers: text`${local(import.meta.url, './llvm-headers.cmake')}`,
    components: [...libraries, 'llvm-headers', 'cmake-exports', 'llvm-tblgen', ...tools],
    // The triple is given, so that no script guesses it. Utilities are installed because llvm-tblgen is one of them.
    options: sh`-DLLVM_HOST_TRIPLE=x86_64-unknown-linux-musl -DLLVM_TARGETS_TO_BUILD=X86 -DLLVM_INCLUDE_UTILS=OFF -DLLVM_INSTALL_UTILS=ON \
  -DLLVM_INCLUDE_BENCHMARKS=OFF -DLLVM_INCLUDE_EXAMPLES=OFF -DLLVM_ENABLE_BINDINGS=OFF -DLLVM_ENABLE_LIBEDIT=OFF \
  -DLLVM_ENABLE_LIBXML2=OFF -DLLVM_ENABLE_PIC=OFF -DLLVM_ENABLE_PLUGINS=OFF \
  -DLLVM_ENABLE_UNWIND_TABLES=OFF -DLLVM_ENABLE_ZLIB=OFF -DLLVM_ENABLE_ZSTD=OFF`,
    finish: sh`find "$out/bin" -type f -exec strip {} +`,
    test: (self) => sh`
phase 'object files and archives'
echo 'int answer (void) { return 42; } int unused;' >answer.c
${compiler.cc} -c answer.c -o answer.o
${self}/bin/llvm-ar rc libanswer.a answer.o
touch -d @86400 answer.o
${self}/bin/llvm-ar rc again.a answer.o
cmp libanswer.a again.a
${self}/bin/llvm-nm libanswer.a | grep -q ' T answer$'
${self}/bin/llvm-readelf -h answer.o | grep -q 'X86-64'
${self}/bin/llvm-objdump -d answer.o | grep -q '\$42\|0x2a'
${self}/bin/llvm-objcopy --redefine-sym answer=question answer.o question.o
${self}/bin/llvm-nm question.o | grep -q ' T question$'
${self}/bin/llvm-strip question.o
${self}/bin/llvm-ranlib libanswer.a
test "$(echo _ZN4llvm3fooEv | ${self}/bin/llvm-cxxfilt)" = 'llvm::foo()'
`,
  });

/** What GCC compiles. It is told not to look for memory to use again before it has used 1 GB, which for most files is never: a tenth to a fifth less time. */
export const byGcc10: Compiler = {
  name: 'gcc10',
  path: [gcc10, binutils],
  cc: 'gcc',
  cxx: 'g++',
  faster: '--param ggc-min-heapsize=1000000',
};

/** LLVM by GCC 10. */
export const llvmByGcc10 = llvmBy(byGcc10);
