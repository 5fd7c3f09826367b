import { recipe, sh } from 'zilch';
import { busybox, toolchain } from '../2b-crossing/index.ts';
import { prelude } from '../package/prelude.ts';
import { tinycc } from '../sources.ts';

/**
 * The circle closes: an unedited TinyCC by the last toolchain, which stage 1 takes as its seed in the place of the one that 148 bytes made. With it
 * comes the same stage 1: `zilch build stage1 --seed "$(zilch path tinycc-static)/bin/tcc"`.
 */
export const tinyccStatic = recipe({
  name: 'tinycc-static',
  version: tinycc.version,
  description: 'an unedited TinyCC by the last toolchain, to begin again with',
  shell: sh`${busybox}/bin/ash`,
  prelude,
  path: [toolchain, busybox],
  // What its configure script would find out. It reads objects through pointers of other types.
  script: sh`
phase unpack
mkdir tinycc
cd tinycc
bunzip2 -c ${tinycc} | tar -xf -

phase build
: >config.h
cc -static -s -O2 -w -fno-strict-aliasing -DONE_SOURCE=1 -DTCC_TARGET_X86_64 -DCONFIG_TCC_STATIC \
  '-DTCC_VERSION="0.9.27"' '-DCONFIG_TCCDIR="/"' tcc.c -o tcc

phase install
mkdir -p "$out/bin"
cp tcc "$out/bin/"
`,
  references: { allowed: [] },
  test: (self) => ({
    path: [self, toolchain, busybox],
    script: sh`
phase 'all that stage 1 asks of its seed'
test "$(tcc -v)" = 'tcc version 0.9.27 (x86_64 Linux)'
if readelf -l "$(command -v tcc)" | grep 'INTERP\|DYNAMIC'; then exit 1; fi
cat >try.c <<'.'
static long power (long base, int exponent) { return exponent ? base * power (base, exponent - 1) : 1; }
static double half (int n) { return n / 2.0; }
static struct pair { char c; long n; } pairs[3] = { [1] = { 'x', 7 } };
int main (int n, char **words)
{
  switch (n) { case 2: break; default: return 1; }
  if (power (3, 20) != 3486784401 || half (5) != 2.5 || pairs[1].n != 7 || sizeof pairs != 48) return 2;
  return words[1][0];
}
int _start (void) { char *words[] = { "", "*", 0 }; return main (2, words); }
.
status=0
tcc -nostdinc -nostdlib -run try.c '*' || status=$?
test $status = 42
tcc -c try.c -o try.o
tcc -ar rcs libtry.a try.o
test "$(ar t libtry.a)" = try.o
nm try.o | grep -q ' T main'
mkdir "$out"
`,
  }),
});
