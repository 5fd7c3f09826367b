/** The tester, tested: recipes with planted leaks, and what closes some of them by construction. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeTracer } from '../../src/build/index.js';
import { whyNoBuilds } from '../build/rig.js';
import { CHECKOUT, CliRig } from '../cli/rig.js';

const noBuilds = await whyNoBuilds();
if (noBuilds !== undefined) console.log(`skipped: ${noBuilds}`);
const scratch = mkdtempSync(join(tmpdir(), 'zilch-leaks-'));
const tracer = await makeTracer(scratch);
if (!tracer.ok) console.log(`skipped: ${tracer.failure.message}`);

const LEAKS = fileURLToPath(new URL('./leaks', import.meta.url));

const OF_CLOCK = /reads the clock, or the times of files/;
const OF_RANDOM = /random numbers/;

/** What each recipe shows, by what, and what is then said of it. Nothing is changed for what differs by itself. */
const PLANTED: Readonly<Record<string, readonly [shownBy: RegExp, cause: RegExp]>> = {
  clock: [/^$/, OF_CLOCK],
  year: [/^time: (1971|2039)$/, OF_CLOCK],
  'file-time': [/^$/, OF_CLOCK],
  'directory-order': [/^file-order: (sorted|reversed)$/, /order in which their directory lists/],
  host: [/^host: another name$/, /name or the domain of the machine/],
  user: [/^user: /, /who builds/],
  group: [/^user: /, /who builds/],
  cores: [/^processors: one$/, /how many processors/],
  cpu: [/^cpu: of another maker$/, /cpuinfo/],
  process: [/^process: not the first$/, /process ids/],
  addresses: [/^addresses: at random$/, /stores addresses/],
  'working-directory': [/^build-path: elsewhere$/, /path of its build directory/],
  'build-path': [/^build-path: elsewhere$/, /path of its build directory/],
  locale: [/^locale: /, /locale/],
  // Where the build directory lies on disk anyway, numbers differ by themselves.
  inode: [/^$|^file-system: /, /inode numbers/],
  unwritten: [/^(environment|addresses): /, /memory that it has not written/],
  environment: [/^(environment|locale|time-zone|home): /, /environment/],
  // musl makes them of the clock.
  'temporary-name': [/^$/, OF_CLOCK],
  'hash-seed': [/^$/, OF_RANDOM],
  random: [/^$/, OF_RANDOM],
  umask: [/^umask: 077$/, /modes of files/],
  race: [/^$|^processors: one$/, /race/],
  kernel: [/^kernel: says 2.6$/, /uname/],
  home: [/^home: elsewhere$/, /HOME/],
  path: [/^exec-path: /, /PATH/],
  'time-zone': [/^time-zone: /, /local times/],
  memory: [/^memory: 1 GiB$/, /size of the memory/],
};

/** What cannot be varied, since a sandbox has none of it. */
const CLOSED = ['network', 'none'];

interface Result {
  readonly findings: readonly { readonly name: string; readonly file: string; readonly shownBy: readonly string[]; readonly cause: string }[];
  readonly failures: readonly unknown[];
}

let rig: CliRig;

describe.skipIf(noBuilds !== undefined || !tracer.ok)('zilch vary', () => {
  beforeAll(async () => {
    rig = new CliRig();
    const built = await rig.run(['build', '-f', LEAKS, '--no-tests', '--all']);
    expect(built.status, built.stderr).toBe(0);
  });
  afterAll(async () => {
    rmSync(scratch, { recursive: true });
    await rig.close();
  });

  test('finds each planted leak, names its file and what showed it, and finds none where there is none', async () => {
    const names = [...Object.keys(PLANTED), ...CLOSED];
    const ran = await rig.run(['vary', ...names, '-f', LEAKS, '--cover', 'each', '--without', 'builder', '--json']);
    expect(ran.status, ran.stderr).toBe(3);
    const { findings, failures } = JSON.parse(ran.stdout.trim().split('\n').at(-1) ?? '') as Result;
    expect(failures).toEqual([]);
    expect(findings.map(({ name }) => name).sort()).toEqual(Object.keys(PLANTED).sort());
    for (const { name, file, shownBy, cause } of findings) {
      const [shown, likely] = PLANTED[name]!;
      expect({ name, file }).toEqual({ name, file: 'leak' });
      expect(shownBy.join(' and '), name).toMatch(shown);
      expect(cause, name).toMatch(likely);
    }
  });

  test('gives a claim for each run of what stays the same', async () => {
    const varied = await rig.run(['vary', 'none', '-f', LEAKS, '--only', 'umask', '--only', 'locale']);
    expect(varied, varied.stderr).toMatchObject({ status: 0 });
    const runs = Number(/^(\d+) runs, 0 leaks found/m.exec(varied.stdout)?.[1]);
    expect(runs).toBeGreaterThan(3);
    await rig.run(['cache', 'key', 'alice-1', join(rig.directory, 'key')]);
    const attested = await rig.run(['attest', 'none', '-f', LEAKS, '--key', join(rig.directory, 'key'), '--to', join(rig.directory, 'claims')]);
    expect(attested.status, attested.stderr).toBe(0);
    const claims = spawnSync('sh', ['-c', `cat ${join(rig.directory, 'claims')}/*/claims.jsonl`], { encoding: 'utf8' })
      .stdout.trim()
      .split('\n');
    const varieties = claims.flatMap((line) => {
      const { payload } = JSON.parse(line) as { readonly payload: string };
      const { predicate } = JSON.parse(Buffer.from(payload, 'base64').toString()) as {
        readonly predicate: {
          readonly buildDefinition: {
            readonly externalParameters: { readonly target: string };
            readonly internalParameters: { readonly varied?: string[] };
          };
        };
      };
      const { externalParameters, internalParameters } = predicate.buildDefinition;
      return externalParameters.target === 'none' ? [internalParameters.varied?.join() ?? ''] : [];
    });
    expect(varieties).toEqual(expect.arrayContaining(['', 'locale: tr_TR.UTF-8', 'locale: tr_TR.UTF-8,umask: 077', 'umask: 077']));
  });

  test('says which variations there are when it is asked for another, and builds nothing for a plan', async () => {
    const wrong = await rig.run(['vary', '--only', 'weather', '-f', LEAKS]);
    expect(wrong).toMatchObject({ status: 2, stderr: expect.stringContaining('there is builder, environment, build-path, kernel') as unknown });
    const plan = await rig.run(['vary', '--plan', '-f', LEAKS, '--store', join(rig.directory, 'no-store')]);
    expect(plan.status).toBe(0);
    expect(plan.stdout).toMatch(/^run +1 {2}nothing changed$/m);
  });

  // The host's name, user's environment, mask, folder and network are what a build without a sandbox would see.
  test.skipIf(process.geteuid?.() !== 0)('is not needed for what the sandbox keeps from builds: the machine may change around it', () => {
    const names = [
      'host',
      'user',
      'group',
      'working-directory',
      'build-path',
      'locale',
      'environment',
      'umask',
      'home',
      'path',
      'time-zone',
      'network',
    ];
    const changed = ['unshare', '--uts', '--net', 'sh', '-c', 'hostname elsewhere; umask 077; cd /; exec "$@"', 'sh'];
    const env = { ...process.env, ZILCH_STORE: rig.store, LC_ALL: 'tr_TR.UTF-8', TZ: 'FAR-14', SOMETHING: 'else' };
    const args = [...changed.slice(1), join(CHECKOUT, 'zilch'), 'build', '--rebuild', '--offline', '--no-tests', '-f', LEAKS, ...names];
    const ran = spawnSync(changed[0]!, args, { env, encoding: 'utf8' });
    expect(ran.status, ran.stderr).toBe(0);
  });
});
