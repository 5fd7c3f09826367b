/** Builders that do forbidden things. */
import { closeSync, existsSync, lstatSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { setCloseOnExec } from '../../src/system-calls.js';
import { freshRig } from './fresh-rig.js';
import { eventsOf, whyNoBuilds } from './rig.js';

const reason = await whyNoBuilds();
if (reason !== undefined) console.warn(`hostile builders are not tried: ${reason}`);

describe.skipIf(reason !== undefined)('a builder that', () => {
  test.each([
    [
      'makes a socket',
      'mkdir $out; nc -l -U $out/socket 2>/dev/null & sleep 0.2; test -S $out/socket || mkfifo $out/socket',
      'E_FILE_TYPE',
      '$out/socket',
    ],
    ['makes a named pipe', 'mkdir -p $out/deep; mkfifo $out/deep/pipe', 'E_FILE_TYPE', '$out/deep/pipe'],
    ['makes a symlink out of the store', 'mkdir $out; ln -s /etc/passwd $out/link', 'E_OUTPUT_SYMLINK', '/etc/passwd'],
    ['makes a symlink that leaves the store after all', 'mkdir $out; ln -s /nix/store/../../etc/passwd $out/link', 'E_OUTPUT_SYMLINK', 'etc/passwd'],
    ['is a symlink out of the store itself', 'ln -s /build $out', 'E_OUTPUT_SYMLINK', '/build'],
    ['lets others write', 'mkdir $out; chmod 777 $out', 'E_OUTPUT_MODE', 'out'],
    ['makes nothing', 'true', 'E_OUTPUT_MISSING', '"out"'],
    ['fails', 'mkdir $out; exit 7', 'E_BUILD', 'exit status 7'],
    ['kills itself', 'mkdir $out; ash -c "kill -SEGV \\$\\$" || exit $?', 'E_BUILD', 'SIGSEGV'],
  ])('%s fails, and leaves nothing in the store', async (name, script, code, message) => {
    const rig = await freshRig();
    const before = rig.store.allPaths();
    const failure = await rig.failure(rig.script('hostile', script));
    expect(failure).toMatchObject({ code, message: expect.stringContaining(message) as string });
    const left = readdirSync(rig.store.layout.storeDir).filter((entry) => entry !== '.links');
    expect(left.map((entry) => `/nix/store/${entry}`).sort()).toEqual([...new Set([...before, ...rig.store.allPaths()])].sort());
    expect(rig.store.allPaths().filter((path) => !path.endsWith('.drv'))).toEqual(before);
    expect(name).not.toBe('');
  });

  test('makes setuid files is refused, or they are made plain', async () => {
    const rig = await freshRig();
    const [path] = await rig.outputs([
      rig.script(
        'setuid',
        'mkdir $out; cd $out; for mode in 4755 2755 6755; do touch f$mode; chmod $mode f$mode && echo made $mode >> refused || echo refused $mode >> refused; done; cp /proc/self/exe x; chmod 1755 x',
      ),
    ]);
    expect(rig.read(path!, 'refused')).toBe('refused 4755\nrefused 2755\nrefused 6755\n');
    for (const file of ['f4755', 'f2755', 'x']) expect(lstatSync(join(rig.store.hostPath(path!), file)).mode & 0o7000).toBe(0);
  });

  test('writes elsewhere finds that only its outputs are kept, and its inputs cannot be changed', async () => {
    const rig = await freshRig();
    const input = rig.script('input', 'mkdir $out; echo original > $out/file');
    const [path, inputPath] = await rig.outputs([
      rig.script(
        'elsewhere',
        `
        echo stray > /tmp/stray; echo stray > /stray; echo stray > /etc/stray; echo stray > /nix/store/stray
        for target in ${input.placeholder()}/file ${input.placeholder()}/new $0/new; do
          chmod -R u+w ${input.placeholder()} 2>/dev/null || true
          (echo changed > $target) 2>/dev/null && echo changed $target >> $out || true
        done
        rm -rf ${input.placeholder()} 2>/dev/null || true
        echo done >> $out`,
        { inputs: [input] },
      ),
      input,
    ]);
    expect(rig.read(path!)).toBe('done\n');
    expect(rig.read(inputPath!, 'file')).toBe('original\n');
    expect(existsSync(join(rig.store.layout.storeDir, 'stray'))).toBe(false);
  });

  test('leaves processes behind has them killed before its output is looked at', async () => {
    const rig = await freshRig();
    const script = rig.script(
      'left',
      'mkdir $out; (trap "" HUP TERM; while true; do date +%N >> $out/grows; done) & (setsid sleep 1000 >/dev/null 2>&1 &) ; sleep 0.3; test -s $out/grows',
    );
    const started = Date.now();
    const [path] = await rig.outputs([script]);
    expect(Date.now() - started).toBeLessThan(20_000);
    const size = lstatSync(join(rig.store.hostPath(path!), 'grows')).size;
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(lstatSync(join(rig.store.hostPath(path!), 'grows')).size).toBe(size);
    expect(processesOf('sleep\u00001000')).toEqual([]);
  });

  test('looks for a network finds only itself', async () => {
    const rig = await freshRig();
    const [path] = await rig.outputs([
      rig.script('network', '{ tail -n +3 /proc/net/dev | cut -d: -f1; wget -T 2 -q -O- http://192.0.2.1/ || echo nothing; } > $out 2>/dev/null'),
    ]);
    expect(rig.read(path!)).toMatch(/^ *lo\nnothing\n$/);
  });

  test('looks for how its zilch was started finds the limits and modes that every builder has', async () => {
    const rig = await freshRig();
    const umask = process.umask(0o077);
    try {
      const script = 'stat -c %a $textPath graph > $out; ulimit -S -s >> $out; ulimit -S -n >> $out; umask >> $out';
      const [path] = await rig.outputs([
        rig.script('look', script, { env: { passAsFile: 'text', text: 'text', exportReferencesGraph: `graph ${rig.busybox}` } }),
      ]);
      expect(rig.read(path!)).toBe('644\n644\n8192\n1024\n0022\n');
    } finally {
      process.umask(umask);
    }
  });

  test('looks for files that its zilch was started with finds none', async () => {
    const rig = await freshRig();
    const etc = openSync('/etc', 'r');
    // The mode that a shell's redirection leaves.
    setCloseOnExec(etc, false);
    try {
      const [path] = await rig.outputs([rig.script('inherited', `readlink /proc/$$/fd/${etc} > $out || echo nothing > $out`)]);
      expect(rig.read(path!)).toBe('nothing\n');
    } finally {
      closeSync(etc);
    }
  });

  test('makes outputs that refer to each other in a cycle fails and says which', async () => {
    const rig = await freshRig();
    const failure = await rig.failure(
      rig.script('circle', 'echo $b > $a; echo $c > $b; echo $a > $c; echo $out > $out', { outputs: ['out', 'a', 'b', 'c'] }),
    );
    expect(failure.code).toBe('E_OUTPUT_CYCLE');
    expect(failure.message).toMatch(/a -> b -> c -> a|b -> c -> a -> b|c -> a -> b -> c/);
  });

  test('writes messages for its caller has its phases told and the rest ignored', async () => {
    const rig = await freshRig();
    const script = `
      echo '@nix {"action":"setPhase","phase":"configure"}' >&2
      echo '@nix {"action":"start","id":1}' >&2
      echo '@nix not json' >&2
      echo "no @nix message"
      echo '@nix {"action":"setPhase","phase":"build"}' >&2
      printf 'no end' > /dev/stderr; mkdir $out`;
    const { events } = await rig.build([rig.script('phases', script)]);
    expect(eventsOf(events, 'build-phase').map(({ phase }) => phase)).toEqual(['configure', 'build']);
    expect(eventsOf(events, 'build-log').map(({ line }) => line)).toEqual(['no @nix message', 'no end']);
  });

  test('is not there fails and says so', async () => {
    const rig = await freshRig();
    const script = rig.script('absent', '');
    const drv = { ...script.drv, builder: '/nix/store/00000000000000000000000000000000-none/bin/sh' };
    rig.closure.set(script.drvPath, drv);
    const failure = await rig.failure({ ...script, drv });
    expect(failure).toMatchObject({ code: 'E_BUILD' });
    expect(eventsOf(failure.run.events, 'build-failed')[0]?.lastLines.join('\n')).toMatch(/No such file/);
  });
});

function processesOf(commandLine: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(commandLine);
    } catch {
      return false;
    }
  });
}
