import { local, sh, type AnyRecipe, type Interpolated } from 'zilch';
import { busybox } from '../2b-crossing/index.ts';
import { bootLoader } from './boot-loader.ts';
import { imageWriter } from './image-writer.ts';
import { initrdOf } from './initrd.ts';
import { systemOf } from './system.ts';
import { distributionRecipe } from './tools.ts';

const cdEntries = local(import.meta.url, './live/cd-entries');

export interface LiveCdSpec {
  /** `live-cd` when left out; the CD is `NAME.iso`. */
  readonly name?: string;
  /** Their programs are in /bin, those of the first package that has one of a name. busybox is there always, and comes last. */
  readonly packages: readonly AnyRecipe[];
  /** More store paths that are to be there, but not in /bin: sources, for example. */
  readonly store?: readonly Interpolated[];
  /** Folders that are laid over the root, later ones over earlier ones. What is executable in etc/rc.d is run at the start. */
  readonly files?: readonly Interpolated[];
  /** In the place of live/init: what finds the system and goes there. */
  readonly init?: Interpolated;
  /** Its `bzImage` is started; it needs what kernel/config has. */
  readonly kernel: AnyRecipe;
  /** The Nix aboard, which is then told what is in /nix/store. */
  readonly nix?: AnyRecipe;
  /** The boot menu, in the place of live/cd-entries. */
  readonly entries?: Interpolated;
  readonly squashfsTools: AnyRecipe;
}

/** A CD that is a disk as well, for a BIOS and for UEFI: one file. */
export function liveCdOf(spec: LiveCdSpec) {
  const { name = 'live-cd', kernel, init, entries = cdEntries, nix } = spec;
  const packages = nix === undefined ? spec.packages : [...spec.packages, nix];
  const initrd = initrdOf(init);
  const system = systemOf({ ...spec, name, packages });
  const cd = distributionRecipe({
    name: `${name}.iso`,
    description: 'a CD, and a disk, that starts',
    path: [imageWriter, busybox],
    script: sh`
sum="$(sha256sum <${system})"
zilch-image new "$out" loader=${bootLoader}/loader.bin menu=${bootLoader}/menu.efi entries=${entries} \
  kernel=${kernel}/bzImage initrd=${initrd} root=${system} sha256="\${sum%% *}"
chmod -x "$out"
`,
    test: (self) => ({
      path: [imageWriter, busybox],
      script: sh`
phase 'holds what it was made of'
zilch-image show ${self} >shown
read -r slot _ block bytes _ block2 bytes2 _ block3 bytes3 sum <shown
test "$slot" = 'A*'
part() { dd if=${self} bs=2048 skip="$1" 2>/dev/null | head -c "$2"; }
part "$block" "$(wc -c <${kernel}/bzImage)" | cmp - ${kernel}/bzImage
part "$block2" "$(wc -c <${initrd})" | cmp - ${initrd}
test "$(part "$block3" "$bytes3" | sha256sum)" = "$sum  -"
mkdir "$out"
`,
    }),
  });
  return { cd, system, initrd };
}
