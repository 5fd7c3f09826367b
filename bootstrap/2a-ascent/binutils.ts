import { sh } from '../../src/recipe/index.js';
import { stage1 } from '../1-stage1/index.js';
import { sources } from '../sources.js';
import { ascentRecipe } from './ascent.js';
import { gnumake } from './gnumake.js';

/** GNU as, ld and their kin, compiled by TinyCC: GCC needs an assembler, and TinyCC cannot make shared libraries that hold. */
export const binutils = ascentRecipe({
  name: 'binutils',
  version: '2.35.2',
  path: [stage1.tinycc, gnumake, stage1.protobusybox],
  script: sh`
phase unpack
unpack ${sources.binutils} binutils
shell_scripts binutils
cd binutils

phase configure
# libtool asks how long a command line may be, and under a small PATH gets an answer so short that it splits one ar
# call into several; tcc -ar starts a new archive each time.
export lt_cv_sys_max_cmd_len=131072
# plugin-api.h wants to know the byte order, and this tcc has no __BYTE_ORDER__.
./configure --prefix="$out" --build=x86_64-linux-musl \
  CC=cc CFLAGS=-D__LITTLE_ENDIAN__=1 AR=ar RANLIB=true \
  --enable-deterministic-archives --disable-shared --disable-nls --disable-multilib --disable-werror \
  --disable-gdb --disable-gold --disable-gprof --disable-libctf --disable-plugins --disable-sim

phase build
make -j"$NIX_BUILD_CORES" MAKEINFO=true # the manuals are not wanted, and makeinfo is not there

phase install
make install MAKEINFO=true
rm -rf "$out/share" "$out/include" "$out"/lib
`,
});
