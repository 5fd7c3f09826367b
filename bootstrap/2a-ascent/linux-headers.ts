import { sh } from 'zilch';
import { stage1 } from '../1-stage1/index.ts';
import * as sources from '../sources.ts';
import { ascentRecipe } from './ascent.ts';
import { binutils } from './binutils.ts';
import { gcc3 } from './gcc3.ts';
import { gnumake } from './gnumake.ts';

/** The headers by which programs talk to Linux. A C compiler makes the three small programs that take the kernel's own parts out. */
export const linuxHeaders = ascentRecipe({
  name: 'linux-headers',
  description: "the headers with which programs call Linux's kernel",
  version: '6.12.107',
  path: [gcc3, binutils, gnumake, stage1.protobusybox],
  script: sh`
phase unpack
top=linux-6.12.107
unpack ${sources.linux} linux $top/Makefile $top/scripts $top/include $top/arch/x86 $top/tools/include $top/usr
shell_scripts linux
cd linux

phase build
# Not headers_install, which wants rsync. The kernel's own flags are for a C compiler younger than this one.
make -j"$NIX_BUILD_CORES" ARCH=x86 HOSTCC='gcc -static' KBUILD_USERHOSTCFLAGS='-O2 -std=gnu99' headers

phase install
mkdir "$out"
find usr/include -type f ! -name '*.h' -delete # make's notes
cp -r usr/include "$out/"
`,
  references: { allowed: [] },
  test: (self) => ({
    path: [gcc3, binutils, stage1.protobusybox],
    script: sh`
phase 'headers compile by themselves'
for header in linux/fs.h linux/futex.h linux/magic.h linux/random.h linux/stat.h linux/types.h asm/unistd.h asm-generic/errno.h mtd/mtd-user.h; do
  printf '#include <stdint.h>\n#include <sys/types.h>\n#include <%s>\n' $header >one.c
  gcc -std=gnu99 -I${self}/include -fsyntax-only one.c
done

phase 'system calls have their numbers'
printf '#include <asm/unistd.h>\nint numbers[] = { __NR_read, __NR_exit_group, __NR_statx };\n' >numbers.c
gcc -I${self}/include -E -P numbers.c | grep -q '{ 0, 231, 332 }'

phase 'nothing of the kernel is left'
if grep -rE '^# *if(def|ndef).*__KERNEL__|^#include <linux/compiler' ${self}; then exit 1; fi
mkdir "$out"
`,
  }),
});
