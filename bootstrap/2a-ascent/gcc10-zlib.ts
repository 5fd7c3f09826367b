import { sh, type AnyRecipe } from 'zilch';
import { stage1 } from '../1-stage1/index.ts';
import * as sources from '../sources.ts';
import { ascentRecipe } from './ascent.ts';
import { binutils } from './binutils.ts';
import { gcc10 } from './gcc10.ts';
import { gnumake } from './gnumake.ts';

/** zlib by some compiler, static and shared, and zlib's own tests: somebody else's program as a test of the compiler. */
export const zlibBy = (name: string, path: readonly AnyRecipe[], cc: string) =>
  ascentRecipe({
    name,
    description: `zlib and its own tests, as a test of a compiler`,
    version: '1.2.13',
    path: [...path, gnumake, stage1.protobusybox],
    script: sh`
phase unpack
bunzip2 -c ${sources.zlib} | tar -xf -
mv zlib-* zlib
shell_scripts zlib
cd zlib

phase build
CC='${cc}' ./configure --prefix="$out"
make -j"$NIX_BUILD_CORES" SHELL="$SHELL" # its makefile asks for /bin/sh

phase test
make test SHELL="$SHELL" | tee log
test "$(grep -c '\*\*\* zlib .*test OK \*\*\*' log)" = 3 # static, shared, 64-bit offsets
mkdir "$out"
`,
  });

/** By the last GCC. */
export const gcc10Zlib = zlibBy('gcc10-zlib', [gcc10, binutils], 'gcc');
