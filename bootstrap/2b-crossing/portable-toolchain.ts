import { sh } from 'zilch';
import { stage1 } from '../1-stage1/index.ts';
import { ascentRecipe } from '../2a-ascent/index.ts';
import { sysroot, toolchain } from './crossing.ts';

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
