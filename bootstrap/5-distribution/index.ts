import { flake, fromOutside, local, sh, type AnyRecipe } from 'zilch';
import pins from '../pins.json' with { type: 'json' };
import { stage1 } from '../1-stage1/index.ts';
import { busybox, gnumake, toolchain, toolchainPython } from '../2b-crossing/index.ts';
import { nix, packages as libraries } from '../3-nix/index.ts';
import { gnumake as gnumakeByTinycc } from '../2a-ascent/index.ts';
import { makePackage } from '../package/index.ts';
import { bootLoader } from './boot-loader.ts';
import { imageWriter } from './image-writer.ts';
import { kernelBy } from './kernel.ts';
import { liveCdOf, type LiveCdSpec } from './live-cd.ts';
import { binutils as binutilsSpec } from './packages/binutils.ts';
import { caBundle as caBundleSpec } from './packages/ca-bundle.ts';
import { dosfstools as dosfstoolsSpec } from './packages/dosfstools.ts';
import { dropbear as dropbearSpec } from './packages/dropbear.ts';
import { e2fsprogs as e2fsprogsSpec } from './packages/e2fsprogs.ts';
import { keymaps as keymapsSpec } from './packages/keymaps.ts';
import { less as lessSpec } from './packages/less.ts';
import { libevent as libeventSpec } from './packages/libevent.ts';
import { mtools as mtoolsSpec } from './packages/mtools.ts';
import { nasm as nasmSpec } from './packages/nasm.ts';
import { ncurses as ncursesSpec } from './packages/ncurses.ts';
import { popt as poptSpec } from './packages/popt.ts';
import { rsync as rsyncSpec } from './packages/rsync.ts';
import { squashfsTools as squashfsToolsSpec } from './packages/squashfs-tools.ts';
import { terminfoOf } from './packages/terminfo.ts';
import { tmux as tmuxSpec } from './packages/tmux.ts';
import { libburn as libburnSpec, libisofs as libisofsSpec, xorriso as xorrisoSpec } from './packages/xorriso.ts';
import { distributionRecipe, tools } from './tools.ts';

export { bootLoader, imageWriter };
export const squashfsTools = makePackage(squashfsToolsSpec(libraries), tools);
export const dropbear = makePackage(dropbearSpec(), tools);
export const e2fsprogs = makePackage(e2fsprogsSpec(), tools);
export const caBundle = makePackage(caBundleSpec(), tools);
export const ncurses = makePackage(ncursesSpec(), tools);
export const terminfo = terminfoOf(ncurses);
export const keymaps = makePackage(keymapsSpec(libraries.flex, libraries.bison), tools);
export const less = makePackage(lessSpec(ncurses), tools);
export const libevent = makePackage(libeventSpec(), tools);
export const tmux = makePackage(tmuxSpec(ncurses, libevent, libraries.bison), tools);
export const popt = makePackage(poptSpec(), tools);
export const rsync = makePackage(rsyncSpec(popt, libraries.zlib), tools);
export const nasm = makePackage(nasmSpec(), tools);
export const mtools = makePackage(mtoolsSpec(), tools);
export const dosfstools = makePackage(dosfstoolsSpec(), tools);
export const binutils = makePackage(binutilsSpec(libraries.zlib, libraries.flex, libraries.bison), tools);
export const libburn = makePackage(libburnSpec(), tools);
export const libisofs = makePackage(libisofsSpec(libraries.zlib), tools);
export const xorriso = makePackage(xorrisoSpec(libburn, libisofs), tools);
export const kernel = kernelBy(libraries);

/** What every CD of ours has, and one of your own may: ssh, file systems, curl and whom it believes, and what people type. */
export const basePackages: readonly AnyRecipe[] = [
  ...[dropbear, e2fsprogs, dosfstools, mtools, squashfsTools, libraries.curl, libraries.xz, libraries.zstd, libraries.sqlite],
  ...[libraries.git, rsync, less, tmux],
];
const baseFiles = [caBundle, terminfo, keymaps];

/** A CD of one's own: what is left out is as on ours. */
export function liveCd(spec: Partial<LiveCdSpec> & Pick<LiveCdSpec, 'packages'>): AnyRecipe {
  return liveCdOf({ kernel, squashfsTools, ...spec, files: [...baseFiles, ...(spec.files ?? [])] }).cd;
}

const ours = { kernel, squashfsTools, nix, packages: [toolchain, gnumake, toolchainPython, ...basePackages] };

/** The CD: compilers, make, Python, Nix, ssh. */
export const { cd, system, initrd } = liveCdOf({ ...ours, files: baseFiles });

/** What Nix on the full CD builds again, that CD included. */
const expressions = flake('zilch-flake', () => [stage1, gnumakeByTinycc, toolchain, gnumake, busybox, nix, cd, fullCd]);

const recipes = local(import.meta.url, '..', {
  name: 'zilch-recipes',
  only: ['0-seed', '1-stage1', '2a-ascent', '2b-crossing', '3-nix', '5-distribution', 'package', 'packages', 'chain.ts', 'sources.ts', 'signatures'],
});

/** Signed claims of what was built, and by whom. None is about the CD that they are on. */
const evidence = local(import.meta.url, '../../evidence', { name: 'zilch-evidence' });

/** What each output of the chain is, by the pins: `TARGET^OUTPUT NAR-HASH NAR-SIZE`. This CD cannot hold its own. */
function expectedOutputs(): string {
  const others = Object.entries(pins as Record<string, { readonly narHash: string; readonly narSize: number }>).filter(
    ([output]) => !output.startsWith('live-cd-full'),
  );
  return others.map(([output, { narHash, narSize }]) => `${output} ${narHash} ${String(narSize)}\n`).join('');
}

/** Where people find them. */
const aboard = distributionRecipe({
  name: 'aboard',
  version: '1',
  path: [busybox],
  script: sh`
mkdir -p "$out/zilch"
ln -s ${recipes} "$out/zilch/recipes"
ln -s ${expressions} "$out/zilch/flake"
ln -s ${evidence} "$out/zilch/evidence"
cat >"$out/zilch/outputs" <<'.'
${expectedOutputs()}.
cat >"$out/zilch/README" <<'.'
All that this CD was built from is on it: the seed and every source tarball (in /nix/store), the recipes, and the same as
expressions for Nix. No network is needed. All that is built on the way takes 4 GB in the store, and LLVM's build some more
while it runs: su -; zilch-store /dev/... first, with a disk of 10 GB or more.

  nix build /zilch/flake#stage1          the first shell, C library and compiler, from 148 bytes and text
  nix build /zilch/flake#toolchain       clang, by all that comes before it
  nix build /zilch/flake#live-cd-full    this CD again

outputs       what each output should be: its NAR hash, as "nix-store --dump PATH | sha256sum" prints it, and its size
recipes       how each is built; recipes/signatures: what the authors of the sources signed
evidence      who built each before, on what machine, and signed what came out
.
`,
  references: { allowed: [recipes, expressions, evidence] },
});

/** The same with all that building it takes: seed, tarballs, recipes, and the same as expressions for its Nix. */
export const fullCd: AnyRecipe = liveCdOf({
  ...{ ...ours, name: 'live-cd-full', files: [...baseFiles, aboard] },
  store: [...fromOutside([cd]), recipes, expressions, evidence],
}).cd;
