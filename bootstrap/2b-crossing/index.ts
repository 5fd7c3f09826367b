export { busybox } from './busybox.ts';
export { bridge, builtins, clang, cToolchain, lld, llvm, musl, runtimes, sysroot, toolchain } from './crossing.ts';
export { fixpoint } from './fixpoint.ts';
export { gnumake } from './gnumake.ts';
export { portableToolchain } from './portable-toolchain.ts';
export { toolchainPython } from './python.ts';
export { toolchainSqlite } from './sqlite.ts';
export { toolchainTorture } from './torture.ts';
export { toolchainZlib } from './zlib.ts';
