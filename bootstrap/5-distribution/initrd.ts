import { sh, local, type Interpolated } from 'zilch';
import { busybox } from '../2b-crossing/index.ts';
import { distributionRecipe } from './tools.ts';

const usualInit = local(import.meta.url, './live/init', { name: 'init' });

/** The initial file system: busybox and one script. The kernel brings /dev/console itself. */
export const initrdOf = (init: Interpolated = usualInit) =>
  distributionRecipe({
    name: 'initrd',
    version: '1',
    description: 'finds the system on its medium and goes there',
    path: [busybox],
    script: sh`
ash -n ${init}
mkdir -p tree/bin
cp ${busybox}/bin/busybox tree/bin/
cp ${init} tree/init
chmod 755 tree/init tree/bin/busybox
# Whose the files are, since when, and where they lay on this machine's disk is not to be seen.
cd tree
find . -exec touch -h -d @0 {} +
find . | sort | cpio -o -H newc -R 0:0 --renumber-inodes --ignore-devno | gzip -9 >"$out"
`,
    references: { allowed: [] },
    test: (self) => ({
      path: [busybox],
      script: sh`
gunzip -c ${self} >archive
test "$(head -c 6 archive)" = 070701
mkdir tree
cd tree
cpio -i <../archive
test -x init
test -x bin/busybox
test "$(find . -type f | wc -l)" = 2
mkdir "$out"
`,
    }),
  });
