import { sh, type AnyRecipe, type Recipe } from 'zilch';
import { stage1 } from '../1-stage1/index.ts';
import { ascentRecipe, llvmMajor } from '../2a-ascent/index.ts';
import type { Compilers } from './compilers.ts';
import { toolchainTest } from './toolchain-test.ts';

interface Parts {
  readonly name: string;
  readonly description: string;
  readonly compilers: Compilers;
  readonly builtins: AnyRecipe;
  readonly sysroot: Recipe<readonly ['out', 'lib']>;
  /** Not for one that has no C++ library yet. */
  readonly tested?: boolean;
  /** Whether GCC compiled its compilers: its libraries alone are clang's, then. */
  readonly fromGcc?: boolean;
}

/**
 * A compiler that one can use: clang, lld and the tools for object files under their usual names, and beside clang the files that
 * tell it where headers and libraries are. These are copies, for clang looks for its files next to the program it really is.
 */
export const toolchainOf = ({ name, description, compilers: { llvm, clang, lld }, builtins, sysroot, tested = true, fromGcc = false }: Parts) =>
  ascentRecipe({
    name,
    description,
    path: [stage1.protobusybox],
    script: sh`
mkdir -p "$out/bin" "$out/lib/clang/${llvmMajor}"
cp -r ${clang}/lib/clang/${llvmMajor}/include ${builtins}/lib "$out/lib/clang/${llvmMajor}/"
cp ${clang}/bin/clang-${llvmMajor} ${lld}/bin/lld "$out/bin/"
cp -P ${llvm}/bin/llvm-* "$out/bin/"
rm "$out/bin/llvm-tblgen" # for LLVM's own builds

cd "$out/bin"
for name in clang clang++ clang-cpp cc c++ cpp; do ln -s clang-${llvmMajor} $name; done
for name in ld.lld ld; do ln -s lld $name; done
for name in ar nm objcopy objdump ranlib readelf size strings strip; do ln -s llvm-$name $name; done
ln -s llvm-cxxfilt c++filt

# How it was called says which file it reads: cc is clang, c++ is clang++, cpp is clang-cpp.
echo '--sysroot=${sysroot} --dyld-prefix=${sysroot.lib}' >clang.cfg
ln -s clang.cfg clang++.cfg
ln -s clang.cfg clang-cpp.cfg
`,
    // What it takes to compile: no shell, no make, nothing of any earlier stage.
    references: { allowedClosure: [sysroot, sysroot.lib] },
    ...(tested
      ? {
          test: (self: AnyRecipe) => ({
            path: [self, stage1.protobusybox],
            script: toolchainTest({ toolchain: self, sysroot, compiledByGcc: fromGcc }),
          }),
        }
      : {}),
  });
