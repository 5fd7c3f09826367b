import { local, sh } from 'zilch';
import { busybox, toolchain } from '../2b-crossing/index.ts';
import { distributionRecipe } from './tools.ts';

const files = local(import.meta.url, './image', { name: 'image-writer-source' });

/** Writes CDs and disks; on the CD itself, it installs and upgrades. */
export const imageWriter = distributionRecipe({
  name: 'zilch-image',
  version: '1',
  description: 'writes CDs and disks that start',
  path: [toolchain, busybox],
  script: sh`
mkdir -p "$out/bin"
cc -std=c11 -O2 -Wall -Wextra -Werror -static -s -o "$out/bin/zilch-image" ${files}/*.c
`,
  references: { allowed: [] },
  test: (self) => ({
    path: [self, busybox],
    script: sh`
head -c 8192 /dev/zero >loader
seq 1000 >menu
seq 100000 >kernel
seq 50000 >initrd
seq 300000 >system
printf 'Title\n1 @ ffff Name|words\np ~ ffff before|words\n' >entries
parts="loader=loader menu=menu entries=entries kernel=kernel initrd=initrd root=system sha256=$(sha256sum <system | cut -d' ' -f1)"

phase 'the same bytes whenever, and over whatever was there'
zilch-image new one $parts
head -c 30000000 /dev/urandom >two
zilch-image new two $parts
cmp one two

phase 'what is in it'
zilch-image show one >shown
read -r slot _ block bytes _ block2 bytes2 _ block3 bytes3 sum <shown
dd if=one bs=2048 skip="$block" 2>/dev/null | head -c "$(wc -c <kernel)" | cmp - kernel
dd if=one bs=2048 skip="$block2" 2>/dev/null | head -c "$(wc -c <initrd)" | cmp - initrd
dd if=one bs=2048 skip="$block3" 2>/dev/null | head -c "$(wc -c <system)" | cmp - system
test "$bytes3" = "$(wc -c <system)"

phase 'a disk: upgrade, and back'
truncate -s 200M disk
id=0123456789abcdef0123456789abcdef
zilch-image new disk area=2 root-area=8 id=$id $parts
seq 2 90000 >system
zilch-image upgrade disk entries=entries kernel=kernel initrd=initrd root=system sha256="$(sha256sum <system | cut -d' ' -f1)"
zilch-image show disk | grep -q '^B\*'
zilch-image switch disk entries=entries
zilch-image show disk | grep -q '^A\*'

phase 'what does not fit, or is no disk of ours, is left alone'
head -c 9000000 /dev/zero >large
if zilch-image upgrade disk entries=entries kernel=kernel initrd=initrd root=large sha256="$sum"; then exit 1; fi
zilch-image show disk | grep -q '^A\*'
head -c 1000000 /dev/zero >other
if zilch-image upgrade other entries=entries kernel=kernel initrd=initrd root=system sha256="$sum"; then exit 1; fi
cmp -n 1000000 other /dev/zero
mkdir "$out"
`,
  }),
});
