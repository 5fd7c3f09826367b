import { sh } from 'zilch';
import { stage1 } from '../1-stage1/index.ts';
import { ascentRecipe } from '../2a-ascent/index.ts';
import { clang, crossing, lld, llvm, sysroot, toolchain } from './crossing.ts';

/** The same once more, from the result. */
const again = crossing({ llvm, clang, lld }, { fromGcc: false });

/**
 * The proof that GCC is left behind: crossing over again, with the clang that clang compiled in place of the one that GCC
 * compiled, changes nothing, neither in the libraries nor in the compilers. They are one store path or differ in substance.
 */
export const fixpoint = ascentRecipe({
  name: 'fixpoint',
  description: 'the toolchain by itself is the toolchain, byte for byte',
  path: [stage1.protobusybox],
  script: sh`
if [ ${toolchain} != ${again.toolchain} ] || [ ${llvm} != ${again.llvm} ]; then
  echo 'The toolchain built by itself differs from the toolchain built by what GCC compiled. Where it does, this says:' >&2
  echo '  zilch diff ${toolchain} ${again.toolchain}' >&2
  echo '  zilch diff ${sysroot} ${again.sysroot}' >&2
  echo '  zilch diff ${llvm} ${again.llvm}' >&2
  exit 1
fi
echo ${toolchain} >"$out"
`,
});
