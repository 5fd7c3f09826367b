/** Unusual surroundings of the program: outputs that nobody reads, folders with long names, endless logs. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, renameSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { journalsDirectory, listJournals } from '../../src/build/index.js';
import { whyNoBuilds } from '../build/rig.js';
import { directory, file, narOf } from '../support/tree.js';
import { CHECKOUT, rigFor } from './rig.js';

const noBuilds = await whyNoBuilds();
if (noBuilds !== undefined) console.log(`skipped: ${noBuilds}`);

const rig = rigFor(
  `const talks = make({ name: 'talks', script: sh\`for word in one two three four; do echo $word; done; echo > $out\` });
     const sleeps = make({ name: 'sleeps', script: sh\`echo asleep; sleep 100; echo > $out\` });
     const fails = make({ name: 'fails', script: sh\`exit 1\` });`,
  ['talks', 'sleeps', 'fails'],
);

/** In bytes: more than Node.js needs for all else. */
const LARGE = 250 * 2 ** 20;

/** Runs zilch in a shell that redirects its outputs as told. */
function byShell(script: string): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  const env = { ...process.env, ZILCH_STORE: rig.store, NO_COLOR: '1' };
  return spawnSync('bash', ['-c', `set -o pipefail; ${script}`, join(CHECKOUT, 'zilch')], { cwd: rig.directory, env, encoding: 'utf8' });
}

function workInProgress(): string[] {
  return readdirSync(join(rig.store, 'nix/var/zilch/tmp'));
}

describe.skipIf(noBuilds !== undefined)('messages', () => {
  it('for which there is no room are no reason not to build', () => {
    const built = byShell('"$0" build talks --no-tests -f chain 2>/dev/full');
    expect(built.status).toBe(0);
    expect(built.stdout).toContain('talks');
    expect(byShell('"$0" build fails -f chain 2>/dev/full').status).toBe(1);
    expect(byShell('"$0" build talks -f chain 2>&-').status).toBe(0);
    expect(workInProgress()).toEqual([]);
  });

  it('that nobody reads stop a build in good order', () => {
    const ran = byShell('"$0" build sleeps -f chain 2>&1 >/dev/null | head -n 1');
    expect(ran.status).toBe(141);
    expect(workInProgress()).toEqual([]);
  });
});

describe.skipIf(noBuilds !== undefined)('results', () => {
  it('for which there is no room fail, and stop a build in good order', () => {
    const ran = byShell('"$0" build sleeps --json -f chain >/dev/full');
    expect(ran.status).toBe(1);
    expect(ran.stderr).toContain('E_IO');
    expect(workInProgress()).toEqual([]);
  });
});

describe.skipIf(noBuilds !== undefined)('a log', () => {
  beforeAll(() => {
    expect(byShell('"$0" build talks --no-tests -f chain').status).toBe(0);
  });

  it('is shown whole, or from its last lines on', () => {
    expect(byShell('"$0" log talks -f chain').stdout).toBe('one\ntwo\nthree\nfour\n');
    expect(byShell('"$0" log talks -f chain --tail 2').stdout).toBe('three\nfour\n');
    expect(byShell('"$0" log talks -f chain --tail 0').status).toBe(2);
  });

  it('of any size is shown without holding it, to whoever reads as much as he likes', async () => {
    const path = byShell('"$0" log talks -f chain --path').stdout.trim();
    const whole = readFileSync(path);
    try {
      truncateSync(path, LARGE);
      writeFileSync(path, '\nthe end\n', { flag: 'a' });
      const child = spawn(join(CHECKOUT, 'zilch'), ['log', 'talks', '-f', rig.chain], { env: { ...process.env, ZILCH_STORE: rig.store } });
      // When it prints the first part, it has read everything it needs before.
      await once(child.stdout, 'readable');
      const most = Number(/^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${child.pid ?? 0}/status`, 'utf8'))?.[1]) * 1024;
      child.kill();
      expect(most).toBeGreaterThan(2 ** 20);
      expect(most).toBeLessThan(LARGE);
      expect(byShell('"$0" log talks -f chain | head -c 5 | wc -c')).toMatchObject({ status: 141, stdout: '5\n' });
      expect(byShell('"$0" log talks -f chain --tail 1').stdout).toBe('the end\n');
    } finally {
      writeFileSync(path, whole);
    }
  });
});

describe.skipIf(noBuilds !== undefined)('a log and a journal', () => {
  it('that are cut off are shown as far as they go', () => {
    expect(byShell('"$0" build talks --no-tests -f chain').status).toBe(0);
    const log = byShell('"$0" log talks -f chain --path').stdout.trim();
    const runs = journalsDirectory(join(rig.store, 'nix/var/zilch'));
    const journals = listJournals(runs).map((id) => join(runs, `${id}.jsonl`));
    expect(journals.length).toBeGreaterThan(0);
    for (const path of [log, ...journals]) truncateSync(path, statSync(path).size - 5);
    expect(byShell('"$0" log talks -f chain').stdout).toBe('one\ntwo\nthree\n');
    expect(byShell('"$0" timeline').status).toBe(0);
    const report = byShell('"$0" report report -f chain');
    expect([report.status, report.stderr]).toEqual([0, '']);
    const data = join(rig.directory, 'report/data');
    const logs = readdirSync(data)
      .map((name) => readFileSync(join(data, name), 'utf8'))
      .filter((text) => text.startsWith('zilchData("log/'));
    expect(logs.filter((text) => text.includes('"text":"one\\ntwo\\nthree\\n"'))).toHaveLength(1);
  });
});

describe.skipIf(noBuilds !== undefined)('a folder', () => {
  it('whose name is longer in a root than a file’s name may be is no reason to fail when all is built', () => {
    const deep = join(rig.directory, ...Array.from({ length: 8 }, () => 'Ordner für Übungen'));
    mkdirSync(deep, { recursive: true });
    renameSync(rig.chain, join(deep, 'chain'));
    try {
      const built = byShell(`"$0" build talks --no-tests -f '${join(deep, 'chain')}'`);
      expect([built.status, built.stderr]).toEqual([0, built.stderr.replace(/error.*/, '')]);
      expect(byShell('"$0" gc').stdout).not.toMatch(/-talks\n/);
    } finally {
      renameSync(join(deep, 'chain'), rig.chain);
    }
  });
});

describe('names in an archive', () => {
  it('do not reach the terminal as what they are not', () => {
    const nar = narOf(directory({ 'a\x1b[2Jb': file(''), 'c\nd': file(''), '\xc2\x9b2J': file('') }));
    writeFileSync(join(rig.directory, 'odd.nar'), nar);
    expect(byShell('"$0" nar ls odd.nar').stdout).toBe('./a\\u001b[2Jb\n./c\\u000ad\n./\\u009b2J\n');
    expect(byShell('"$0" nar ls -l odd.nar').stdout).not.toMatch(/[\u001b\u009b]/);
    const json = byShell('"$0" nar ls --json odd.nar').stdout;
    expect(json).not.toMatch(/[\u001b\u009b]/);
    expect(Object.keys((JSON.parse(json) as { entries: object }).entries)).toContain('\u009b2J');
  });
});
