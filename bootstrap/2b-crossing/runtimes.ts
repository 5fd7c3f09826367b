import { sh, type AnyRecipe } from 'zilch';
import { stage1 } from '../1-stage1/index.ts';
import { ascentRecipe, cmake, gnumake, llvmSource } from '../2a-ascent/index.ts';
import * as sources from '../sources.ts';

/** libunwind and libc++ (with libc++abi in it), static and shared: what libgcc_s and libstdc++ are to GCC. */
export const runtimesBy = (cToolchain: AnyRecipe) =>
  ascentRecipe({
    name: 'runtimes',
    description: 'C++ library and unwinder: libc++, libc++abi, libunwind',
    version: sources.llvm.version,
    path: [cToolchain, cmake, gnumake, stage1.protobusybox],
    script: sh`
phase configure
ln -s ${llvmSource} source
export CC=cc CXX=c++ CFLAGS=-ffile-prefix-map=/build/= CXXFLAGS=-ffile-prefix-map=/build/=
# That compilers work cannot be tried: they would link to what is to be made here.
cmake -S source/runtimes -B build -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX="$out" -DCMAKE_SKIP_RPATH=ON \
  -DCMAKE_C_COMPILER_WORKS=ON -DCMAKE_CXX_COMPILER_WORKS=ON -DLLVM_ENABLE_RUNTIMES='libunwind;libcxxabi;libcxx' \
  -DLLVM_HOST_TRIPLE=x86_64-unknown-linux-musl -DLLVM_INCLUDE_DOCS=OFF -DLLVM_INCLUDE_TESTS=OFF \
  -DLIBUNWIND_USE_COMPILER_RT=ON \
  -DLIBCXXABI_ENABLE_SHARED=OFF -DLIBCXXABI_USE_COMPILER_RT=ON -DLIBCXXABI_USE_LLVM_UNWINDER=ON \
  -DLIBCXX_ENABLE_STATIC_ABI_LIBRARY=ON -DLIBCXX_HAS_MUSL_LIBC=ON -DLIBCXX_INCLUDE_BENCHMARKS=OFF -DLIBCXX_USE_COMPILER_RT=ON

phase build
make -C build -j"$NIX_BUILD_CORES"

phase install
make -C build install
strip -g "$out"/lib/*.a "$out"/lib/*.so.*.*
`,
    references: { allowed: [] },
    test: (self) => ({
      path: [cToolchain, stage1.protobusybox],
      script: sh`
phase 'need one another and musl, and nothing else'
readelf -d ${self}/lib/libc++.so.1 >needed
test "$(sed -n 's/.*NEEDED.*\[\(.*\)\].*/\1/p' needed | sort | tr '\n' ' ')" = 'libc.so libunwind.so.1 '
readelf -d ${self}/lib/libunwind.so.1 >needed
test "$(sed -n 's/.*NEEDED.*\[\(.*\)\].*/\1/p' needed | sort | tr '\n' ' ')" = 'libc.so '

phase 'no trace of how it was built'
if grep -rlF -e /build/ -e ${llvmSource} ${self}; then exit 1; fi
mkdir "$out"
`,
    }),
  });
