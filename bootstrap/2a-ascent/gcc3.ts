import { local, sh } from 'zilch';
import { stage1 } from '../1-stage1/index.ts';
import { ascentRecipe, NOWHERE } from './ascent.ts';
import { binutils } from './binutils.ts';
import { compilerTest } from './compiler-test.ts';
import { gcc3C } from './gcc3-c.ts';
import { gcc3Options, unpackGcc3 } from './gcc3-source.ts';
import { gnumake } from './gnumake.ts';
import { musl } from './musl.ts';

/** GCC 3.4.6's C and C++ compilers, compiled by its own C compiler: enough C++ for GCC 10, once bit-fields are promoted. */
export const gcc3 = ascentRecipe({
  name: 'gcc3',
  description: 'GCC 3.4, C and C++, by itself',
  version: '3.4.6',
  path: [gcc3C, binutils, gnumake, stage1.protobusybox],
  script: sh`
phase unpack
${unpackGcc3}
(cd gcc3 && patch -p1 -i ${local(import.meta.url, './gcc3-bit-fields.patch')})

# Programs ask for the loader of the C library they were linked to.
edit gcc3/gcc/config/i386/linux64.h '/lib64/ld-linux-x86-64.so.2' '${musl}/lib/ld-musl-x86_64.so.1'

# libstdc++'s GNU/Linux flavour reads the insides of glibc's ctype and locale tables.
edit gcc3/libstdc++-v3/configure.host 'os_include_dir="os/gnu-linux"' 'os_include_dir="os/generic"'

# The compiler names what is in an anonymous namespace after the file, and after the time and its process; now after the file alone.
edit gcc3/gcc/toplev.c 'value = local_tick ^ getpid ();' 'value = 0;'

# libtool puts one archive's objects into another in the order in which the file system lists them.
sed -i 's/-print | $NL2SP/-print | sort | $NL2SP/' gcc3/ltmain.sh
test "$(grep -c 'find .* | sort | $NL2SP' gcc3/ltmain.sh)" = 3

phase configure
mkdir build
cd build
# The compiler at hand was made with the headers of stage 1's musl, and with no library to link to.
export CC="gcc -static -B${musl}/lib/ -isystem ${musl}/include" CFLAGS=-O2
../gcc3/configure --prefix=${NOWHERE} ${gcc3Options} --enable-languages=c,c++ \
  --with-sysroot=${musl} --with-as=${binutils}/bin/as --with-ld=${binutils}/bin/ld \
  --enable-clocale=generic --disable-libstdcxx-pch

phase build
make -j"$NIX_BUILD_CORES" CFLAGS=-O2 CXXFLAGS=-O2

phase install
make install DESTDIR="$PWD/installed"
mv installed${NOWHERE} "$out"
rm -r "$out/info" "$out/man" "$out/bin/gccbug" "$out"/lib/gcc/*/*/install-tools "$out"/libexec/gcc/*/*/install-tools
rm "$out"/lib/*.la # for libtool, and they name the shell
`,
  references: { allowed: [musl, binutils] },
  test: (self) => ({
    path: [self, binutils, stage1.protobusybox],
    script: sh`
${compilerTest(self)}

phase 'bit-fields promote, casts of them do not'
for level in -O0 -O2; do
  g++ $level ${local(import.meta.url, './gcc3-bit-fields.cc')} -o bit-fields
  ./bit-fields
done
mkdir "$out"
`,
  }),
});
