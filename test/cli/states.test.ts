/** What became of a target, told alike by list, show and their JSON. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { whyNoBuilds } from '../build/rig.js';
import { rigFor } from './rig.js';

const noBuilds = await whyNoBuilds();
if (noBuilds !== undefined) console.log(`skipped: ${noBuilds}`);

const rig = rigFor(
  `const good = make({ name: 'good', description: 'is well', script: sh\`echo good > $out\` });
     const bad = make({ name: 'bad', script: sh\`exit 1\` });
     const tested = make({ name: 'tested', script: sh\`echo > $out\`, test: () => ({ script: sh\`exit 1\` }) });
     const slow = make({ name: 'slow', script: sh\`sleep 1000\` });
     const lacks = make({ name: 'lacks', script: sh\`cat \${source({ name: 'lost', version: '1', size: 1, sha256: 'a'.repeat(64), urls: ['file:///nowhere/lost.tar'] })} > $out\` });`,
  ['good', 'bad', 'tested', 'slow', 'lacks'],
);

type Listed = readonly { readonly target: string; readonly state: string; readonly test?: string }[];

/** The states of all targets; of each, show has the same. */
async function states(...args: readonly string[]): Promise<Record<string, string>> {
  const listed = JSON.parse((await rig.onChain('list', '--json', ...args)).stdout) as Listed;
  return Object.fromEntries(listed.map(({ target, state, test }) => [target, test === undefined ? state : `${state}; ${test}`]));
}

describe.skipIf(noBuilds !== undefined)('states', () => {
  it('before anything is built, and while and after it is', async () => {
    expect(await states()).toEqual({
      good: 'never built',
      bad: 'never built',
      tested: 'never built; not run',
      slow: 'never built',
      lacks: 'never built',
    });
    let pid = 0;
    const running = rig.run(['build', 'slow', '-f', rig.chain], { onStart: (started) => (pid = started) });
    let during = await states();
    for (let tries = 0; during['slow'] !== 'building' && tries < 200; tries++) {
      await sleep(100);
      during = await states();
    }
    expect(during).toMatchObject({ slow: 'building', good: 'never built' });
    process.kill(pid, 'SIGINT');
    const stopped = await running;
    expect(stopped).toMatchObject({ status: 130, stderr: expect.stringContaining('stopped  slow') as string });
    expect(stopped.stderr).not.toContain('FAILED');
    expect((await rig.onChain('build', 'lacks')).stderr).toContain('E_FETCH');
    expect((await rig.run(['timeline', '--list'])).stdout).toMatch(/FAILED: E_FETCH[^\n]*lacks\n[^\n]*stopped[^\n]*slow\n/);
    await rig.onChain('build', 'good', 'bad', 'tested', '--keep-going');
    expect(await states()).toEqual({ good: 'built here', bad: 'failed', tested: 'test failed; failed', slow: 'stopped', lacks: 'never built' });
    const shown = await rig.onChain('show', 'tested');
    expect(shown.stdout).toMatch(/^state +test failed$/m);
    expect(shown.stdout).toMatch(/^test +failed$/m);
  });

  it('that pins and other stores make', async () => {
    expect(await rig.onChain('pins', 'update', 'good')).toMatchObject({ status: 0 });
    const elsewhere = join(rig.directory, 'elsewhere');
    expect(await states('--store', elsewhere)).toMatchObject({ good: 'expected', bad: 'never built' });
    expect((await rig.onChain('list', '--store', elsewhere)).stdout).toMatch(/^only +good +expected +\(\d+ B\) +is well$/m);
    expect((await rig.run(['copy', elsewhere, 'good', '-f', rig.chain])).stderr).toBe('');
    expect(await states('--store', elsewhere)).toMatchObject({ good: 'fetched' });
    expect((await rig.onChain('build', 'good', '--store', elsewhere)).stdout).toMatch(/good\^out +\d+ B +fetched +same/);
    const pins = join(rig.chain, 'pins.json');
    writeFileSync(pins, readFileSync(pins, 'utf8').replace(/"narSize":\d+/, '"narSize":1'));
    expect(await states()).toMatchObject({ good: 'differs' });
  });
});
