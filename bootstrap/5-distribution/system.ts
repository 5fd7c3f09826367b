import { concat, local, sh, text, type AnyRecipe, type Interpolated, type Text } from 'zilch';
import { busybox } from '../2b-crossing/index.ts';
import { bootLoader } from './boot-loader.ts';
import { imageWriter } from './image-writer.ts';
import { distributionRecipe } from './tools.ts';

const usualFiles = local(import.meta.url, './live/root', { name: 'live-files' });
const diskEntries = local(import.meta.url, './live/disk-entries');

export interface SystemSpec {
  readonly name: string;
  /** Their programs are in /bin, those of the first package that has one of a name. busybox comes last. */
  readonly packages: readonly AnyRecipe[];
  /** More store paths that are there, but not in /bin. */
  readonly store?: readonly Interpolated[];
  /** Folders that are laid over the root, later ones over earlier ones. */
  readonly files?: readonly Interpolated[];
  /** If given, it knows the paths of /nix/store from the first start on. */
  readonly nix?: AnyRecipe;
  readonly squashfsTools: AnyRecipe;
}

/** The system as a medium holds it: a compressed file system that is read where it lies. */
export function systemOf({ name, packages, store = [], files = [], nix, squashfsTools }: SystemSpec) {
  const there = [...packages, imageWriter, ...store];
  return distributionRecipe({
    name: `${name}-system`,
    description: 'all files of the live system',
    path: [squashfsTools, ...(nix === undefined ? [] : [nix]), busybox],
    // The paths that each of these needs, with all that they need: a file for each.
    env: { exportReferencesGraph: concat(...there.map((path, index) => text` closure-${index} ${path}`)) },
    script: sh`
phase 'what needs what'
mkdir tree
cat closure-* | grep '^/nix/store/' | sort -u >paths
mkdir -p tree/nix/store tree/nix/var/nix/gcroots/live
while read -r path; do cp -R "$path" tree/nix/store/; done <paths
number=0
for path in ${there}; do
  number=$((number + 1))
  ln -s "$path" tree/nix/var/nix/gcroots/live/$number # the collector of garbage leaves them
done

phase 'the root'
cd tree
mkdir -p bin sbin dev proc sys run tmp home root mnt boot etc lib var/empty var/log usr
ln -s /bin usr/bin
for folder in ${[usualFiles, ...files]}; do
  cp -R "$folder" ../laid
  chmod -R u+w ../laid
  cp -R ../laid/. .
  rm -r ../laid
done
link_programs() {
  for program in "$1"/bin/*; do
    if [ -e "$program" ] && [ ! -e "bin/\${program##*/}" ] && [ ! -L "bin/\${program##*/}" ]; then ln -s "$program" bin/; fi
  done
}
for package in ${packages} ${imageWriter}; do link_programs "$package"; done
# busybox itself is outside of /nix, which has to be unmounted when all else has ended. Its copy that may change users is a file of its own.
cp ${busybox}/bin/busybox bin/busybox
for name in $(bin/busybox --list); do
  if [ ! -e "bin/$name" ] && [ ! -L "bin/$name" ]; then ln -s busybox "bin/$name"; fi
done
rm bin/su
cp bin/busybox bin/su
for name in init reboot poweroff halt; do ln -s ../bin/busybox "sbin/$name"; done
ln -s /run/resolv.conf etc/resolv.conf
ln -s /proc/mounts etc/mtab
cp ${bootLoader}/loader.bin ${bootLoader}/menu.efi ${diskEntries} boot/
mv boot/*disk-entries boot/disk-entries
cd ..
${nix === undefined ? '' : registration}
phase pack
mksquashfs tree "$out" -comp zstd -Xcompression-level 15 -b 128K -all-root -no-xattrs -mkfs-time 0 -all-time 0 -noappend -no-progress \
  -p 'bin/su m 4755 0 0' -p 'tmp m 1777 0 0' -p 'root m 700 0 0' -p 'etc/shadow m 600 0 0'
`,
    // No rule for references: its files name store paths, those that are in it, and of some names compression leaves the letters as they are.
  });
}

/** What `nix-store --load-db` reads at the first start: of each path its sum, its size and what it needs. Nix packs, and looks the result over. */
const registration: Text = sh`
phase 'what Nix is told'
export NIX_STATE_DIR="$PWD/state" NIX_CONF_DIR="$PWD" NIX_LOG_DIR="$PWD/log" HOME="$PWD"
awk '
  # Records: path, deriver, how many references, the references. The same path in two closures is one.
  { path = $0; getline deriver; getline count; record = path "\n" deriver "\n" count "\n"
    for (i = 0; i < count; i++) { getline line; record = record line "\n" }
    if (!seen[path]++) printf "%s", record }
' closure-* >records
while read -r path; do
  read -r deriver
  read -r count
  nix-store --dump "$path" >nar
  echo "$path"
  sha256sum <nar | cut -c1-64
  wc -c <nar
  echo "$deriver"
  echo "$count"
  for number in $(seq "$count"); do
    read -r reference
    echo "$reference"
  done
done <records >tree/nix/registration
rm nar
nix-store --load-db <tree/nix/registration
test "$(nix-store --query --hash "$(head -1 paths)" | wc -l)" = 1
test "$(grep -c '^/nix/store/' tree/nix/registration)" -ge "$(wc -l <paths)"
`;
