/** Builders that attack their own run: its memory, its other builds, its end. */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createInterface } from 'node:readline';
import { describe, expect, test } from 'vitest';
import { needsBuildUsers } from '../../src/build/build-users.js';
import { memoryForScratch } from '../../src/build/memory.js';
import { unwrap } from '../../src/result.js';
import { atEnd, tempDirectory } from '../support/store.js';
import { whyNoAttack } from './attack.js';
import { freshRig } from './fresh-rig.js';
import { eventsOf, whyNoBuilds } from './rig.js';

const reason = (await whyNoBuilds()) ?? whyNoAttack();
if (reason !== undefined) console.warn(`hostile builders are not tried: ${reason}`);

describe.skipIf(reason !== undefined)('a builder that', () => {
  test('fills /, /tmp and /dev/shm is told that they are full, and may not write to /dev', async () => {
    const rig = await freshRig();
    // With this many builds at once, each gets the least.
    const jobs = 4096;
    const script = `
      mkdir $out
      for place in /fill /tmp/fill /dev/shm/fill; do
        dd if=/dev/zero of=$place bs=65536 2>&1 | grep -c 'No space left' >> $out/full
        wc -c < $place >> $out/sizes; rm $place
      done
      (: > /dev/new) 2>/dev/null || echo read-only > $out/dev
      echo > /dev/null; echo > /dev/shm/small`;
    const [path] = await rig.outputs([rig.script('fill', script)], { jobs });
    expect(rig.read(path!, 'full')).toBe('1\n1\n1\n');
    expect(rig.read(path!, 'dev')).toBe('read-only\n');
    for (const size of rig.read(path!, 'sizes').trim().split('\n').map(Number)) {
      expect(size).toBeGreaterThan(memoryForScratch(jobs) / 2);
      expect(size).toBeLessThanOrEqual(memoryForScratch(jobs));
    }
  });

  test('takes all memory is killed before its zilch, and if that is a real root’s, it cannot help it', async () => {
    const rig = await freshRig();
    const script = 'cat /proc/self/oom_score_adj > $out; (echo 0 > /proc/self/oom_score_adj) 2>/dev/null || echo refused >> $out';
    const [path] = await rig.outputs([rig.script('memory', script)]);
    expect(rig.read(path!)).toBe(mayForbid() ? '1000\nrefused\n' : '1000\n');
  });

  test.each([
    ['closes the directory of its outputs', 'mkdir $out; chmod 000 /nix/store'],
    ['closes it and leaves nothing there', 'rm -rf $out; chmod 000 /nix/store'],
    ['closes its output', 'mkdir -p $out/deep; echo > $out/deep/file; chmod 000 $out/deep/file $out/deep $out'],
    ['closes its build directory and fails', 'mkdir deep; chmod 000 deep .; exit 1'],
    [
      'makes an output that is deeper than a path can be long',
      'mkdir $out; cd $out; n=$(printf %0200d 0); for i in $(seq 30); do mkdir $n; cd $n; done',
    ],
    ['makes an output that is not there', 'ln -s ./nowhere $out'],
  ])('%s does not end the run: what does not need it is built', async (_what, script) => {
    const rig = await freshRig();
    const bad = rig.script('bad', script);
    const good = rig.script('good', 'sleep 1; echo good > $out');
    for (const keepFailed of [false, true]) {
      const { result } = await rig.build([bad, good], { keepGoing: true, keepFailed, jobs: 1 });
      const report = unwrap(result);
      expect(report.outputs.get(good.drvPath)?.has('out')).toBe(true);
      expect(report.failures.has(good.drvPath)).toBe(false);
    }
  });

  test('makes its log’s pipe unusable spoils no other build', async () => {
    const rig = await freshRig();
    const spoil = 'chmod 000 /dev/stderr /proc/self/fd/1 || true; echo > $out';
    const builds = Array.from({ length: 20 }, (_, index) => rig.script(`spoil${index}`, `echo heard ${index}; echo again >> /dev/stderr; ${spoil}`));
    const { result, events } = await rig.build(builds, { jobs: 1 });
    expect(unwrap(result).failures).toEqual(new Map());
    const lines = eventsOf(events, 'build-log').map(({ line }) => line);
    expect(lines.filter((line) => line.startsWith('heard'))).toHaveLength(20);
    expect(lines.filter((line) => line === 'again')).toHaveLength(20);
  });

  test('makes a file of four terabytes of nothing is stopped at once', async () => {
    const rig = await freshRig();
    const stop = new AbortController();
    const huge = rig.script('huge', 'truncate -s 4398046511104 $out; echo made');
    let stopped = 0;
    const { result, events } = await rig.build([huge], { signal: stop.signal, buildMemory: 0 }, undefined, (event) => {
      if (event.type !== 'build-log') return;
      setTimeout(() => {
        stopped = performance.now();
        stop.abort();
      }, 2000);
    });
    expect(performance.now() - stopped).toBeLessThan(1500);
    expect(unwrap(result).summary).toMatchObject({ built: 0, failed: 0, skipped: 1 });
    expect(eventsOf(events, 'build-failed')).toMatchObject([{ failure: { code: 'E_CANCELLED' } }]);
  });

  test('asks not to be killed with its parent, and lets go of all it was given, dies with its zilch', async () => {
    const root = tempDirectory();
    const jiti = fileURLToPath(new URL('../../node_modules/jiti/lib/jiti-cli.mjs', import.meta.url));
    const child = fileURLToPath(new URL('builder-child.ts', import.meta.url));
    const script = 'echo begun; (exec setsid attack survive) & exec attack survive';
    const zilch = spawn(process.execPath, [jiti, child, root, script], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, VITEST: undefined },
    });
    atEnd(() => zilch.kill('SIGKILL'));
    for await (const line of createInterface({ input: zilch.stdout })) if (line === 'build-log begun') break;
    while (survivors() < 2 && zilch.exitCode === null) await pause(20);
    expect(survivors()).toBe(2);
    zilch.kill('SIGKILL');
    for (let tries = 0; tries < 200 && survivors() > 0; tries++) await pause(20);
    expect(survivors()).toBe(0);
    expect(processes((words) => words.includes('bwrap') && words.some((word) => word.includes(root)))).toBe(0);
  });
});

/** CAP_SYS_RESOURCE, which root lacks in some containers. */
function mayForbid(): boolean {
  const effective = /^CapEff:\s*([0-9a-f]+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
  return needsBuildUsers() && (BigInt(`0x${effective}`) & (1n << 24n)) !== 0n;
}

function survivors(): number {
  return processes((words) => words[0] === 'attack' && words[1] === 'survive');
}

function processes(matches: (words: readonly string[]) => boolean): number {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && matches(readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0'));
    } catch {
      return false;
    }
  }).length;
}

async function pause(milliseconds: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
}
