/** Runs that are stopped, killed, or not alone: the store stays sound, and finished builds are kept. */
import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { StorePath } from '../../src/formats/index.js';
import { unwrap } from '../../src/result.js';
import { Store } from '../../src/store/index.js';
import { atEnd, tempDirectory } from '../support/store.js';
import { freshRig } from './fresh-rig.js';
import { longGraph } from './long-graph.js';
import { eventsOf, readLog, whyNoBuilds } from './rig.js';

const reason = await whyNoBuilds();
if (reason !== undefined) console.warn(`stopping builds is not tried: ${reason}`);

/** A separate zilch process that builds `longGraph` in a store. */
class BuilderChild {
  readonly lines: string[] = [];
  readonly exited: Promise<number | null>;
  private readonly process: ChildProcess;

  constructor(root: string) {
    const jiti = fileURLToPath(new URL('../../node_modules/jiti/lib/jiti-cli.mjs', import.meta.url));
    const script = fileURLToPath(new URL('builder-child.ts', import.meta.url));
    this.process = spawn(process.execPath, [jiti, script, root], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, VITEST: undefined },
    });
    this.exited = new Promise((resolve) => this.process.once('close', resolve));
    createInterface({ input: this.process.stdout! }).on('line', (line) => this.lines.push(line));
    atEnd(() => this.process.kill('SIGKILL'));
  }

  /** Waits for a line that begins so, or for the end. */
  async saw(beginning: string): Promise<void> {
    const seen = async (): Promise<void> => {
      while (!this.lines.some((line) => line.startsWith(beginning)) && this.process.exitCode === null) await pause(10);
    };
    await Promise.race([seen(), this.exited]);
  }

  async end(signal: NodeJS.Signals): Promise<number | null> {
    this.process.kill(signal);
    return await this.exited;
  }
}

async function pause(milliseconds: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Every path of a complete build, from a store without interruption. */
async function undisturbed(): Promise<readonly StorePath[]> {
  const rig = await freshRig();
  await rig.outputs([longGraph(rig)]);
  return rig.store.allPaths();
}

async function expectSound(root: string): Promise<void> {
  const store = unwrap(Store.open(root));
  expect(unwrap(await store.verify({ contents: true })).defects).toEqual([]);
  store.close();
}

describe.skipIf(reason !== undefined)('a run', () => {
  test('that is killed at any moment loses the running builds at most, and is finished by the next', { timeout: 180_000 }, async () => {
    const expected = await undisturbed();
    const root = tempDirectory();
    const finished = new Set<string>();
    for (let round = 0; round < 6; round++) {
      const child = new BuilderChild(root);
      await child.saw('build-start');
      await pause(Math.random() * 600);
      await child.end('SIGKILL');
      for (const line of child.lines.filter((line) => line.startsWith('build-start'))) {
        expect(finished, `${line} again, in round ${round}`).not.toContain(line.slice('build-start '.length));
      }
      for (const line of child.lines.filter((line) => line.startsWith('build-done'))) finished.add(line.slice('build-done '.length));
      // The kernel kills one step after the other; on a busy machine that takes a while.
      for (let tries = 0; tries < 300 && sandboxesOf(root).length > 0; tries++) await pause(10);
      expect(sandboxesOf(root)).toEqual([]);
      await expectSound(root);
    }
    expect(await new BuilderChild(root).exited).toBe(0);
    const store = unwrap(Store.open(root));
    expect(store.allPaths()).toEqual(expected);
    unwrap(await store.gc({ dryRun: true }));
    store.close();
    await expectSound(root);
  });

  test('that is stopped kills its builds, starts nothing more and says so', async () => {
    const rig = await freshRig();
    const stop = new AbortController();
    const long = rig.script('long', 'mkdir $out; sleep 1000');
    const next = rig.script('next', `echo ${long.placeholder()} > $out`, { inputs: [long] });
    const started = Date.now();
    const { result, events } = await rig.build([next], { signal: stop.signal }, undefined, (event) => {
      if (event.type === 'build-start') setTimeout(() => stop.abort(), 100);
    });
    expect(Date.now() - started).toBeLessThan(10_000);
    expect(unwrap(result).summary).toMatchObject({ built: 0, failed: 0, skipped: 2 });
    expect(eventsOf(events, 'build-failed')).toMatchObject([{ failure: { code: 'E_CANCELLED' } }]);
    expect(rig.store.allPaths().every((path) => path.endsWith('.drv') || path === rig.busybox)).toBe(true);
  });

  test('that is stopped before anything is started ends', async () => {
    const rig = await freshRig();
    const { result, events } = await rig.build([rig.script('never', 'echo > $out')], { signal: AbortSignal.abort() });
    expect(unwrap(result).summary).toMatchObject({ built: 0, skipped: 1 });
    expect(eventsOf(events, 'build-start')).toEqual([]);
  });

  test('beside another on the same store builds nothing that the other builds', { timeout: 60_000 }, async () => {
    const expected = await undisturbed();
    const root = tempDirectory();
    const children = [new BuilderChild(root), new BuilderChild(root)];
    expect(await Promise.all(children.map((child) => child.exited))).toEqual([0, 0]);
    const built = children.flatMap((child) => child.lines.filter((line) => line.startsWith('build-done')));
    expect(built.length).toBe(new Set(built).size);
    expect(built).toHaveLength(10);
    const store = unwrap(Store.open(root));
    expect(store.allPaths()).toEqual(expected);
    store.close();
    await expectSound(root);
  });

  test('leaves a log that can be read, killed or not', { timeout: 60_000 }, async () => {
    const rig = await freshRig();
    const stop = new AbortController();
    const talks = rig.script('talks', 'echo first; sleep 2; echo second; sleep 1000');
    let early: string | undefined;
    await rig.build([talks], { signal: stop.signal }, undefined, (event) => {
      if (event.type !== 'build-log' || event.line !== 'second') return;
      early = readLog(rig.store.root, talks.drvPath);
      stop.abort();
    });
    expect(early).toBe('first\n');
    expect(readLog(rig.store.root, talks.drvPath)).toBe('first\nsecond\n');
  });
});

/** Remaining processes of a store's builds, found by their arguments or mounts. */
function sandboxesOf(root: string): string[] {
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return [];
    const commandLine = readOf(`/proc/${pid}/cmdline`).replaceAll('\0', ' ');
    const isAbout = commandLine.includes(root) || readOf(`/proc/${pid}/mountinfo`).includes(`${root}/nix/var/zilch/tmp`);
    return isAbout
      ? [`${pid}: ${commandLine.slice(0, 100)}: ${readOf(`/proc/${pid}/wchan`)}, ${/PPid:\s\d+/.exec(readOf(`/proc/${pid}/status`))?.[0] ?? ''}`]
      : [];
  });
}

function readOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
