import { sh, source } from 'zilch';
import { autotools, type Package, type PackageSpec } from '../../package/index.ts';

/** GNU's linker and assembler, for what does not do with LLVM's. */
export const binutils = (zlib: Package, flex: Package, bison: Package): PackageSpec => ({
  source: source({
    name: 'binutils',
    version: '2.44',
    size: 27504768,
    sha256: 'c41a0272424f41bb01bf828e7ffef1b2d59d1788064fd6b5f1d971717e9320b8',
    debian: 'pool/main/b/binutils/binutils_2.44.orig.tar.xz',
    licence: 'GPL-3.0-or-later',
    homepage: 'https://www.gnu.org/software/binutils/',
    releases: 'https://ftp.gnu.org/gnu/binutils/',
    changedByDebian:
      'packed again with three manuals replaced, and without a page of a manual and a help file; by upstream’s own list no other file differs',
  }),
  description: "GNU's assembler and linker",
  inputs: [zlib],
  tools: [flex, bison],
  style: autotools({
    flags: [
      '--disable-gprofng --disable-gdb --disable-plugins --disable-werror --disable-gold --disable-multilib --enable-deterministic-archives',
      '--with-system-zlib --without-zstd --disable-separate-code MAKEINFO=true',
    ],
    make: ['MAKEINFO=true'],
    targets: ['all-binutils', 'all-gas', 'all-ld'],
    installBy: sh`
mkdir -p "$out/bin" "$out/lib/ldscripts"
cp gas/as-new "$out/bin/as"
cp ld/ld-new "$out/bin/ld.bfd"
for name in objdump readelf size addr2line elfedit gprof; do
  if [ -f "binutils/$name" ]; then cp "binutils/$name" "$out/bin/"; fi
done
for pair in objcopy:objcopy strip-new:strip nm-new:nm ar:ar ranlib:ranlib strings:strings cxxfilt:c++filt; do
  cp "binutils/\${pair%%:*}" "$out/bin/\${pair#*:}"
done
ln -s ld.bfd "$out/bin/ld"
`,
  }),
  test: {
    script: sh`
phase 'assembled, linked, run'
cat >seven.s <<'.'
.globl _start
_start: mov $60, %eax
        mov $7, %edi
        syscall
.
as seven.s -o seven.o
ld.bfd seven.o -o seven
status=0
./seven || status=$?
test $status = 7

phase 'a program of C, linked by it'
echo 'int puts (const char *); int main (void) { puts ("linked"); return 0; }' >main.c
cc -static --ld-path="$(command -v ld.bfd)" main.c -o main
test "$(./main)" = linked
objdump -d seven | grep -q syscall
readelf -h seven | grep -q 'X86-64'
`,
  },
});
