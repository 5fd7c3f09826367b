import { sh } from 'zilch';
import { stage1 } from '../1-stage1/index.ts';
import { ascentRecipe } from '../2a-ascent/index.ts';
import { clang, crossing, lld, llvm, sysroot, toolchain } from './crossing.ts';

/** The same once more, from what came of it. */
const again = crossing({ llvm, clang, lld }, { fromGcc: false });

/**
 * The proof that GCC is left behind: crossing over again, with the clang that clang compiled in place of the one that GCC
 * compiled, changes nothing, neither in the libraries nor in the compilers. They are one store path or differ in substance.
 */
export const fixpoint = ascentRecipe({
  name: 'fixpoint',
  path: [stage1.protobusybox],
  script: sh`
if [ ${toolchain} != ${again.toolchain} ]; then
  echo 'the toolchain built by itself differs from the toolchain built by what GCC compiled:' >&2
  diff -rq ${sysroot} ${again.sysroot} >&2 || true
  diff -rq ${toolchain} ${again.toolchain} >&2 || true
  exit 1
fi
echo ${toolchain} >"$out"
`,
});
