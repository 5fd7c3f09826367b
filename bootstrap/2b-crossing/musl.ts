import { sh, type AnyRecipe } from 'zilch';
import { stage1 } from '../1-stage1/index.ts';
import { ascentRecipe, gnumake, NOWHERE } from '../2a-ascent/index.ts';
import * as sources from '../sources.ts';
import type { Compilers } from './compilers.ts';

/** musl, static and shared, by clang: with nothing of GCC's in it. */
export const muslBy = ({ llvm, clang, lld }: Compilers, builtins: AnyRecipe) =>
  ascentRecipe({
    name: 'musl',
    description: 'C library and its headers, by clang',
    version: '1.2.6',
    path: [clang, lld, llvm, gnumake, stage1.protobusybox],
    script: sh`
phase unpack
unpack ${sources.musl} musl
shell_scripts musl
cd musl
# Programs name the loader by its path, and libraries lie beside it: nobody has to write down where that is.
edit ldso/dynlink.c 'if (!sys_path) sys_path = "/lib:/usr/local/lib:/usr/lib";' 'if (!sys_path) {
				char *end = strrchr(ldso.name, 0x2f);
				size_t n = end ? end-ldso.name : 0;
				if ((sys_path = calloc(n+1, 1))) memcpy(sys_path, ldso.name, n);
				else sys_path = "";
			}'

phase configure
CC=clang AR=llvm-ar RANLIB=llvm-ranlib LIBCC=${builtins}/lib/linux/libclang_rt.builtins-x86_64.a \
  ./configure --prefix=${NOWHERE} --syslibdir=${NOWHERE}/lib --build=x86_64-linux-musl --disable-wrapper

phase build
make -j"$NIX_BUILD_CORES"

phase install
make install DESTDIR="$PWD/installed"
mv installed${NOWHERE} "$out"
# The loader is the library. By its whole path the link would lead nowhere.
ln -sf libc.so "$out/lib/ld-musl-x86_64.so.1"
`,
    references: { allowed: [] },
    test: (self) => ({
      path: [llvm, stage1.protobusybox],
      script: sh`
phase 'the library is itself a program'
${self}/lib/libc.so 2>log || true # it says so and fails
grep -q '^musl libc (x86_64)' log
grep -q '^Version 1.2.6$' log

phase 'needs no other library, and holds nothing of GCC'
if llvm-readelf -d ${self}/lib/libc.so | grep NEEDED; then exit 1; fi
llvm-readelf -p .comment ${self}/lib/libc.so >comment
grep -q clang comment
if grep GCC: comment; then exit 1; fi
mkdir "$out"
`,
    }),
  });
