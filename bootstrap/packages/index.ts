/** The packages that are built with the last toolchain: libraries, and what tests and builds need. One file each. */
import { packageSet, type Package, type Tools } from '../package/index.ts';
import { bash } from './bash.ts';
import { bison } from './bison.ts';
import { boost } from './boost.ts';
import { brotli } from './brotli.ts';
import { bzip2 } from './bzip2.ts';
import { curl } from './curl.ts';
import type { Define } from './define.ts';
import { flex } from './flex.ts';
import { git } from './git.ts';
import { googletest } from './googletest.ts';
import { gperf } from './gperf.ts';
import { libarchive } from './libarchive.ts';
import { libgit2 } from './libgit2.ts';
import { libseccomp } from './libseccomp.ts';
import { libsodium } from './libsodium.ts';
import { lineEditor } from './line-editor.ts';
import { lowdown } from './lowdown.ts';
import { m4 } from './m4.ts';
import { mbedtls } from './mbedtls.ts';
import { nlohmannJson } from './nlohmann-json.ts';
import { patchelf } from './patchelf.ts';
import { pkgconf } from './pkgconf.ts';
import { sha256 } from './sha256.ts';
import { sqlite } from './sqlite.ts';
import { toml11 } from './toml11.ts';
import { xz } from './xz.ts';
import { zlib } from './zlib.ts';
import { zstd } from './zstd.ts';

export type PackageName =
  | 'bash'
  | 'bison'
  | 'boost'
  | 'brotli'
  | 'bzip2'
  | 'curl'
  | 'flex'
  | 'git'
  | 'googletest'
  | 'gperf'
  | 'libarchive'
  | 'libgit2'
  | 'libseccomp'
  | 'libsodium'
  | 'line-editor'
  | 'lowdown'
  | 'm4'
  | 'mbedtls'
  | 'nlohmann-json'
  | 'patchelf'
  | 'pkgconf'
  | 'sha256'
  | 'sqlite'
  | 'toml11'
  | 'xz'
  | 'zlib'
  | 'zstd';

const definitions: Readonly<Record<PackageName, Define>> = {
  m4,
  flex,
  bison,
  gperf,
  pkgconf,
  zlib,
  bzip2,
  xz,
  zstd,
  brotli,
  sqlite,
  mbedtls,
  curl,
  libarchive,
  libsodium,
  libseccomp,
  lowdown,
  boost,
  'nlohmann-json': nlohmannJson,
  toml11,
  libgit2,
  'line-editor': lineEditor,
  sha256,
  googletest,
  patchelf,
  bash,
  git,
};

/** All packages, by these tools. */
export function packagesBy(tools: Tools): Readonly<Record<PackageName, Package>> {
  return packageSet(definitions, tools);
}
