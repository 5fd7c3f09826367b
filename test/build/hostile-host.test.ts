/** Builders that attack the machine they run on. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { needsBuildUsers } from '../../src/build/build-users.js';
import { atEnd, tempDirectory } from '../support/store.js';
import { freshRig } from './fresh-rig.js';
import { eventsOf, whyNoBuilds } from './rig.js';

const reason = await whyNoBuilds();
if (reason !== undefined) console.warn(`hostile builders are not tried: ${reason}`);

/** Processes with this number in their command line, by user id on the host. */
function usersRunning(word: string): number[] {
  return readdirSync('/proc').flatMap((pid) => {
    try {
      if (!/^\d+$/.test(pid) || !readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(word)) return [];
      return [Number(/^Uid:\t(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1])];
    } catch {
      return [];
    }
  });
}

describe.skipIf(reason !== undefined)('a builder that', () => {
  test('names a program for the kernel to run as root when something crashes is refused, and that program does not run', async () => {
    const rig = await freshRig();
    const pattern = readFileSync('/proc/sys/kernel/core_pattern', 'utf8');
    atEnd(() => {
      if (readFileSync('/proc/sys/kernel/core_pattern', 'utf8') !== pattern) writeFileSync('/proc/sys/kernel/core_pattern', pattern);
      rmSync('/ZILCH-ESCAPED', { force: true });
    });
    const [path] = await rig.outputs([
      rig.script(
        'core',
        `(echo '|/usr/bin/touch /ZILCH-ESCAPED' > /proc/sys/kernel/core_pattern) 2>&1 | grep -o 'denied\\|Read-only file system' > $out || echo written > $out
         ulimit -c unlimited; ash -c 'kill -SEGV $$' || true`,
      ),
    ]);
    expect(rig.read(path!)).toMatch(/^(denied|Read-only file system)\n$/);
    expect(readFileSync('/proc/sys/kernel/core_pattern', 'utf8')).toBe(pattern);
    expect(existsSync('/ZILCH-ESCAPED')).toBe(false);
  });

  test('tries to write to every file of /proc that is about the machine can write to none', async () => {
    const rig = await freshRig();
    // Opened for appending without writing: if that works, it could be written.
    const [path] = await rig.outputs([
      rig.script(
        'write',
        `mkdir $out; : > $out/written
         find /proc -path '/proc/[0-9]*' -prune -o -path /proc/self -prune -o -path /proc/thread-self -prune -o -type f -print | while read -r file; do
           if (: >> "$file") 2>/dev/null; then echo "$file" >> $out/written; fi
         done`,
      ),
    ]);
    expect(rig.read(path!, 'written')).toBe('');
  });

  test('looks at what /proc tells about the machine’s memory, keys and devices sees nothing', async () => {
    const rig = await freshRig();
    const files =
      'mtrr keys key-users kcore kpageflags kpagecount slabinfo timer_list sysrq-trigger acpi bus irq fs scsi pressure sys/fs/binfmt_misc';
    const [path] = await rig.outputs([
      rig.script(
        'look',
        `for file in ${files}; do
           if test -d /proc/$file; then ls /proc/$file; elif test -e /proc/$file; then head -c 100 /proc/$file; fi
         done > $out 2>&1; test -s $out || echo nothing > $out`,
      ),
    ]);
    expect(rig.read(path!)).toBe('nothing\n');
  });

  test('looks for other processes finds none, and cannot kill any', async () => {
    const rig = await freshRig();
    const script = `ls /proc | grep '^[0-9]' > numbers; wc -l < numbers > $out
      for pid in $(seq 2 32768); do test -d /proc/$pid || ! kill -0 $pid 2>/dev/null || echo $pid >> $out; done`;
    const [path] = await rig.outputs([rig.script('processes', script)]);
    // The shell, and the two of the pipe.
    expect(rig.read(path!)).toMatch(/^[123]\n$/);
  });

  test('reads settings of the kernel finds its own', async () => {
    const rig = await freshRig();
    const [path] = await rig.outputs([
      rig.script('settings', 'cat /proc/sys/kernel/hostname /proc/sys/kernel/ostype > $out; ls /proc/sys/net/ipv4/conf | tr "\\n" " " >> $out'),
    ]);
    expect(rig.read(path!)).toBe('localhost\nLinux\nall default lo ');
  });

  test('looks at who owns what finds the ids of Nix’s sandbox', async () => {
    const rig = await freshRig();
    const script = `cd /; for file in . tmp build nix/store dev/shm /proc/$$; do stat -c '%u %g %a' $file; done > $out
      id -u >> $out; id -g >> $out; touch new; stat -c '%u %g' new >> $out; cat < /dev/null > /dev/stderr && echo stderr >> $out`;
    const mode = ['1000 100 750', '1000 100 1777', '1000 100 700', '1000 100 1775', '1000 100 1777', '1000 100 555'].join('\n');
    for (const buildMemory of [0, 64 << 20]) {
      const [path] = await rig.outputs([rig.script(`ids${buildMemory}`, script)], { buildMemory });
      expect(rig.read(path!)).toBe(`${mode}\n1000\n100\n1000 100\nstderr\n`);
    }
  });

  test.skipIf(!needsBuildUsers())('runs at the same time as another shares no user with it, nor with root', async () => {
    const rig = await freshRig();
    const [first, second] = [rig.script('first', 'sleep 3.14159; echo > $out'), rig.script('second', 'sleep 3.14159; echo > $out')];
    let seen: number[] = [];
    const building = rig.build([first, second]);
    while (seen.length < 2) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      seen = [...new Set(usersRunning('3.14159'))];
    }
    await building;
    expect(seen).toHaveLength(2);
    expect(seen.every((uid) => uid > 0)).toBe(true);
  });

  test('makes what only it may read leaves outputs and kept directories that are their caller’s', async () => {
    const rig = await freshRig();
    const make =
      'umask 077; mkdir -p $1/deep; echo text > $1/deep/file; ln -s file $1/deep/link; chmod 000 $1/deep/file; chmod 700 $1; chmod 500 $1/deep';
    const good = rig.script('good', `make() { ${make}; }; make $out; make /build/left`);
    const [path] = await rig.outputs([good], { buildMemory: 0 });
    const own = process.geteuid!();
    expect(['', 'deep', 'deep/file'].map((file) => statSync(join(rig.store.hostPath(path!), file)).uid)).toEqual([own, own, own]);
    expect(rig.read(path!, 'deep/link')).toBe('text\n');
    const bad = rig.script('bad', `make() { ${make}; }; make $out; make /build/left; exit 1`);
    const { run } = await rig.failure(bad, { keepFailed: true });
    const { keptDir } = eventsOf(run.events, 'build-failed')[0]!;
    for (const file of ['.', 'store', 'build', 'build/left', 'build/left/deep/file']) expect(statSync(join(keptDir!, file)).uid).toBe(own);
    expect(statSync(keptDir!).mode & 0o777).toBe(0o700);
  });

  test('is in a store that others cannot reach finds its inputs all the same', async () => {
    const closed = tempDirectory();
    mkdirSync(join(closed, 'private'), { mode: 0o700 });
    const rig = await freshRig(join(closed, 'private/store'));
    const input = rig.script('input', 'echo from the input > $out');
    const [path] = await rig.outputs([rig.script('target', `cat ${input.placeholder()} > $out`, { inputs: [input] })]);
    expect(rig.read(path!)).toBe('from the input\n');
  });
});
