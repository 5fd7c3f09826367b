/**
 * Recipes that leave something in their outputs which does not belong there, each in one way. All make the file `a`, which is always the
 * same, and `leak`, which is not. `none` and `refuses` leave nothing.
 */
import { chain, local, recipeWith, sh, text, type Recipe, type Text } from 'zilch';
import { protobusybox, tinycc } from 'zilch/bootstrap/1-stage1/index.ts';

const shell = text`${protobusybox}/bin/ash`;
const make = recipeWith({ shell, path: [protobusybox, tinycc] });

const leaker = make({ name: 'leaker', script: sh`mkdir -p $out/bin; cc -static -o $out/bin/leak ${local(import.meta.url, './leak.c')}` });

function leak(name: string, script: Text): Recipe {
  return make({
    name,
    script: sh`
    mkdir $out
    echo always the same > $out/a
    exec > $out/leak
    ${script}
  `,
  });
}

export default chain('clock', {
  leaks: {
    clock: leak('clock', sh`date +%s`),
    year: leak('year', sh`date +%Y`),
    'file-time': leak('file-time', sh`touch made; stat -c %Y made`),
    'directory-order': leak('directory-order', sh`touch one two three four five six; find .`),
    host: leak('host', sh`uname -n`),
    user: leak('user', sh`id -u`),
    group: leak('group', sh`id -g`),
    cores: leak('cores', sh`nproc`),
    cpu: leak('cpu', sh`grep -m 1 '^model name' /proc/cpuinfo`),
    process: leak('process', sh`echo $$`),
    addresses: leak('addresses', sh`${leaker}/bin/leak address`),
    'working-directory': leak('working-directory', sh`pwd`),
    'build-path': leak('build-path', sh`echo 'char *name(void) { return __FILE__; }' > name.c; cc -c -o name.o "$PWD/name.c"; cat name.o`),
    locale: leak('locale', sh`case \${LC_ALL-C} in tr_*) echo sıralı ;; *) echo sorted ;; esac`),
    inode: leak('inode', sh`touch made; stat -c %i made`),
    unwritten: leak('unwritten', sh`${leaker}/bin/leak unwritten`),
    environment: leak('environment', sh`env | grep -c .`),
    'temporary-name': leak('temporary-name', sh`mktemp`),
    cycles: leak('cycles', sh`${leaker}/bin/leak cycles`),
    'hash-seed': leak('hash-seed', sh`${leaker}/bin/leak hash-seed`),
    random: leak('random', sh`head -c 8 /dev/urandom | od -t x1`),
    umask: leak('umask', sh`touch made; stat -c %a made`),
    // Thirty who all write at once: hardly ever in the same order where there are two processors.
    race: leak(
      'race',
      sh`
      for i in 0 1 2 3 4 5 6 7 8 9; do for j in 0 1 2 3 4 5 6 7 8 9; do { uname > made; echo $i$j; } & done; done
      wait
    `,
    ),
    kernel: leak('kernel', sh`uname -r`),
    home: leak('home', sh`echo $HOME`),
    path: leak('path', sh`echo $PATH`),
    'time-zone': leak('time-zone', sh`echo \${TZ-none}`),
    memory: leak('memory', sh`head -n 1 /proc/meminfo`),
    network: leak('network', sh`cat /proc/net/route; cut -d: -f1 /proc/net/dev`),
    none: leak('none', sh`cat $out/a`),
    // As GNU's configure scripts do where what is new is older than what was unpacked.
    refuses: make({
      name: 'refuses',
      script: sh`
      if [ "$(date +%Y)" -lt 2000 ]; then echo 'the clock is wrong' >&2; exit 1; fi
      echo always the same > $out
    `,
    }),
  },
});
