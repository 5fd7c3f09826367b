import { sh } from 'zilch';
import { stage1 } from '../1-stage1/index.ts';
import { ascentRecipe } from '../2a-ascent/index.ts';
import { busybox } from './busybox.ts';
import { sysroot, toolchain } from './crossing.ts';
import { toolchainPython } from './python.ts';

/**
 * The toolchain and its sysroot in one tree that refers to no store path: unpacked anywhere, it works there. Programs name the loader of
 * wherever it lies when it links them, and have the C++ library in them.
 */
export const portableToolchain = ascentRecipe({
  name: 'portable-toolchain',
  description: 'the toolchain in one folder that can be put anywhere',
  path: [stage1.protobusybox],
  script: sh`
mkdir "$out" "$out/sysroot"
cp -r ${toolchain}/. "$out/"
cp -r ${sysroot}/. "$out/sysroot/"
chmod -R u+w "$out"
rm "$out"/sysroot/lib/*.so*
cp -P ${sysroot.lib}/lib/* "$out/sysroot/lib/"
echo '--sysroot=<CFGDIR>/../sysroot --dyld-prefix=<CFGDIR>/../sysroot -static-libstdc++ -static-libgcc' >"$out/bin/clang.cfg"
`,
  references: { allowed: [] },
  test: (self) => ({
    path: [stage1.protobusybox],
    script: sh`
phase 'works elsewhere'
mkdir -p some/where
cp -r ${self} some/where/else
printf '#include <stdio.h>\nint main (void) { puts ("right"); }\n' >try.c
printf '#include <iostream>\nint main () { try { throw 42; } catch (int n) { std::cout << (n == 42 ? "right" : "wrong") << std::endl; } }\n' >try.cc
for options in '' -static; do
  some/where/else/bin/cc -Werror $options try.c -o c
  some/where/else/bin/c++ -Werror $options try.cc -o c++
  test "$(./c)" = right
  test "$(./c++)" = right
done
some/where/else/bin/c++ try.cc -o c++
some/where/else/bin/readelf -l c++ | grep -q 'interpreter: /build/some/where/else/bin/../sysroot/lib/ld-musl-x86_64.so.1]'
mkdir "$out"
`,
  }),
});

/** The same as one file, to be published beside its hash: whoever makes it again gets the same bytes. */
export const toolchainArchive = ascentRecipe({
  name: 'toolchain-x86_64-linux-musl.tar.gz',
  description: 'that folder as a tarball',
  path: [toolchainPython, busybox],
  script: sh`
# Python's tarfile takes files in the order of their names; whose they are, and since when, is the machine's business.
cat >archive.py <<'.'
import sys, tarfile
def anywhere(entry):
    tar.inodes.clear() # which equal files are one on disk is the store's business, too
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ''
    entry.mtime = 1
    entry.mode = 0o755 if entry.isdir() or entry.mode & 0o100 else 0o644
    return entry
tree, archive = sys.argv[1:]
with tarfile.open(archive, 'w', format=tarfile.USTAR_FORMAT) as tar:
    tar.add(tree, 'toolchain', filter=anywhere)
.
python3 archive.py ${portableToolchain} toolchain.tar
gzip -9 <toolchain.tar >"$out"
`,
  references: { allowed: [] },
  test: (self) => ({
    path: [busybox],
    script: sh`
mkdir some
tar -xzf ${self} -C some
contents() {
  cd "$1"
  find . -type f -exec sha256sum {} + | sort
  find . -type l | sort | while read -r link; do echo "$link: $(readlink "$link")"; done
  cd /build
}
contents ${portableToolchain} >expected
contents some/toolchain >found
cmp expected found
test "$(wc -l <found)" -gt 1000
test -x some/toolchain/bin/clang
test -w some/toolchain/bin/clang.cfg
printf '#include <cstdio>\nint main () { std::puts ("right"); }\n' >try.cc
some/toolchain/bin/c++ -Werror try.cc -o try
test "$(./try)" = right
mkdir "$out"
`,
  }),
});
