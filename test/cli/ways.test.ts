/** What needs what, what a change costs, how large something is, and a log that grows. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { whyNoBuilds } from '../build/rig.js';
import { CHECKOUT, rigFor } from './rig.js';

const noBuilds = await whyNoBuilds();
if (noBuilds !== undefined) console.log(`skipped: ${noBuilds}`);

const rig = rigFor(
  `const base = make({ name: 'base', script: sh\`echo base > $out\` });
     const left = make({ name: 'left', script: sh\`echo \${base} > $out\` });
     const right = make({ name: 'right', script: sh\`echo \${base} > $out\` });
     const top = make({ name: 'top', script: sh\`echo \${left} \${right} > $out\` });
     const apart = make({ name: 'apart', script: sh\`echo 1; sleep 8; echo 2; sleep 8; echo 3; cat /no/such; echo > $out\` });`,
  ['top', 'base', 'left', 'right', 'apart'],
);

const said = async (...args: readonly string[]): Promise<string> => (await rig.onChain(...args)).stdout;

describe('the graph', () => {
  it('is of what the named targets need, in every format', async () => {
    expect(await said('graph', 'left')).toBe('only\n  base  <- shell\n  left  <- base shell\n');
    const ids = (JSON.parse(await said('graph', 'left', '--format', 'json')) as readonly { readonly id: string }[]).map(({ id }) => id);
    expect(ids.sort()).toEqual(['base', 'left', 'shell']);
    const dot = await said('graph', 'left', '--format', 'dot');
    expect(dot).toContain('"base" -> "left"');
    expect(dot).not.toMatch(/right|apart/);
    expect(await rig.onChain('graph', 'nothing')).toMatchObject({ status: 2 });
  });

  it('tells every way from one to another', async () => {
    expect(await said('why', 'top', 'base', '--all')).toBe('top\n  needs left\n    needs base\n  needs right\n    needs base\n');
    expect(JSON.parse(await said('why', 'top', 'base', '--all', '--json'))).toHaveLength(4);
    expect(await rig.onChain('why', 'base', 'top', '--all')).toMatchObject({ status: 1, stdout: 'base does not need top\n' });
  });

  it('tells who uses something', async () => {
    expect(await said('uses', 'base')).toBe('directly (2 recipes): left right\nthrough these (1 recipe): top\n');
    expect(await said('uses', 'top')).toBe('nothing needs top\n');
    expect(await rig.onChain('uses', 'bas')).toMatchObject({ status: 2, stderr: expect.stringContaining('did you mean base') as string });
  });
});

describe.skipIf(noBuilds !== undefined)('what is built', () => {
  it('tells what a change costs, and what it is as large as', async () => {
    expect(await said('impact', 'base')).toMatch(/^base +\?\n[^]*4 builds: .* and 4 builds of unknown length\n$/);
    expect(await rig.onChain('build', 'top', '--no-tests')).toMatchObject({ status: 0 });
    const impact = JSON.parse(await said('impact', 'base', '--json')) as {
      readonly builds: readonly { readonly id: string; readonly seconds: number }[];
      readonly seconds: number;
      readonly longestWaySeconds: number;
    };
    expect(impact.builds.map(({ id }) => id).sort()).toEqual(['base', 'left', 'right', 'top']);
    const of = (id: string): number => impact.builds.find((build) => build.id === id)!.seconds;
    expect(impact.seconds).toBeCloseTo(of('base') + of('left') + of('right') + of('top'));
    expect(impact.longestWaySeconds).toBeCloseTo(of('base') + Math.max(of('left'), of('right')) + of('top'));
    expect((await said('impact', 'shell')).trim().split('\n').at(-1)).toMatch(/^5 builds: /);
    const tree = await said('size', 'top', '--tree');
    expect(tree).toMatch(/^top +\d+ B +[\d.]+ (B|KiB)\n {2}(left|right) .*\n {4}base .*\n {2}(left|right) .*\n {4}base .*\n.* in 4 paths$/m);
    expect((await said('size', 'top')).trim().split('\n')).toHaveLength(6);
    expect((await rig.onChain('size', 'apart')).stderr).toContain('E_NOT_BUILT');
  });

  it('has a log that can be followed until the build is over', async () => {
    const built = rig.onChain('build', 'apart');
    const env = { ...process.env, ZILCH_STORE: rig.store };
    for (let tries = 0; tries < 100 && !(await said('list', '--json')).includes('"building"'); tries++) await sleep(100);
    const child = spawn(join(CHECKOUT, 'zilch'), ['log', 'apart', '--follow', '-f', rig.chain], { env });
    const times: number[] = [];
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (piece: string) => {
      text += piece;
      times.push(Date.now());
    });
    const status = await new Promise((resolve) => child.on('close', resolve));
    expect(status).toBe(0);
    expect(text).toMatch(/^1\n2\n3\n.*no\/such/);
    // Not all at once, at the end.
    expect(times.at(-1)! - times[0]!).toBeGreaterThan(300);
    expect((await built).status).toBe(1);
    // It slept for eight seconds before each of these two.
    const clock = (line: string): number => {
      const [, minutes, seconds] = /^0:(\d\d):(\d\d) {2}\d$/.exec(line)!;
      return Number(minutes) * 60 + Number(seconds);
    };
    const [first, second, third] = (await said('log', 'apart', '--times')).split('\n').slice(0, 3).map(clock) as [number, number, number];
    expect(second - first).toBeGreaterThanOrEqual(7);
    expect(third - second).toBeGreaterThanOrEqual(7);
    expect(await said('log', 'apart', '--follow', '--tail', '2')).toMatch(/^3\n.*no\/such/);
  });
});
