import { local, sh } from 'zilch';
import { busybox, toolchain } from '../2b-crossing/index.ts';
import { distributionRecipe } from './tools.ts';

const files = local(import.meta.url, './boot', { name: 'boot-loader-source' });

/** The two programs that start a kernel: one that a BIOS loads, one that UEFI loads. */
export const bootLoader = distributionRecipe({
  name: 'boot-loader',
  version: '1',
  description: 'starts the kernel, from a BIOS and from UEFI',
  path: [toolchain, busybox],
  script: sh`
mkdir "$out"
clang --target=i386-elf -c ${files}/loader.S -o loader.o
ld.lld --image-base=0 -Ttext=0x7c00 --oformat=binary loader.o -o "$out/loader.bin"
clang --target=x86_64-elf -c ${files}/efi-header.S -o header.o
clang --target=x86_64-elf -std=c11 -Wall -Wextra -Werror -ffreestanding -fshort-wchar -mno-red-zone -fno-stack-protector -O2 \
  -fpic -fvisibility=hidden -fno-asynchronous-unwind-tables -c ${files}/menu.c -o menu.o
ld.lld -T ${files}/efi.ld --oformat=binary header.o menu.o -o "$out/menu.efi"
chmod -x "$out"/*
`,
  references: { allowed: [] },
  test: (self) => ({
    path: [busybox],
    script: sh`
test "$(wc -c <${self}/loader.bin)" = 8192
test "$(tail -c 4 ${self}/loader.bin)" = Zlch
test "$(head -c 2 ${self}/menu.efi)" = MZ
# PE header: x86-64, and 10 is "a program of UEFI's"
at="$(od -An -tu4 -j60 -N4 ${self}/menu.efi)"
test "$(od -An -tx2 -j$((at + 4)) -N2 ${self}/menu.efi | tr -d ' ')" = 8664
test "$(od -An -tu2 -j$((at + 92)) -N2 ${self}/menu.efi | tr -d ' ')" = 10
mkdir "$out"
`,
  }),
});
