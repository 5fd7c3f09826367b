import { sh } from '../../src/recipe/index.js';
import { stage1 } from '../1-stage1/index.js';
import { ascentRecipe } from './ascent.js';
import { binutils } from './binutils.js';
import { gcc3Options, unpackGcc3 } from './gcc3-source.js';
import { gnumake } from './gnumake.js';

/** GCC 3.4.6's C compiler, compiled by TinyCC. It is here to compile musl and then itself; it cannot link to TinyCC's C library. */
export const gcc3C = ascentRecipe({
  name: 'gcc3-c',
  version: '3.4.6',
  path: [stage1.tinycc, binutils, gnumake, stage1.protobusybox],
  script: sh`
phase unpack
${unpackGcc3}

phase configure
mkdir build
cd build
export CC=cc CFLAGS= AR=${binutils}/bin/ar RANLIB=${binutils}/bin/ranlib
../gcc3/configure --prefix="$out" ${gcc3Options} --enable-languages=c \
  --with-sysroot=${stage1.protomusl} --with-as=${binutils}/bin/as --with-ld=${binutils}/bin/ld

phase build
make -j"$NIX_BUILD_CORES" all-gcc CFLAGS=

phase install
make -C gcc install
`,
});
