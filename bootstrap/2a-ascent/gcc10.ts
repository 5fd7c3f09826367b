import { sh, type AnyRecipe } from 'zilch';
import { stage1 } from '../1-stage1/index.ts';
import { ascentRecipe, NOWHERE } from './ascent.ts';
import { binutils } from './binutils.ts';
import { compilerTest } from './compiler-test.ts';
import { gcc10Source } from './gcc10-source.ts';
import { gcc3 } from './gcc3.ts';
import { gnumake } from './gnumake.ts';
import { musl } from './musl.ts';

/** GCC 10, C and C++, by another compiler. */
const gcc10By = (name: string, description: string, compiler: AnyRecipe, flags: string) =>
  ascentRecipe({
    name,
    version: '10.2.0',
    description,
    path: [compiler, binutils, gnumake, stage1.protobusybox],
    script: sh`
phase configure
ln -s ${gcc10Source} gcc10 # a short name, so that no object has the source's store path in it
mkdir build
cd build
export CC='gcc -static' CXX='g++ -static' CFLAGS='${flags}' CXXFLAGS='${flags}'
export CFLAGS_FOR_TARGET=-O2 CXXFLAGS_FOR_TARGET=-O2
../gcc10/configure --prefix=${NOWHERE} --build=x86_64-linux-musl --enable-languages=c,c++ \
  --with-sysroot=${musl} --with-native-system-header-dir=/include --with-as=${binutils}/bin/as --with-ld=${binutils}/bin/ld \
  --enable-checking=release --disable-bootstrap --disable-multilib --disable-multiarch --disable-nls --disable-shared \
  --disable-analyzer --disable-cet --disable-decimal-float --disable-fixed-point --disable-gcov --disable-lto --disable-plugin \
  --disable-libada --disable-libatomic --disable-libcc1 --disable-libgomp --disable-libitm --disable-libquadmath --disable-libsanitizer \
  --disable-libssp --disable-libvtv --disable-libstdcxx-pch --disable-libstdcxx-filesystem-ts

phase build
make -j"$NIX_BUILD_CORES" MAKEINFO=true

phase install
make install-strip MAKEINFO=true DESTDIR="$PWD/installed"
mv installed${NOWHERE} "$out"
# What is for debuggers, for libtool (and names the shell), for link-time optimisation, which there is none of; second names.
rm -r "$out/share" "$out"/lib/*.py "$out"/lib/*.la "$out"/lib/gcc/*/*/install-tools "$out"/libexec/gcc/*/*/install-tools
rm "$out"/bin/gcc-* "$out"/bin/x86_64-linux-musl-*
strip -g "$out"/lib/*.a "$out"/lib/gcc/*/*/*.[ao] # libgcc has debug information whatever one says
`,
    references: { allowed: [musl, binutils] },
    test: (self) => ({
      path: [binutils, stage1.protobusybox],
      script: sh`
${compilerTest(self)}
mkdir "$out"
`,
    }),
  });

/** GCC 10 by g++ 3.4.6: as a compiler it is right, but it is not yet what it would make of itself. */
export const gcc10ByGcc3 = gcc10By(
  'gcc10-by-gcc3',
  'GCC 10, C and C++, by GCC 3.4',
  gcc3,
  // plugin-api.h wants to know the byte order, and GCC 3.4 has no __BYTE_ORDER__.
  '-O1 -D__LITTLE_ENDIAN__=1',
);

/** GCC 10 by GCC 10. */
export const gcc10 = gcc10By('gcc10', 'GCC 10, C and C++, by itself', gcc10ByGcc3, '-O2');

/** GCC 10 once more, by that. If compiling itself has changed nothing, this is the same store path. */
export const gcc10Again = gcc10By('gcc10', 'GCC 10 once more by GCC 10: the same if it compiles itself right', gcc10, '-O2');
