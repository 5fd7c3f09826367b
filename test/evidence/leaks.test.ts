/** The tester, tested: recipes with planted leaks, and what closes some of them by construction. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeTracer } from '../../src/build/index.js';
import { whyNoBuilds } from '../build/rig.js';
import { CHECKOUT, CliRig } from '../cli/rig.js';
import { CLOSED, PLANTED } from './leaks/planted.js';

const noBuilds = await whyNoBuilds();
if (noBuilds !== undefined) console.log(`skipped: ${noBuilds}`);
const scratch = mkdtempSync(join(tmpdir(), 'zilch-leaks-'));
const tracer = await makeTracer(scratch);
if (!tracer.ok) console.log(`skipped: ${tracer.failure.message}`);

const LEAKS = fileURLToPath(new URL('./leaks', import.meta.url));

interface Result {
  readonly runs: readonly { readonly changed: readonly string[]; readonly verdicts: Readonly<Record<string, string>> }[];
  readonly findings: readonly { readonly name: string; readonly file: string; readonly shownBy: readonly string[]; readonly cause: string }[];
  readonly failures: readonly { readonly name: string; readonly changed: readonly string[]; readonly logPath: string }[];
}

function resultOf(stdout: string): Result {
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Result;
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
    const { findings, failures } = resultOf(ran.stdout);
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
    const varieties = variedIn(join(rig.directory, 'claims'), 'none');
    expect(varieties).toEqual(expect.arrayContaining(['', 'locale: tr_TR.UTF-8', 'locale: tr_TR.UTF-8,umask: 077', 'umask: 077']));
  });

  test('names the smallest change that a build fails with, keeps its log, and goes on without this change', async () => {
    const args = ['refuses', '-f', LEAKS, '--only', 'time', '--only', 'umask', '--only', 'locale', '--json'];
    const ran = await rig.run(['vary', ...args]);
    expect(ran.status, ran.stderr).toBe(1);
    const { runs, failures } = resultOf(ran.stdout);
    expect(failures).toMatchObject([{ name: 'refuses', changed: ['time: 1971'] }]);
    expect(readFileSync(failures[0]!.logPath, 'utf8')).toBe('the clock is wrong\n');
    // Every other run was made, and those with 1971 were made without it.
    expect(runs.some(({ changed }) => changed.includes('time: 1971'))).toBe(true);
    expect(new Set(runs.flatMap(({ verdicts }) => Object.values(verdicts)))).toEqual(new Set(['same']));
    const claims = join(rig.directory, 'claims-of-refuses');
    await rig.run(['cache', 'key', 'bob-1', join(rig.directory, 'bob')]);
    expect((await rig.run(['attest', 'refuses', '-f', LEAKS, '--key', join(rig.directory, 'bob'), '--to', claims])).status).toBe(0);
    const varied = variedIn(claims, 'refuses').join(' ');
    expect(varied).toContain('time: 2039');
    expect(varied).not.toContain('1971');

    const again = await rig.run(['vary', ...args, '--resume']);
    expect(again.status, again.stderr).toBe(1);
    const [first, ...others] = resultOf(again.stdout).runs.map(({ verdicts }) => Object.values(verdicts));
    expect(first).toEqual(['same']);
    expect(others.length).toBeGreaterThan(1);
    for (const verdicts of others) expect(verdicts).toEqual(['recorded']);
  });

  test('says which variations there are when it is asked for another, and builds nothing for a plan', async () => {
    const wrong = await rig.run(['vary', '--only', 'weather', '-f', LEAKS]);
    expect(wrong).toMatchObject({ status: 2, stderr: expect.stringContaining('there is builder, environment, build-path, kernel') as unknown });
    const plan = await rig.run(['vary', '--plan', '-f', LEAKS, '--store', join(rig.directory, 'no-store')]);
    expect(plan.status).toBe(0);
    expect(plan.stdout).toMatch(/^run +1 {2}nothing changed$/m);
    const without = await rig.run(['vary', '--plan', '-f', LEAKS, '--only', 'time', '--without', 'time: 1971']);
    expect(without.stdout).toContain('time: 2039');
    expect(without.stdout).not.toContain('1971');
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

/** What was varied in each claim about a target. */
function variedIn(claims: string, target: string): readonly string[] {
  const lines = spawnSync('sh', ['-c', `cat ${claims}/*/claims.jsonl`], { encoding: 'utf8' })
    .stdout.trim()
    .split('\n');
  return lines.flatMap((line) => {
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
    return externalParameters.target === target ? [internalParameters.varied?.join() ?? ''] : [];
  });
}
