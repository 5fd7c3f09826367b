import { sh, source } from 'zilch';
import { commands } from '../package/index.ts';
import type { Define } from './define.ts';

/** Changes the loader, the run path and the names of libraries that a program asks for. One file of C++. */
export const patchelf: Define = () => ({
  source: source({
    name: 'patchelf',
    version: '0.18.0',
    size: 331312,
    sha256: '1451d01ee3a21100340aed867d0b799f46f0b1749680028d38c3f5d0128fb8a7',
    debian: 'pool/main/p/patchelf/patchelf_0.18.0.orig.tar.gz',
    licence: 'GPL-3.0-or-later',
    homepage: 'https://github.com/NixOS/patchelf',
    releases: 'https://github.com/NixOS/patchelf/releases',
  }),
  description: 'changes the loader and the run path of programs',
  style: commands(sh`
phase build
mkdir -p "$out/bin"
$CXX $CXXFLAGS -std=c++17 -D_FILE_OFFSET_BITS=64 '-DPACKAGE_STRING="patchelf 0.18.0"' src/patchelf.cc -s -o "$out/bin/patchelf"
`),
  test: {
    script: sh`
phase 'a library gets another name, needs another, and has a run path'
echo 'int answer (void) { return 42; }' >answer.c
cc -shared -fPIC -nostdlib answer.c -Wl,-soname,libold.so -o libanswer.so
patchelf --set-soname libnew.so libanswer.so
patchelf --add-needed libother.so libanswer.so
patchelf --set-rpath /some/place:/another libanswer.so
test "$(patchelf --print-soname libanswer.so)" = libnew.so
test "$(patchelf --print-needed libanswer.so)" = libother.so
readelf -d libanswer.so >shape
grep -q 'libnew.so' shape
grep -q '/some/place:/another' shape

phase 'a program gets another loader'
printf 'void _start (void) { __asm__ ("syscall" :: "a" (60), "D" (42)); }\n' >start.c
cc -nostdlib -pie -fPIE -Wl,--dynamic-linker=/old/loader start.c libanswer.so -o program
test "$(patchelf --print-interpreter program)" = /old/loader
patchelf --set-interpreter /a/much/longer/path/of/the/loader/than/it/was/before program
test "$(patchelf --print-interpreter program)" = /a/much/longer/path/of/the/loader/than/it/was/before
readelf -l program | grep -q 'longer/path/of/the/loader'
if patchelf --print-soname start.c; then exit 1; fi
`,
  },
});
