import { clangBy, clangByGcc10, linuxHeaders, lldBy, lldByGcc10, llvmBy, llvmByGcc10 } from '../2a-ascent/index.ts';
import { builtinsBy } from './builtins.ts';
import type { Compilers } from './compilers.ts';
import { muslBy } from './musl.ts';
import { runtimesBy } from './runtimes.ts';
import { sysrootOf } from './sysroot.ts';
import { toolchainOf } from './toolchain.ts';

/**
 * From compilers, whatever they were made by, to libraries of their making, and then to compilers on those libraries. All
 * that is in the result was compiled by clang, from source that is LLVM's, musl's or Linux's.
 */
export function crossing(before: Compilers, { fromGcc }: { readonly fromGcc: boolean }) {
  const builtins = builtinsBy(before);
  const musl = muslBy(before, builtins);
  const cSysroot = sysrootOf('c-sysroot', [musl, linuxHeaders]);
  const cToolchain = toolchainOf({
    name: 'toolchain-c-only',
    description: 'clang, lld and musl in one folder, for C: it compiles the C++ library',
    compilers: before,
    builtins,
    sysroot: cSysroot,
    tested: false,
  });
  const runtimes = runtimesBy(cToolchain);
  const sysroot = sysrootOf('sysroot', [musl, linuxHeaders, runtimes]);

  const bridge = toolchainOf({
    name: 'bridge',
    description: 'clang by GCC 10, with libraries by clang: it compiles the last toolchain',
    compilers: before,
    builtins,
    sysroot,
    fromGcc,
  });
  const byBridge = { path: [bridge], cc: 'cc', cxx: 'c++' };
  const llvm = llvmBy(byBridge);
  const compilers = { llvm, clang: clangBy(byBridge, llvm), lld: lldBy(byBridge, llvm) };
  const toolchain = toolchainOf({
    name: 'toolchain',
    description: 'clang, lld, musl and libc++ in one folder, all compiled by clang',
    compilers,
    builtins,
    sysroot,
  });
  return { builtins, musl, cToolchain, runtimes, sysroot, bridge, ...compilers, toolchain };
}

/** From what GCC compiled: the toolchain that everything later is made with. */
export const { builtins, musl, cToolchain, runtimes, sysroot, bridge, llvm, clang, lld, toolchain } = crossing(
  { llvm: llvmByGcc10, clang: clangByGcc10, lld: lldByGcc10 },
  { fromGcc: true },
);
