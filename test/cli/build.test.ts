import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { whyNoBuilds } from '../build/rig.js';
import { CliRig } from './rig.js';

const reason = await whyNoBuilds();
if (reason !== undefined) console.log(`skipped: ${reason}`);

let rig: CliRig;
beforeEach(() => {
  rig = new CliRig();
});
afterEach(() => rig.close());

const HELLO = `const hello = make({ name: 'hello', version: '1', script: sh\`echo hello > $out\`,
  test: (self) => ({ script: sh\`read word < \${self}; [ "$word" = hello ]; echo "it says $word" > $out\` }) });
`;
const FAILING = `const failing = make({ name: 'failing', script: sh\`echo this goes wrong >&2; exit 3\` });
const after = make({ name: 'after', script: sh\`cat \${failing} > $out\` });
`;

describe.skipIf(reason !== undefined)('zilch build', () => {
  it('builds the default target and its test, and ends with a table', async () => {
    rig.write(HELLO, ['hello']);
    const built = await rig.onChain('build');
    expect(built.stderr).toContain('building hello-1');
    expect(built.stderr).toMatch(/built {4}hello-1-test|built {4}hello-test-1/);
    expect(built.stdout).toMatch(/^hello\^out {2,}\d+ B .* new {2,}\/nix\/store\/[0-9a-z]{32}-hello-1$/m);
    expect(built.stdout).toMatch(/tests: 1 passed\n\w+: it says hello\n/);
    expect(built.status).toBe(0);
    const path = (await rig.onChain('path', 'hello')).stdout.trim();
    expect(readFileSync(path, 'utf8')).toBe('hello\n');
  });

  it('does nothing the second time', async () => {
    rig.write(HELLO, ['hello']);
    await rig.onChain('build');
    const again = await rig.onChain('build');
    expect(again).toMatchObject({ status: 0, stderr: '' });
    expect(again.stdout).toContain('built before');
  });

  it('leaves tests out when told', async () => {
    rig.write(HELLO, ['hello']);
    expect((await rig.onChain('build', '--no-tests')).stderr).not.toContain('test');
  });

  it('holds outputs against their pins: new, the same, different', async () => {
    rig.write(HELLO, ['hello']);
    expect(await rig.onChain('pins', 'check')).toMatchObject({ status: 0, stdout: expect.stringContaining('nothing was compared') as string });
    await rig.onChain('build');
    const pinned = await rig.onChain('pins', 'update');
    expect(pinned.stdout).toContain('added    hello^out');
    expect((await rig.onChain('build')).stdout).toMatch(/ same /);
    expect((await rig.onChain('pins', 'check')).status).toBe(0);

    rig.write(HELLO.replace('echo hello >', 'echo hello; echo hello >').replace('echo hello >', 'echo hallo >').replaceAll('= hello', '= hallo'), [
      'hello',
    ]);
    expect((await rig.onChain('pins', 'update')).stderr).toContain('E_NOT_BUILT');
    const different = await rig.onChain('build');
    expect(different.stdout).toMatch(/ DIFFERENT /);
    expect(different.stderr).toContain('E_DIFFERENT');
    expect(different.status).toBe(3);
    expect((await rig.onChain('pins', 'check')).status).toBe(3);
    expect((await rig.onChain('pins', 'update')).stdout).toContain('changed  hello^out');
    expect((await rig.onChain('build')).status).toBe(0);
  });

  it('shows of a failed build the last lines, the code, and where the whole log lies', async () => {
    rig.write(FAILING, ['after', 'failing']);
    const failed = await rig.onChain('build');
    expect(failed.status).toBe(1);
    expect(failed.stderr).toContain('FAILED   failing');
    expect(failed.stderr).toContain('| this goes wrong');
    expect(failed.stderr).toMatch(/error E_[A-Z_]+: .*failing.*3/);
    const log = /whole log: (\S+)/.exec(failed.stderr)?.[1] ?? '';
    expect(existsSync(log)).toBe(true);
    expect((await rig.onChain('log', 'failing')).stdout).toBe('this goes wrong\n');
    expect((await rig.onChain('log', 'failing', '--path')).stdout).toBe(`${log}\n`);
    expect((await rig.onChain('path', 'after')).stderr).toContain('E_NOT_BUILT');
  });

  it('goes on with what it can when told to keep going', async () => {
    rig.write(`${HELLO}${FAILING}`, ['after', 'failing', 'hello']);
    const failed = await rig.onChain('build', '--keep-going', '--jobs', '1', 'after', 'hello');
    expect(failed.status).toBe(1);
    expect(failed.stdout).toContain('hello^out');
  });

  it('keeps the directory of a failed build when told', async () => {
    rig.write(`const failing = make({ name: 'failing', script: sh\`echo evidence > left; exit 1\` });`, ['failing']);
    const failed = await rig.onChain('build', '--keep-failed');
    const kept = /kept: (\S+)/.exec(failed.stderr)?.[1] ?? '';
    expect(readFileSync(join(kept, 'build/left'), 'utf8')).toBe('evidence\n');
  });

  it('fails when a test fails', async () => {
    rig.write(HELLO.replace('= hello', '= goodbye'), ['hello']);
    const built = await rig.onChain('build');
    expect(built.status).toBe(1);
    expect(built.stdout).toContain('hello^out');
    const tested = await rig.onChain('test');
    expect(tested.status).toBe(1);
    expect(tested.stdout).toContain('FAILED  hello');
  });

  it('does not read what a test’s output leads to', async () => {
    // $out is in nix/store below the rig's store.
    writeFileSync(join(rig.directory, 'secret'), 'the secret\n');
    rig.write(HELLO.replace('echo "it says $word" > $out', 'ln -s ../../../secret $out'), ['hello']);
    writeFileSync(join(rig.chain, 'shell/bin/ln'), readFileSync('/bin/busybox'), { mode: 0o755 });
    const built = await rig.onChain('build');
    expect(built.stdout, built.stderr).toContain('tests: 1 passed');
    expect(built.stdout).not.toContain('secret');
    expect(built.status).toBe(0);
  });

  it('builds again and compares when told', async () => {
    rig.write(HELLO, ['hello']);
    await rig.onChain('build');
    const again = await rig.onChain('build', '--rebuild');
    expect(again.stderr).toContain('same     hello-1, built again');
    expect(again.status).toBe(0);
  });

  it('does so with tests, too', async () => {
    rig.write(
      `const random = make({ name: 'random', script: sh\`echo > $out\`, test: () => ({ script: sh\`cat /proc/sys/kernel/random/uuid > $out\` }) });`,
      ['random'],
    );
    expect(await rig.onChain('test')).toMatchObject({ status: 0, stdout: 'passed  random\n1 test, 0 failed\n' });
    const again = await rig.onChain('test', '--rebuild');
    expect(again.stderr).toContain('error E_DIFFERENT');
    expect(again.status).toBe(3);
  });

  it('says so when what is built again differs, and where', async () => {
    rig.write(`const random = make({ name: 'random', script: sh\`cat /proc/sys/kernel/random/uuid > $out\` });`, ['random']);
    await rig.onChain('build');
    const again = await rig.onChain('build', '--rebuild');
    expect(again.stderr).toContain('DIFFERS  random');
    expect(again.stderr).toMatch(/contents from byte \d+/);
    expect(again.status).toBe(3);
  });

  it('prints events as lines of JSON, and the results last', async () => {
    rig.write(HELLO, ['hello']);
    const { stdout, stderr } = await rig.onChain('build', '--json');
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { readonly type: string });
    expect(lines.map(({ type }) => type)).toEqual(expect.arrayContaining(['plan', 'build-start', 'build-done', 'done', 'result']));
    expect(lines.at(-1)).toMatchObject({ type: 'result', outputs: [{ output: 'hello^out', pinned: 'new' }], summary: { built: 2, failed: 0 } });
    expect(stderr).toBe('');
  });

  it('stops at Ctrl-C with what is finished kept, and goes on from there', async () => {
    rig.write(
      `const quick = make({ name: 'quick', script: sh\`echo quick > $out\` });
const slow = make({ name: 'slow', script: sh\`cat \${quick} > $out; if [ -e /nowhere ]; then exit; fi; sleep \${SECONDS}\` });`.replace(
        '${SECONDS}',
        '60',
      ),
      ['slow', 'quick'],
    );
    const logs = join(rig.store, 'nix/var/log/nix/drvs');
    const isBuildingSlow = (): boolean =>
      existsSync(logs) && readdirSync(logs, { recursive: true }).some((name) => String(name).includes('-slow.drv'));
    const interrupt = (pid: number): void => {
      const watch = setInterval(() => {
        if (!isBuildingSlow()) return;
        clearInterval(watch);
        process.kill(pid, 'SIGINT');
      }, 100);
    };
    const stopped = await rig.run(['build', '-f', rig.chain], { onStart: interrupt });
    expect(stopped.stderr).toContain('building slow');
    expect(stopped.status).toBe(130);
    expect((await rig.run(['gc'])).status).toBe(0);
    expect((await rig.onChain('path', 'quick')).status).toBe(0);
    expect((await rig.run(['verify-store'])).status).toBe(0);
  });

  it('gives two at once the same result', async () => {
    rig.write(HELLO, ['hello']);
    const [first, second] = await Promise.all([rig.onChain('build'), rig.onChain('build')]);
    expect([first.status, second.status]).toEqual([0, 0]);
    const pathOf = (stdout: string): string | undefined => /\/nix\/store\/\S+/.exec(stdout)?.[0];
    expect(pathOf(first.stdout)).toBe(pathOf(second.stdout));
  });
});

describe('a wrong command line', () => {
  it.each([
    [['build', '--no-such-option'], 'unknown option'],
    [['no-such-command'], 'unknown command'],
    [['build', '--jobs', '0'], 'whole number from 1'],
    [['shell', '--json', 'hello'], 'unknown option'],
    [['build', '-f', '/nowhere'], 'E_NO_CHAIN'],
    [['path'], 'missing required argument'],
    [['nar', 'hash', '--type', 'crc32', '.'], 'Allowed choices'],
  ])('%j ends with 2 and says why', async (args, why) => {
    const ran = await rig.run(args);
    expect(ran.status).toBe(2);
    expect(ran.stderr).toContain(why);
  });

  it('or a store in a place where no directory can be made ends at once', async () => {
    const ran = await rig.run(['sources', 'fetch', '--offline', '--store', '/proc/nowhere']);
    expect(ran.status).toBe(1);
    expect(ran.stderr).toContain('cannot open the store /proc/nowhere');
  });

  it('names the nearest target', async () => {
    rig.write(HELLO, ['hello']);
    const ran = await rig.onChain('build', 'helo');
    expect(ran).toMatchObject({ status: 2 });
    expect(ran.stderr).toContain('did you mean hello?');
  });

  it('points at the line of a mistake in a recipe', async () => {
    rig.write(`const bad = make({ name: 'a b', script: sh\`true\` });`, ['bad']);
    const ran = await rig.onChain('list');
    expect(ran.stderr).toContain('chain/chain.ts:5: "a b" cannot be a store path');
    expect(ran.status).toBe(1);
  });
});
