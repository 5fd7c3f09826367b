export { busybox } from './busybox.js';
export { bridge, builtins, clang, cToolchain, lld, llvm, musl, runtimes, sysroot, toolchain } from './crossing.js';
export { fixpoint } from './fixpoint.js';
export { gnumake } from './gnumake.js';
export { portableToolchain } from './portable-toolchain.js';
export { toolchainZlib } from './zlib.js';
