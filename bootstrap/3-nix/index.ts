/** What the last toolchain makes: libraries and tools, and of them Nix. */
import { sh } from 'zilch';
import { busybox, gnumake, toolchain } from '../2b-crossing/index.ts';
import { makePackage, type Tools } from '../package/index.ts';
import { gitBy } from '../packages/git.ts';
import { packagesBy } from '../packages/index.ts';
import { functionalTests } from './functional-tests.ts';
import { gnugrep as gnugrepSpec, gnused as gnusedSpec, gnutar as gnutarSpec } from './gnu-tools.ts';
import { jq as jqSpec, oniguruma as onigurumaSpec } from './jq.ts';
import { nix as nixSpec } from './nix.ts';
import { toolchainArchive as archiveBy } from './toolchain-archive.ts';

const tools: Tools = { shell: sh`${busybox}/bin/ash`, path: [toolchain, gnumake, busybox] };

export const packages = packagesBy(tools);

export const toolchainArchive = archiveBy(packages.xz);

export const nix = makePackage(nixSpec(packages, busybox), tools);

/** For tests alone. */
export const oniguruma = makePackage(onigurumaSpec, tools);
export const jq = makePackage(jqSpec(oniguruma), tools);
export const gnused = makePackage(gnusedSpec, tools);
export const gnugrep = makePackage(gnugrepSpec, tools);
export const gnutar = makePackage(gnutarSpec, tools);

const { bash, xz, zstd, bzip2 } = packages;
const git = packages.git.with({ ...gitBy(sh`${busybox}/bin/ash`)(packages), refersTo: [busybox] }); // where there is no /bin/sh
export const nixFunctionalTests = functionalTests(nix, { bash, busybox, programs: [gnused, gnugrep, gnutar, git, jq, xz, zstd, bzip2] }, tools);

export { tinyccStatic } from './tinycc-static.ts';
