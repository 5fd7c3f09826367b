import { sh } from 'zilch';
import { stage1 } from '../1-stage1/index.ts';
import * as sources from '../sources.ts';
import { ascentRecipe, NOWHERE } from './ascent.ts';
import { gnumake } from './gnumake.ts';

/** GNU as, ld and their kin, compiled by TinyCC: GCC needs an assembler, and TinyCC cannot make shared libraries that hold. */
export const binutils = ascentRecipe({
  name: 'binutils',
  description: 'GNU assembler, linker and tools for object files, by TinyCC',
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
./configure --prefix=${NOWHERE} --build=x86_64-linux-musl \
  CC=cc CFLAGS=-D__LITTLE_ENDIAN__=1 AR=ar RANLIB=true \
  --enable-deterministic-archives --disable-shared --disable-nls --disable-multilib --disable-werror \
  --disable-gdb --disable-gold --disable-gprof --disable-libctf --disable-plugins --disable-sim

phase build
make -j"$NIX_BUILD_CORES" MAKEINFO=true # the manuals are not wanted, and makeinfo is not there

phase install
make install MAKEINFO=true DESTDIR="$PWD/installed"
mv installed${NOWHERE} "$out"
# Manuals, the library of object formats, and linker scripts that ld has built in.
rm -r "$out/share" "$out/include" "$out/lib" "$out/x86_64-linux-musl"
"$out/bin/strip" "$out"/bin/*
`,
  references: { allowed: [] },
  test: (self) => ({
    path: [self, stage1.protobusybox],
    script: sh`
phase 'assembles and links a static program'
cat >answer.s <<'.'
.globl _start
_start:
  mov $60, %eax
  mov answer(%rip), %edi
  syscall
.section .rodata
answer: .long 42
.
as answer.s -o answer.o
ld answer.o -o answer
status=0
./answer || status=$?
test "$status" = 42

phase 'archives and shared libraries'
printf '.globl f\nf: ret\n' | as -o f.o -
ar rc libf.a f.o
ar t libf.a | grep -qx f.o
nm -s libf.a | grep -q '^f in f.o'
ld -shared f.o -o libf.so
readelf -d libf.so | grep -q HASH
objdump -d libf.so | grep -q ret

phase 'archives hold no times and no users'
touch -d @86400 f.o
ar rc again.a f.o
cmp libf.a again.a
mkdir "$out"
`,
  }),
});
