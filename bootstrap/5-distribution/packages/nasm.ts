import { sh, source } from 'zilch';
import { autotools, type PackageSpec } from '../../package/index.ts';

/** An assembler in Intel's notation, which boot loaders and codecs are written for. */
export const nasm = (): PackageSpec => ({
  source: source({
    name: 'nasm',
    version: '2.16.03',
    size: 1032388,
    sha256: '1412a1c760bbd05db026b6c0d1657affd6631cd0a63cddb6f73cc6d4aa616148',
    debian: 'pool/main/n/nasm/nasm_2.16.03.orig.tar.xz',
    licence: 'BSD-2-Clause',
    homepage: 'https://www.nasm.us/',
    releases: 'https://www.nasm.us/pub/nasm/releasebuilds/',
  }),
  description: "an assembler in Intel's notation",
  style: autotools({
    targets: ['nasm', 'ndisasm'],
    installBy: sh`
mkdir -p "$out/bin"
cp nasm ndisasm "$out/bin/"
`,
  }),
  test: {
    script: sh`
phase 'there and back, and a program'
printf 'bits 16\nmov ax, 0x1234\nint 0x10\n' >boot.asm
nasm -f bin -o boot boot.asm
test "$(od -An -tx1 boot | tr -d ' ')" = b83412cd10
ndisasm boot | grep -qi 'mov ax,0x1234'
cat >seven.asm <<'.'
global _start
_start: mov eax, 60
        mov edi, 7
        syscall
.
nasm -f elf64 seven.asm
ld.lld -o seven seven.o
status=0
./seven || status=$?
test $status = 7
`,
  },
});
