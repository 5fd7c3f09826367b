/**
 * Every tarball. A pool path is where Debian's archive has it; `urls` are there only where the file that upstream publishes under
 * that address is known to be the same, by a hash that others have written down. Licences are those of what is built, as Debian's
 * copyright files and the tarballs have them; `changedByDebian` is there wherever a tarball is not upstream's own file.
 */
import { source } from 'zilch';

/** GNU libc's small, clean counterpart. The iconv of 1.2.5 writes where it must not, given hostile text (CVE-2025-26519). */
export const musl = source({
  name: 'musl',
  version: '1.2.6',
  size: 1082499,
  sha256: 'd585fd3b613c66151fc3249e8ed44f77020cb5e6c1e635a616d3f9f82460512a',
  debian: 'pool/main/m/musl/musl_1.2.6.orig.tar.gz',
  urls: ['https://musl.libc.org/releases/musl-1.2.6.tar.gz'],
  licence: 'MIT',
  homepage: 'https://musl.libc.org/',
  releases: 'https://musl.libc.org/releases/',
});

/** The source of stage 1's own compiler, and of the TinyCC that compiles stage 1. */
export const tinycc = source({
  name: 'tinycc',
  version: '0.9.27+git20200814.62c30a4a',
  size: 708943,
  sha256: 'd63c113bcdd657f51c8ee197a0b0a24203603313e19a52b5f678d40ab7f5df35',
  debian: 'pool/main/t/tcc/tcc_0.9.27+git20200814.62c30a4a.orig.tar.bz2',
  licence: 'LGPL-2.1-or-later',
  homepage: 'https://bellard.org/tcc/',
  releases: 'https://download.savannah.gnu.org/releases/tinycc/',
  changedByDebian: 'a snapshot of upstream’s repository at the commit 62c30a4a, packed by Debian: upstream released none after 0.9.27',
});

export const busybox = source({
  name: 'busybox',
  version: '1.38.0',
  size: 2695723,
  sha256: '34f9ea6ff8636f2c9241153b9114eefa9e65674a45318ae1ef95bb5f31c53bb2',
  debian: 'pool/main/b/busybox/busybox_1.38.0.orig.tar.bz2',
  urls: ['https://busybox.net/downloads/busybox-1.38.0.tar.bz2'],
  licence: 'GPL-2.0-only',
  homepage: 'https://busybox.net/',
  releases: 'https://busybox.net/downloads/',
});

/** GNU make, as Debian publishes it: without its manual. */
export const make = source({
  name: 'make',
  version: '4.4.1',
  size: 1125180,
  sha256: '3b16b00ea1079af9f8096bbc71ff7cc00c249fc6a862003da3c42308a0adb0fe',
  debian: 'pool/main/m/make-dfsg/make-dfsg_4.4.1.orig.tar.xz',
  licence: 'GPL-3.0-or-later',
  homepage: 'https://www.gnu.org/software/make/',
  releases: 'https://ftp.gnu.org/gnu/make/',
  changedByDebian: 'packed again without the manual, whose licence Debian does not hold to be free',
});

/** GNU as, ld and their kin. The last before 2.36; it needs no flex, bison or makeinfo. */
export const binutils = source({
  name: 'binutils',
  version: '2.35.2',
  size: 23514376,
  sha256: '2643d99d7aba8557319a4b018f6bcae58677fc9bc853d4c2cd2eb571867b75e7',
  debian: 'pool/main/b/binutils/binutils_2.35.2.orig.tar.xz',
  licence: 'GPL-3.0-or-later',
  homepage: 'https://www.gnu.org/software/binutils/',
  releases: 'https://ftp.gnu.org/gnu/binutils/',
  changedByDebian:
    'packed again with three manuals replaced, and without a page of a manual and a help file; by upstream’s own list no other file differs',
});

/** GCC 3.4.6, the last that is C through and through and holds a C++ compiler that can build GCC 10. As published for a cross compiler, but whole; without its manuals. */
export const gcc3 = source({
  name: 'gcc',
  version: '3.4.6',
  size: 18868922,
  sha256: '1626f9e00509268ca7c791528aca41258bfd5b784cb317cf2bccd68f2f63cfed',
  debian: 'pool/main/g/gcc-h8300-hms/gcc-h8300-hms_3.4.6+dfsg2.orig.tar.gz',
  licence: 'GPL-2.0-or-later',
  homepage: 'https://gcc.gnu.org/',
  releases: 'https://ftp.gnu.org/gnu/gcc/gcc-3.4.6/',
  changedByDebian: 'packed again without Ada, Java, Fortran, Objective-C, tests and manuals; by upstream’s own list no file that is left differs',
});

/** GCC 10, the last that g++ 3.4.6 can build, and new enough for LLVM. A tarball of tarballs, GCC's without some of its manuals. */
export const gcc10 = source({
  name: 'gcc',
  version: '10.2.0',
  size: 84547844,
  sha256: 'ea3c05faa381486e6b859c047dc14977418bf1ccda4567064e016493fd6fffec',
  debian: 'pool/main/g/gcc-10/gcc-10_10.2.1.orig.tar.xz',
  licence: 'GPL-3.0-or-later AND GPL-3.0-or-later WITH GCC-exception-3.1',
  homepage: 'https://gcc.gnu.org/',
  releases: 'https://ftp.gnu.org/gnu/gcc/gcc-10.2.0/',
  changedByDebian:
    'a tarball that holds the tarball of GCC, packed again with manuals replaced or left out, and with tests of Modula-2; by upstream’s own list no other file differs',
});

/** Big integers, for GCC 10. Without its manual. */
export const gmp = source({
  name: 'gmp',
  version: '6.2.1',
  size: 1787428,
  sha256: '471b9e463e04362a0124f215afc5f0a4b99caedeeb62634c61bbc12988efa64c',
  debian: 'pool/main/g/gmp/gmp_6.2.1+dfsg1.orig.tar.xz',
  licence: 'LGPL-3.0-or-later OR GPL-2.0-or-later',
  homepage: 'https://gmplib.org/',
  releases: 'https://gmplib.org/download/gmp/',
  changedByDebian: 'packed again without doc/: the manual’s licence has cover texts, which Debian does not hold to be free',
});

/** Big floating-point numbers, for GCC 10. */
export const mpfr = source({
  name: 'mpfr',
  version: '4.2.0',
  size: 1477532,
  sha256: '06a378df13501248c1b2db5aa977a2c8126ae849a9d9b7be2546fb4a9c26d993',
  urls: ['https://ftp.gnu.org/gnu/mpfr/mpfr-4.2.0.tar.xz'],
  debian: 'pool/main/m/mpfr4/mpfr4_4.2.0.orig.tar.xz',
  licence: 'LGPL-3.0-or-later',
  homepage: 'https://www.mpfr.org/',
  releases: 'https://ftp.gnu.org/gnu/mpfr/',
});

/** Big complex numbers, for GCC 10. */
export const mpc = source({
  name: 'mpc',
  version: '1.3.1',
  size: 773573,
  sha256: 'ab642492f5cf882b74aa0cb730cd410a81edcdbec895183ce930e706c1c759b8',
  urls: ['https://ftp.gnu.org/gnu/mpc/mpc-1.3.1.tar.gz'],
  debian: 'pool/main/m/mpclib3/mpclib3_1.3.1.orig.tar.gz',
  licence: 'LGPL-3.0-or-later',
  homepage: 'https://www.multiprecision.org/mpc/',
  releases: 'https://ftp.gnu.org/gnu/mpc/',
});

/** zlib, whose own tests try the last GCC. Without the files that Debian may not ship. */
export const zlib = source({
  name: 'zlib',
  version: '1.2.13',
  size: 1239825,
  sha256: '71feb7947e3c00ef125f83b79a4e529bde31171e5babe48b391f06758d1ab0a1',
  debian: 'pool/main/z/zlib/zlib_1.2.13.dfsg.orig.tar.bz2',
  licence: 'Zlib',
  homepage: 'https://zlib.net/',
  releases: 'https://zlib.net/fossils/',
  changedByDebian: 'packed again without most of contrib/, win32/ and three RFCs in doc/',
});

/** The kernel; and, long before it is built, the headers by which programs talk to it. */
export const linux = source({
  name: 'linux',
  version: '6.12.107',
  size: 151398592,
  sha256: 'efc76d3c78a5d65f42724118c437d11db1c9f6309a5f024ee9a8b1978fdc6919',
  debian: 'pool/main/l/linux/linux_6.12.107.orig.tar.xz',
  licence: 'GPL-2.0-only WITH Linux-syscall-note',
  homepage: 'https://www.kernel.org/',
  releases: 'https://cdn.kernel.org/pub/linux/kernel/v6.x/',
  changedByDebian: 'packed again without a few drivers and texts that Debian does not hold to be free, which its copyright file names',
});

/** What LLVM's build is written in. */
export const cmake = source({
  name: 'cmake',
  version: '3.25.1',
  size: 10561054,
  sha256: '1c511d09516af493694ed9baf13c55947a36389674d657a2d5e0ccedc6b291d8',
  debian: 'pool/main/c/cmake/cmake_3.25.1.orig.tar.gz',
  urls: ['https://github.com/Kitware/CMake/releases/download/v3.25.1/cmake-3.25.1.tar.gz'],
  licence: 'BSD-3-Clause',
  homepage: 'https://cmake.org/',
  releases: 'https://cmake.org/files/',
});

/** LLVM with all that belongs to it: clang, lld, compiler-rt, libunwind, libc++. The first two thirds are tests. */
export const llvm = source({
  name: 'llvm',
  version: '21.1.8',
  size: 184897296,
  sha256: 'd983d6b6ffce1d413a1910a9fd00f794bb99a5ae4c4e7d23d18a99254640f4eb',
  debian: 'pool/main/l/llvm-toolchain-21/llvm-toolchain-21_21.1.8.orig.tar.xz',
  licence: 'Apache-2.0 WITH LLVM-exception',
  homepage: 'https://llvm.org/',
  releases: 'https://github.com/llvm/llvm-project/releases',
  changedByDebian: 'packed by Debian from upstream’s repository; which files differ from upstream’s tarball is not written down',
});

/** What many a project's build and tests are written in. */
export const python = source({
  name: 'python',
  version: '3.13.5',
  size: 22856016,
  sha256: '93e583f243454e6e9e4588ca2c2662206ad961659863277afcdb96801647d640',
  urls: ['https://www.python.org/ftp/python/3.13.5/Python-3.13.5.tar.xz'],
  debian: 'pool/main/p/python3.13/python3.13_3.13.5.orig.tar.xz',
  licence: 'PSF-2.0',
  homepage: 'https://www.python.org/',
  releases: 'https://www.python.org/ftp/python/',
});

/** A database in a program, whose own tests are a load for a compiler. */
export const sqlite = source({
  name: 'sqlite',
  version: '3.53.4',
  size: 8656972,
  sha256: '05366adc8ee80c6b1faa71285b49d133c2121238ca58934b077fdeb95934abd4',
  debian: 'pool/main/s/sqlite3/sqlite3_3.53.4.orig.tar.xz',
  licence: 'blessing',
  homepage: 'https://www.sqlite.org/',
  releases: 'https://www.sqlite.org/download.html',
  changedByDebian: 'packed by Debian as tar.xz; every file is that of upstream’s check-in bf7c7f3003',
});
