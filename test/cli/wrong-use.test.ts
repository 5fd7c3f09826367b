/** The command line used wrongly, or in odd places: each says what is wrong, with a code, and ends. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { whyNoBuilds } from '../build/rig.js';
import { ask, bodyOf } from '../support/ask.js';
import { CHECKOUT, rigFor } from './rig.js';

const noBuilds = await whyNoBuilds();
if (noBuilds !== undefined) console.log(`skipped: ${noBuilds}`);

const rig = rigFor(
  `const good = make({ name: 'good', script: sh\`echo good > $out\`, test: () => ({ script: sh\`echo half > half; exit 1\` }) });
     const bad = make({ name: 'bad', script: sh\`echo half > half; exit 1\` });`,
  ['good', 'bad'],
);

describe('the command line', () => {
  it('has a code for what it does not understand', async () => {
    for (const args of [['--wrong'], ['nothing'], ['build', '--jobs', 'many'], ['graph', '--format', 'x'], ['why', 'a']])
      expect(await rig.run(args), args.join(' ')).toMatchObject({ status: 2, stderr: expect.stringMatching(/^error E_USAGE: (?!error)/) as string });
  });

  it('has help as a command, too', async () => {
    expect((await rig.run(['help'])).stdout).toBe((await rig.run(['--help'])).stdout);
    expect((await rig.run(['help', 'why'])).stdout).toContain('Usage: zilch why');
  });

  it('takes no empty name for the current directory', async () => {
    const cwd = rig.chain;
    for (const args of [
      ['list', '--store', ''],
      ['list', '-f', ''],
      ['report', ''],
      ['init', ''],
      ['build', '--sources', ''],
      ['build', ''],
      ['copy', ''],
    ])
      expect(await rig.run(args), args.join(' ')).toMatchObject({ status: 2, stderr: expect.stringContaining('is empty') as string });
    const ran = spawnSync(join(CHECKOUT, 'zilch'), ['import', '/dev/null'], {
      ...{ cwd, encoding: 'utf8' },
      env: { ...process.env, ZILCH_STORE: '', XDG_DATA_HOME: join(rig.directory, 'data') },
    });
    expect(ran.stderr).not.toContain('defect');
    expect(existsSync(join(cwd, 'nix'))).toBe(false);
    expect(existsSync(join(rig.directory, 'data/zilch/nix'))).toBe(true);
  });

  it('ends where a directory cannot be made', async () => {
    for (const args of [
      ['report', '/proc/x', '-f', rig.chain],
      ['init', '/proc/x'],
      ['import', '/dev/null', '--store', '/proc/x/y'],
    ])
      expect(await rig.run(args), args.join(' ')).toMatchObject({
        status: 1,
        stderr: expect.stringMatching(/^error E_\w+: cannot .*\/proc\/x/) as string,
      });
  });

  it('says of a file that is no store’s nothing about stores', async () => {
    writeFileSync(join(rig.directory, 'file'), '');
    const ran = await rig.run(['report', join(rig.directory, 'file/below'), '-f', rig.chain]);
    expect(ran.status).toBe(1);
    expect(ran.stderr).not.toContain('--store');
  });

  it('serves no pages where it cannot, and says no more than that', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as AddressInfo;
    for (const [hint, ...where] of [
      ['--port', '--port', String(port)],
      ['--host', '--host', '192.0.2.1'],
      ['--host', '--host', 'no-such-name.invalid'],
    ] as const) {
      const ran = await rig.run(['web', ...where, '-f', rig.chain]);
      expect(ran.stderr).toContain(`choose another with ${hint}`);
      expect(ran).toMatchObject({ status: 1, stdout: '' });
      expect(ran.stderr.split('\n')[0]).toMatch(/^error E_LISTEN: /);
      expect(ran.stderr).not.toMatch(/not open|defect|^ +at /m);
    }
    taken.close();
  });
});

describe.skipIf(noBuilds !== undefined)('a build', () => {
  it('names a cache that is none, and goes on without', async () => {
    const ran = await rig.onChain('build', 'good', '--no-tests', '--substituters', join(rig.directory, 'nonexistent'));
    expect(ran.status).toBe(0);
    expect(ran.stderr).toMatch(/refused {2}.*nonexistent/);
    const dead = await rig.onChain('build', 'bad', '--substituters', 'http://127.0.0.1:9');
    expect(dead.stderr).toMatch(/refused {2}.*127\.0\.0\.1:9/);
    expect(dead.stderr).not.toContain('missing');
  });

  it('whose output nobody reads ends as others do', () => {
    const env = { ...process.env, ZILCH_STORE: rig.store, ZILCH: join(CHECKOUT, 'zilch') };
    const script = '"$ZILCH" build bad --keep-going -f chain 2>&1 | head -n 1; exit "${PIPESTATUS[0]}"';
    expect(spawnSync('bash', ['-c', script], { cwd: rig.directory, env, encoding: 'utf8' }).status).toBe(141);
  });

  it('that failed and was kept says what opens a shell in it, and that shell can run it again', async () => {
    const store = join(rig.directory, 'other store');
    const ran = await rig.run(['build', 'good', 'bad', '--keep-going', '--keep-failed', '-f', rig.chain, '--store', store]);
    const hints = [...ran.stderr.matchAll(/a shell in it: (zilch .*)/g)].map((match) => match[1]!);
    expect(hints.map((hint) => hint.split(' --kept')[0]).sort()).toEqual([
      `zilch shell bad -f ${rig.chain} --store '${store}'`,
      `zilch shell good --test -f ${rig.chain} --store '${store}'`,
    ]);
    for (const hint of hints) {
      const command = `${hint.replace('zilch', `'${join(CHECKOUT, 'zilch')}'`)} -c 'ls; ash ./build-command.sh; echo status $?'`;
      const { stdout } = spawnSync('bash', ['-c', command], { cwd: rig.directory, encoding: 'utf8' });
      expect(stdout).toContain('build-command.sh\n');
      expect(stdout).toMatch(/half\n[^]*status 1\n$/);
    }
  });
});

const onChain = (...args: readonly string[]): readonly string[] => [args[0]!, '-f', 'chain', ...args.slice(1)];

/** What needs no right to write the store. */
const LOOKING: readonly (readonly string[])[] = [
  ...['list', 'estimate'].map((name) => onChain(name)),
  ...['show', 'path', 'log', 'trust', 'size', 'impact', 'sbom'].map((name) => onChain(name, 'good')),
  onChain('graph', '--svg'),
  ['pins', 'check', '-f', 'chain'],
  ['gc', '--dry-run'],
  ['timeline'],
  ['export', 'archive', '-f', 'chain', '-o', 'good.archive', 'good'],
  onChain('release', '--no-report', 'released', 'good'),
];

function looks(args: readonly string[], { status, stderr }: { readonly status: number | null; readonly stderr: string }): void {
  rmSync(join(rig.directory, 'released'), { recursive: true, force: true });
  expect({ status, stderr: stderr.replace('1 path in good.archive\n', '') }, args.join(' ')).toEqual({ status: 0, stderr: '' });
}

describe('looking', () => {
  it('is possible in a store that nobody may write', async () => {
    if (noBuilds !== undefined) return;
    await rig.onChain('build', 'good', '--no-tests');
    const env = { ...process.env, ZILCH_STORE: rig.store };
    for (const args of LOOKING) {
      const words = ['--dev-bind', '/', '/', '--ro-bind', rig.store, rig.store, '--', join(CHECKOUT, 'zilch'), ...args];
      looks(args, spawnSync('bwrap', words, { env, cwd: rig.directory, encoding: 'utf8' }));
    }
  });

  it.skipIf(process.getuid?.() !== 0)('is possible in the store of another user', async () => {
    if (noBuilds !== undefined) return;
    await rig.onChain('build', 'good', '--no-tests');
    const env = { ...process.env, ZILCH_STORE: rig.store };
    // Root without its capabilities is a user like any other.
    const otherUser = ['--bounding-set=-all', '--inh-caps=-all', '--'];
    execFileSync('chown', ['-R', '1234:1234', rig.store]);
    try {
      expect(spawnSync('setpriv', [...otherUser, 'touch', join(rig.store, 'nix/store/x')]).status).not.toBe(0);
      for (const args of [...LOOKING, [...onChain('report'), join(rig.directory, 'of-another')]]) {
        const words = [...otherUser, join(CHECKOUT, 'zilch'), ...args];
        looks(args, spawnSync('setpriv', words, { env, cwd: rig.directory, encoding: 'utf8' }));
      }
    } finally {
      execFileSync('chown', ['-R', '0:0', rig.store]);
    }
  });

  it('copes with spaces in the names of the chain, of the report and of the checkout', async () => {
    const odd = join(rig.directory, 'my chain');
    renameSync(rig.chain, odd);
    const checkout = join(rig.directory, 'zilch co');
    mkdirSync(checkout);
    for (const name of ['dist', 'bootstrap', 'evidence', 'package.json']) cpSync(join(CHECKOUT, name), join(checkout, name), { recursive: true });
    symlinkSync(join(CHECKOUT, 'node_modules'), join(checkout, 'node_modules'));
    const start = join(checkout, 'dist/cli/start.cjs');
    try {
      const run = (...args: readonly string[]): ReturnType<typeof spawnSync> =>
        spawnSync(process.execPath, [start, ...args, '-f', odd], { env: { ...process.env, ZILCH_STORE: rig.store }, encoding: 'utf8' });
      expect(run('list')).toMatchObject({ status: 0, stderr: '' });
      expect(run('show', 'good').stdout).toMatch(/^recipe .*my chain\/chain\.ts:5$/m);
      expect(run('report', join(rig.directory, 'a report'))).toMatchObject({ status: 0, stderr: '' });
      expect(readFileSync(join(rig.directory, 'a report/data/package_2fgood.js'), 'utf8')).toContain('chain.ts');
      expect(spawnSync(process.execPath, [start, 'list'], { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
      const server = spawn(process.execPath, [start, 'web', '--port', '0', '-f', odd], { env: { ...process.env, ZILCH_STORE: rig.store } });
      try {
        const [address] = (await once(server.stdout, 'data')) as [Buffer];
        const page = await ask(`${address.toString().trim()}data/package/good`);
        expect(page.statusCode).toBe(200);
        expect((await bodyOf(page)).toString()).toContain('chain.ts');
      } finally {
        server.kill();
      }
    } finally {
      renameSync(odd, rig.chain);
    }
  });

  it('pins that cannot be written are not the store’s fault', async () => {
    if (noBuilds !== undefined) return;
    chmodSync(rig.chain, 0o555);
    const words = [
      '--dev-bind',
      '/',
      '/',
      '--ro-bind',
      rig.chain,
      rig.chain,
      '--',
      join(CHECKOUT, 'zilch'),
      'pins',
      'update',
      'good',
      '-f',
      rig.chain,
    ];
    const ran = spawnSync('bwrap', words, { env: { ...process.env, ZILCH_STORE: rig.store }, encoding: 'utf8' });
    chmodSync(rig.chain, 0o755);
    expect(ran.stderr).toMatch(/E_READ_ONLY: cannot write the pins .*pins\.json/);
    expect(ran.stderr).not.toContain('--store');
  });
});
