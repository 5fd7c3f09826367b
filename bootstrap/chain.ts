import { chain } from 'zilch';
import * as seed from './0-seed/index.ts';
import { stage1 } from './1-stage1/index.ts';
import { ashSuite, protobusyboxSuite } from './1-stage1/suites.ts';
import * as ascent from './2a-ascent/index.ts';
import * as crossing from './2b-crossing/index.ts';
import * as stage3 from './3-nix/index.ts';
import * as distribution from './5-distribution/index.ts';

/**
 * The table of contents: from 148 bytes to a clang compiled by clang, and to Nix. A bare name is the final one of its kind; what was only
 * needed on the way says by what it was made, as `musl-by-gcc3`.
 */
export default chain(
  'stage1',
  {
    '0-seed': {
      'seed-s': seed.seedS,
      'seed-cc': seed.seedCc,
      'seed-unpack': seed.seedUnpack,
      'tinycc-source': seed.tinyccSource,
      'tinycc-seed': seed.tinyccSeed,
    },
    '1-stage1': { stage1, 'protobusybox-suite': protobusyboxSuite, 'ash-suite': ashSuite },
    '2a-ascent': {
      'gnumake-by-tinycc': ascent.gnumake,
      'binutils-by-tinycc': ascent.binutils,
      'gcc3-c': ascent.gcc3C,
      'musl-by-gcc3': ascent.musl,
      gcc3: ascent.gcc3,
      'linux-headers': ascent.linuxHeaders,
      'gcc10-source': ascent.gcc10Source,
      'gcc10-by-gcc3': ascent.gcc10ByGcc3,
      gcc10: ascent.gcc10,
      'gcc10-again': ascent.gcc10Again,
      'gcc10-fixpoint': ascent.gcc10Fixpoint,
      'gcc10-zlib': ascent.gcc10Zlib,
      'tinycc-torture': ascent.tinyccTorture,
      'gcc3-torture': ascent.gcc3Torture,
      'gcc10-by-gcc3-torture': ascent.gcc10ByGcc3Torture,
      'gcc10-torture': ascent.gcc10Torture,
      'gcc10-c++-torture': ascent.gcc10CxxTorture,
      'python-by-gcc10': ascent.python,
      'cmake-by-gcc10': ascent.cmake,
      'llvm-source': ascent.llvmSource,
      'llvm-by-gcc10': ascent.llvmByGcc10,
      'clang-by-gcc10': ascent.clangByGcc10,
      'lld-by-gcc10': ascent.lldByGcc10,
    },
    '2b-crossing': {
      builtins: crossing.builtins,
      musl: crossing.musl,
      'toolchain-c-only': crossing.cToolchain,
      runtimes: crossing.runtimes,
      sysroot: crossing.sysroot,
      bridge: crossing.bridge,
      llvm: crossing.llvm,
      clang: crossing.clang,
      lld: crossing.lld,
      toolchain: crossing.toolchain,
      'toolchain-fixpoint': crossing.fixpoint,
      busybox: crossing.busybox,
      gnumake: crossing.gnumake,
      'toolchain-torture': crossing.toolchainTorture,
      'toolchain-zlib': crossing.toolchainZlib,
      'toolchain-sqlite': crossing.toolchainSqlite,
      python: crossing.toolchainPython,
      'portable-toolchain': crossing.portableToolchain,
    },
    '3-nix': {
      ...stage3.packages,
      'toolchain-archive': stage3.toolchainArchive,
      'tinycc-static': stage3.tinyccStatic,
      nix: stage3.nix,
      oniguruma: stage3.oniguruma,
      jq: stage3.jq,
      'nix-functional-tests': stage3.nixFunctionalTests,
    },
    '5-distribution': {
      linux: distribution.kernel,
      'boot-loader': distribution.bootLoader,
      'image-writer': distribution.imageWriter,
      'squashfs-tools': distribution.squashfsTools,
      dropbear: distribution.dropbear,
      e2fsprogs: distribution.e2fsprogs,
      'ca-bundle': distribution.caBundle,
      ncurses: distribution.ncurses,
      terminfo: distribution.terminfo,
      keymaps: distribution.keymaps,
      less: distribution.less,
      libevent: distribution.libevent,
      tmux: distribution.tmux,
      popt: distribution.popt,
      rsync: distribution.rsync,
      nasm: distribution.nasm,
      dosfstools: distribution.dosfstools,
      mtools: distribution.mtools,
      binutils: distribution.binutils,
      libburn: distribution.libburn,
      libisofs: distribution.libisofs,
      xorriso: distribution.xorriso,
      'live-initrd': distribution.initrd,
      'live-system': distribution.system,
      'live-cd': distribution.cd,
      'live-cd-full': distribution.fullCd,
    },
  },
  {
    tools: { shell: ['busybox', 'bin/ash'], path: ['toolchain', 'gnumake', 'busybox'] },
    release: ['toolchain-archive', 'toolchain', 'busybox', 'live-cd'],
  },
);
