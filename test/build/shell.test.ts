/** Shells in a build's sandbox. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { BUILD_COMMAND, prepareShell, type PreparedShell } from '../../src/build/index.js';
import { unwrap } from '../../src/result.js';
import { tempDirectory } from '../support/store.js';
import { attackIn, whyNoAttack } from './attack.js';
import { freshRig } from './fresh-rig.js';
import { eventsOf, whyNoBuilds } from './rig.js';

const reason = await whyNoBuilds();
if (reason !== undefined) console.warn(`shells in the sandbox are not tried: ${reason}`);

function say({ command: [program, ...args] }: PreparedShell, input: string): string {
  const { stdout, stderr } = spawnSync(program, args, { input, encoding: 'utf8' });
  return stdout + stderr;
}

describe.skipIf(reason !== undefined)('a shell in the sandbox of a build', () => {
  test('has its environment and its inputs, and can run the build', async () => {
    const rig = await freshRig();
    const input = rig.script('input', 'echo from the input > $out');
    const target = rig.script('target', `cat ${input.placeholder()} > $out; echo "it's $word" >> $out`, { inputs: [input], env: { word: 'built' } });
    await rig.outputs([input]);
    const shell = unwrap(await prepareShell({ store: rig.store, closure: rig.closure, drvPath: target.drvPath, cores: 3 }));
    const said = say(shell, `echo $word $NIX_BUILD_CORES $(pwd) $(id -u); ash ${BUILD_COMMAND}; cat $out\n`);
    await shell.release();
    expect(said).toBe("built 3 /build 1000\nfrom the input\nit's built\n");
  });

  test('is run as builders are: with the same address layout and limits', async () => {
    const rig = await freshRig();
    const look = 'cat /proc/self/personality; ulimit -a';
    const target = rig.script('target', `{ ${look}; } > $out`);
    const [path] = await rig.outputs([target]);
    const shell = unwrap(await prepareShell({ store: rig.store, closure: rig.closure, drvPath: target.drvPath, cores: 1 }));
    const said = say(shell, `${look}\n`);
    await shell.release();
    expect(said).toBe(rig.read(path!));
  });

  test('finds a failed build as it was left', async () => {
    const rig = await freshRig();
    const bad = rig.script('bad', 'echo half > half; mkdir $out; echo some > $out/some; exit 1');
    const { run } = await rig.failure(bad, { keepFailed: true });
    const { keptDir } = eventsOf(run.events, 'build-failed')[0]!;
    const shell = unwrap(await prepareShell({ store: rig.store, closure: rig.closure, drvPath: bad.drvPath, cores: 1, keptDir }));
    expect(say(shell, 'cat half $out/some; echo more >> half\n')).toBe('half\nsome\n');
    await shell.release();
    const again = unwrap(await prepareShell({ store: rig.store, closure: rig.closure, drvPath: bad.drvPath, cores: 1, keptDir }));
    expect(say(again, 'cat half\n')).toBe('half\nmore\n');
    await again.release();
  });

  test.skipIf(whyNoAttack() !== undefined)('cannot type into the terminal that it is given', async () => {
    const rig = await freshRig();
    const attack = await attackIn(rig);
    const target = rig.script('target', 'echo > $out', { sources: [attack] });
    const shell = unwrap(await prepareShell({ store: rig.store, closure: rig.closure, drvPath: target.drvPath, cores: 1, along: [attack] }));
    // script(1) makes the terminal, and is the parent of what runs there.
    const words = shell.command.map((word) => (word === String(process.pid) ? '"$PPID"' : `'${word.replaceAll("'", "'\\''")}'`));
    const file = join(tempDirectory(), 'run.sh');
    writeFileSync(file, `exec ${words.join(' ')}\n`);
    const input = 'for what in winsize sticks sticks-high tioclinux; do attack $what; done; exit\n';
    const { stdout } = spawnSync('script', ['-qefc', `exec sh ${file}`, '/dev/null'], { input, encoding: 'utf8' });
    await shell.release();
    // All but the first may be refused by the kernel, too, with other errors.
    expect(stdout.match(/^(winsize|sticks|sticks-high|tioclinux): \w+/gm)).toEqual([
      'winsize: done',
      'sticks: ENOTTY',
      'sticks-high: ENOTTY',
      'tioclinux: ENOTTY',
    ]);
  });

  test('is refused while the inputs are not built', async () => {
    const rig = await freshRig();
    const input = rig.script('input', 'echo > $out');
    const target = rig.script('target', `cat ${input.placeholder()} > $out`, { inputs: [input] });
    expect(await prepareShell({ store: rig.store, closure: rig.closure, drvPath: target.drvPath, cores: 1 })).toMatchObject({
      failure: { code: 'E_INPUT' },
    });
  });
});
