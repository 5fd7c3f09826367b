import { local, sh, text, type AnyRecipe, type Text } from 'zilch';
import { stage1 } from '../1-stage1/index.ts';
import * as sources from '../sources.ts';
import { ascentRecipe } from './ascent.ts';
import { cmake } from './cmake.ts';
import { gnumake } from './gnumake.ts';
import { llvmSource } from './llvm-source.ts';
import { noTrace } from './no-trace.ts';

/** What compiles a part of LLVM. */
export interface Compiler {
  /** Becomes part of names: `clang-by-gcc10`. The compiler that is to be the last has none. */
  readonly name?: string;
  /** Packages with compiler, assembler, linker and ar. */
  readonly path: readonly AnyRecipe[];
  readonly cc: string;
  readonly cxx: string;
  /** Options that make it faster and change nothing else. */
  readonly faster?: string;
}

interface LlvmPart {
  readonly name: string;
  /** What it is, whoever compiles it. */
  readonly description: string;
  readonly compiler: Compiler;
  /** Its folder in LLVM's source tree. */
  readonly folder: string;
  /** A file for cmake that says which headers are to be compiled beforehand. */
  readonly headers?: Text;
  /** Commands before cmake's, each line with its end. */
  readonly prepare?: Text;
  /** Further options for cmake, beside those that hold for all. */
  readonly options: Text;
  /** What is installed, LLVM's "distribution components". */
  readonly components: readonly string[];
  /** What is built: by default, what the components need, and nothing else. */
  readonly target?: string;
  /** After installing. */
  readonly finish: Text;
  readonly test: (self: AnyRecipe) => Text;
}

/**
 * A part of LLVM. Programs are static: they depend on nothing, can be put anywhere, and start fast. Musl gives threads 128 KB
 * of stack unless a program asks for more, as it must for the optimiser. -O3, cmake's choice, costs GCC up to a tenth more than -O2.
 */
export const llvmPart = ({
  name,
  description,
  compiler,
  folder,
  headers,
  prepare,
  options,
  components,
  target = 'distribution',
  finish,
  test,
}: LlvmPart) =>
  ascentRecipe({
    name: compiler.name === undefined ? name : `${name}-by-${compiler.name}`,
    version: sources.llvm.version,
    description: `${description}, by ${compiler.name ?? 'clang'}`,
    path: [...compiler.path, cmake, gnumake, stage1.protobusybox],
    script: sh`
phase configure
ln -s ${llvmSource} source # a short name, so that no object has the source's store path in it
export CC=${compiler.cc} CXX=${compiler.cxx} CFLAGS=-fno-pie CXXFLAGS='-fno-pie ${compiler.faster ?? ''}'
export LDFLAGS='-static -Wl,-z,stack-size=8388608'
${prepare ?? ''}cmake -S source/${folder} -B build -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX="$out" -DCMAKE_SKIP_RPATH=ON \
  -DCMAKE_C_FLAGS_RELEASE='-O2 -DNDEBUG' -DCMAKE_CXX_FLAGS_RELEASE='-O2 -DNDEBUG' \
  -DCMAKE_PROJECT_INCLUDE_BEFORE=${local(import.meta.url, './precompile.cmake')} ${headers === undefined ? '' : text`-DCMAKE_PROJECT_INCLUDE='${headers}'`} \
  -DCMAKE_OPTIMIZE_DEPENDENCIES=ON -DLLVM_ENABLE_WARNINGS=OFF -DLLVM_APPEND_VC_REV=OFF -DLLVM_INCLUDE_TESTS=OFF -DLLVM_INCLUDE_DOCS=OFF \
  -DLLVM_DISTRIBUTION_COMPONENTS='${components.join(';')}' \
  ${options}

phase build
make -C build -j"$NIX_BUILD_CORES" ${target}

phase install
for component in ${components}; do
  cmake -DCMAKE_INSTALL_COMPONENT=$component -P build/cmake_install.cmake
done
${finish}
`,
    references: { allowed: [] },
    test: (self) => ({
      path: [...compiler.path, stage1.protobusybox],
      script: sh`
${test(self)}

# Not all of /build/: a web page on Windows, which two headers name, has that in its address.
${noTrace({ cc: compiler.cc, strings: ['/build/build/', '/build/source/', text`${llvmSource}`], trees: [self] })}
mkdir "$out"
`,
    }),
  });
