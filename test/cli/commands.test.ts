import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { StorePath } from '../../src/formats/index.js';
import { unwrap } from '../../src/result.js';
import { Store } from '../../src/store/index.js';
import { whyNoBuilds } from '../build/rig.js';
import { whyNoNix } from '../support/nix.js';
import { CliRig, rigFor } from './rig.js';

const noBuilds = await whyNoBuilds();
if (noBuilds !== undefined) console.log(`skipped: ${noBuilds}`);
const noNix = whyNoNix();
if (noNix !== undefined) console.log(`not compared with Nix: ${noNix}`);

const RECIPES = `const tool = make({ name: 'tool', version: '2', description: 'prints', outputs: ['bin', 'doc'],
  script: sh\`echo tool > $bin; echo manual > $doc\`, test: (self) => ({ script: sh\`cat \${self.bin} > $out\` }) });
const user = make({ name: 'user', script: sh\`mkdir -p $out/bin; cat \${tool.bin} \${tool.doc} > $out/bin/user\` });
`;

const rig = rigFor(RECIPES, ['user', 'tool']);

async function json(...args: readonly string[]): Promise<unknown> {
  const ran = await rig.onChain(...args, '--json');
  expect(ran.stderr).toBe('');
  return JSON.parse(ran.stdout);
}

describe('looking at a chain that is not built', () => {
  it('list shows stages, targets, versions, outputs', async () => {
    expect((await rig.onChain('list')).stdout).toMatch(/^only +tool +2 +never built +prints$/m);
    expect(await json('list')).toMatchObject([
      { target: 'user', default: true, tested: false },
      { target: 'tool', default: false, tested: true, outputs: ['bin', 'doc'] },
    ]);
  });

  it('show says that it is not built, and what it needs', async () => {
    const shown = await json('show', 'user');
    expect(shown).toMatchObject({ target: 'user', location: { line: 7 }, outputs: { out: { built: false } } });
    expect(shown).toMatchObject({ needs: [{ id: 'shell' }, { id: 'tool', outputs: ['bin', 'doc'] }] });
  });

  it('path fails, and says how to build it', async () => {
    const ran = await rig.onChain('path', 'tool^doc');
    expect(ran).toMatchObject({ status: 1, stdout: '' });
    expect(ran.stderr).toMatch(/E_NOT_BUILT: tool\^doc[^]*zilch build tool/);
  });

  it('why tells the way from one to another, or that there is none', async () => {
    expect((await rig.onChain('why', 'user', 'tool')).stdout).toBe('user\n  needs tool (bin, doc)\n');
    expect(await rig.onChain('why', 'tool', 'user')).toMatchObject({ status: 1, stdout: 'tool does not need user\n' });
    expect(await json('why', 'user', 'shell')).toEqual(['user', 'shell']);
    expect(await rig.onChain('why', 'user', 'nothing')).toMatchObject({ status: 2 });
  });

  it('graph prints text, dot and JSON', async () => {
    expect((await rig.onChain('graph')).stdout).toBe('only\n  tool  <- shell\n  user  <- tool^bin,doc shell\n');
    expect((await rig.onChain('graph', '--format', 'dot')).stdout).toContain('"tool" -> "user" [label="bin, doc"];');
    expect(JSON.parse((await rig.onChain('graph', '--format', 'json')).stdout)).toHaveLength(3);
  });

  it('log fails where nothing was built', async () => {
    expect((await rig.onChain('log', 'tool')).stderr).toContain('E_NO_LOG');
  });
});

it('a store is nobody else’s to write, whatever the umask', async () => {
  const store = join(rig.directory, 'open');
  const umask = process.umask(0);
  try {
    expect(await rig.run(['import', '/dev/null', '--store', store])).not.toMatchObject({ status: 70 });
  } finally {
    process.umask(umask);
  }
  expect(execFileSync('find', [store, '-perm', '/022', '!', '-type', 'l'], { encoding: 'utf8' })).toBe('');
});

it('a command that waits for what never comes fails, and says so', async () => {
  // Nothing is left that would keep the program alive.
  const deaf = `import { syncBuiltinESMExports } from 'node:module'; import files from 'node:fs/promises';
files.open = () => new Promise(() => undefined); syncBuiltinESMExports();`;
  const env = { NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(deaf)}` };
  const ran = await rig.run(['cache', 'pull', rig.directory, 'user', '-f', rig.chain], { env });
  expect(ran).toMatchObject({ status: 70, stdout: '' });
  expect(ran.stderr).toContain('E_UNFINISHED');
});

describe.skipIf(noBuilds !== undefined)('looking at a chain that is built', () => {
  beforeAll(async () => {
    expect(await rig.onChain('build')).toMatchObject({ status: 0 });
  });

  it('show has the derivation, the outputs and what became of the test', async () => {
    const shown = (await json('show', 'tool')) as { readonly drvPath: string; readonly outputs: Record<string, { readonly path: string }> };
    expect(shown).toMatchObject({ outputs: { bin: { built: true, pinned: 'new', references: [] } }, test: { passed: true } });
    expect(shown.drvPath).toMatch(/^\/nix\/store\/[0-9a-z]{32}-tool-2\.drv$/);
    expect((await rig.onChain('show', 'tool')).stdout).toContain(shown.outputs['doc']!.path);
  });

  it('path has the host’s path or the store’s', async () => {
    const host = (await rig.onChain('path', 'tool^doc')).stdout.trim();
    expect(readFileSync(host, 'utf8')).toBe('manual\n');
    const logical = (await rig.onChain('path', 'tool^doc', '--logical')).stdout.trim();
    expect(host).toBe(join(rig.store, logical));
  });

  it.skipIf(noNix !== undefined)('drv show prints what nix show-derivation prints', async () => {
    const { drvPath } = (await json('show', 'user')) as { readonly drvPath: string };
    for (const flags of [[], ['-r']]) {
      const nix = execFileSync('nix', ['show-derivation', ...flags, '--store', rig.store, drvPath], {
        env: { ...process.env, NIX_CONFIG: 'experimental-features = nix-command ca-derivations' },
        encoding: 'utf8',
      });
      const ours = await rig.run(['drv', 'show', ...flags, drvPath]);
      expect(JSON.parse(ours.stdout)).toEqual(JSON.parse(nix));
    }
  });

  it('drv show takes a target for its derivation, whether or not a store has it', async () => {
    const { drvPath } = (await json('show', 'user')) as { readonly drvPath: string };
    for (const flags of [[], ['-r']]) {
      const byPath = await rig.run(['drv', 'show', ...flags, drvPath]);
      expect(Object.keys(JSON.parse(byPath.stdout) as object)).toContain(drvPath);
      const byName = await rig.onChain('drv', 'show', ...flags, 'user', '--store', join(rig.directory, 'nowhere'));
      expect(JSON.parse(byName.stdout)).toEqual(JSON.parse(byPath.stdout));
    }
    expect(await rig.onChain('drv', 'show', 'usr')).toMatchObject({ status: 2, stderr: expect.stringContaining('did you mean user?') as string });
  });

  it('verify-store finds what was altered on disk, and repairs it', async () => {
    const path = (await rig.onChain('path', 'tool^bin')).stdout.trim();
    chmodSync(path, 0o644);
    writeFileSync(path, 'altered\n');
    const found = await rig.run(['verify-store']);
    expect(found.status).toBe(3);
    expect(found.stdout).toContain(path.slice(rig.store.length));
    const user = unwrap(Store.open(rig.store));
    unwrap(await user.addTempRoot(path.slice(rig.store.length) as StorePath));
    const held = await rig.run(['verify-store', '--repair']);
    expect(held.status).toBe(1);
    expect(held.stderr).toContain(`E_STORE_BUSY: in use, and so still there: ${path.slice(rig.store.length)}`);
    user.close();
    expect(await rig.run(['verify-store', '--repair'])).toMatchObject({ status: 0 });
    expect(await rig.onChain('build', 'tool')).toMatchObject({ status: 0 });
    expect(readFileSync(path, 'utf8')).toBe('tool\n');
    expect(await rig.run(['verify-store'])).toMatchObject({ status: 0 });
  });

  it('gc keeps what the last build used, and takes what became outdated', async () => {
    await rig.onChain('build', '--all');
    expect((await rig.run(['gc', '--dry-run', '--json'])).stdout).toContain('"dead": []');
    rig.write(RECIPES.replace('echo manual', 'echo another manual'), ['user', 'tool']);
    await rig.onChain('build');
    const planned = await rig.run(['gc', '--dry-run']);
    expect(planned.stdout).toMatch(/-tool-2-doc /);
    expect((await rig.run(['gc', '--keep-days', '1'])).stdout).toMatch(/^0 paths deleted/m);
    expect((await rig.run(['gc'])).stdout).toMatch(/set free/);
    expect(await rig.onChain('build')).toMatchObject({ status: 0, stderr: '' });
  });

  it('timeline shows what the builds of a run took', async () => {
    rig.write(RECIPES.replace('echo tool >', 'echo another tool >'), ['user', 'tool']);
    await rig.onChain('build', '--all');
    const lines = (await rig.run(['timeline', '--table'])).stdout.trimEnd().split('\n');
    expect(lines[0]).toMatch(/build +CPU s +wall s +outside compilers +memory +size/);
    expect(lines.map((line) => line.slice(3).split(' ')[0])).toEqual(expect.arrayContaining(['tool-2', 'tool-test-2', 'user']));
    expect(lines.at(-1)).toMatch(/^\* {2}the critical path +\d+\.\d$/);
    const ids = (JSON.parse((await rig.run(['timeline', '--list', '--json'])).stdout) as readonly { readonly id: string }[]).map(({ id }) => id);
    const against = await rig.run(['timeline', '--against', ids[1]!]);
    expect(against.stdout).toMatch(/^tool-2 +[\d.]+ s +[\d.]+ s +x [\d.]+$/m);
    expect(against.stdout).toMatch(/^\d builds? in both +[\d.]+ s +[\d.]+ s +x [\d.]+\n$/m);
    expect((await rig.run(['timeline', '--against', 'nothing'])).stderr).toContain('E_NO_RUN');
  });

  it('shell opens one where the target would be built, with what is built of it last in PATH', async () => {
    const inside = await rig.run(['shell', 'user', '-f', rig.chain], { input: Buffer.from('pwd\necho $PATH $out\n') });
    expect(inside.status).toBe(0);
    expect(inside.stdout).toMatch(/^\/build\n\/nix\/store\/\S+-shell\/bin:\/nix\/store\/\S+-user\/bin \/nix\/store\/\S+-user\n$/);
  });
});

describe('archives', () => {
  const tree = (): string => join(rig.directory, 'tree');
  beforeAll(() => {
    mkdirSync(join(tree(), 'bin'), { recursive: true });
    writeFileSync(join(tree(), 'bin/run'), '#!/bin/sh\n');
    chmodSync(join(tree(), 'bin/run'), 0o755);
    writeFileSync(join(tree(), 'readme'), 'words\n');
    symlinkSync('readme', join(tree(), 'link'));
  });

  /** Bytes, not text: what `run` gives is decoded. */
  const raw = (args: readonly string[], input: Buffer = Buffer.alloc(0)): Buffer => execFileSync(join(process.cwd(), 'zilch'), args, { input });

  it('nar dump and restore give a tree back, in an archive that has the hash', async () => {
    const archive = raw(['nar', 'dump', tree()]);
    expect(raw(['nar', 'restore', join(rig.directory, 'again')], archive)).toHaveLength(0);
    expect(raw(['nar', 'dump', join(rig.directory, 'again')])).toEqual(archive);
    writeFileSync(join(rig.directory, 'tree.nar'), archive);
    const flat = await rig.run(['nar', 'hash', '--flat', 'tree.nar']);
    expect((await rig.run(['nar', 'hash', 'tree'])).stdout).toBe(flat.stdout);
  });

  it('nar dump whose reader leaves early, or whose file cannot be written, does not end as if all were well', () => {
    writeFileSync(join(rig.directory, 'large'), Buffer.alloc(1 << 20));
    const piped = (to: string): unknown =>
      spawnSync(
        'bash',
        ['-c', `"$1" nar dump "$2" ${to}; exit "\${PIPESTATUS[0]}"`, 'bash', join(process.cwd(), 'zilch'), join(rig.directory, 'large')],
        {
          encoding: 'utf8',
        },
      );
    expect(piped('| head -c 10 > /dev/null')).toMatchObject({ status: 141, stderr: '' });
    expect(piped('> /dev/full')).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^error E_IO: cannot write to standard output: .*\n$/) as string,
    });
  });

  it('nar restore refuses a damaged archive, and leaves nothing behind', async () => {
    const archive = raw(['nar', 'dump', tree()]);
    const ran = await rig.run(['nar', 'restore', 'half'], { input: archive.subarray(0, archive.length - 20) });
    expect(ran.stderr).toContain('E_NAR');
    expect(ran.status).toBe(1);
    expect((await rig.run(['nar', 'hash', 'half'])).stderr).toContain('half');
  });

  it.skipIf(noNix !== undefined)('nar says what nix-store, nix-hash and nix nar say', async () => {
    const nix = (program: string, ...args: readonly string[]): Buffer =>
      execFileSync(program, args, {
        cwd: rig.directory,
        env: { ...process.env, NIX_CONFIG: 'experimental-features = nix-command', NIX_REMOTE: join(rig.directory, 'nix') },
      });
    writeFileSync(join(rig.directory, 'tree.nar'), raw(['nar', 'dump', tree()]));
    expect(nix('nix-store', '--dump', 'tree')).toEqual(raw(['nar', 'dump', tree()]));
    for (const flags of [[], ['--base32'], ['--type', 'sha512'], ['--type', 'md5', '--base32'], ['--flat']]) {
      const type = flags.includes('--type') ? [] : ['--type', 'sha256'];
      const path = flags.includes('--flat') ? 'tree/readme' : 'tree';
      expect((await rig.run(['nar', 'hash', ...flags, path])).stdout, flags.join(' ')).toBe(nix('nix-hash', ...type, ...flags, path).toString());
    }
    for (const flags of [[], ['-l'], ['-R'], ['-l', '-R']]) {
      for (const path of ['/', '/bin', '/bin/run', '/link']) {
        expect((await rig.run(['nar', 'ls', ...flags, 'tree.nar', path])).stdout, `${flags.join(' ')} ${path}`).toBe(
          nix('nix', 'nar', 'ls', ...flags, 'tree.nar', path).toString(),
        );
      }
    }
    for (const flags of [['--json'], ['--json', '-R']]) {
      expect(JSON.parse((await rig.run(['nar', 'ls', ...flags, 'tree.nar'])).stdout)).toEqual(
        JSON.parse(nix('nix', 'nar', 'ls', ...flags, 'tree.nar', '/').toString()),
      );
    }
  });
});

describe('sources', () => {
  it('come from a directory, are verified, and go into a bundle that serves offline', async () => {
    const sources = new CliRig();
    try {
      const bytes = Buffer.from('not much of a tarball\n');
      const hash = execFileSync('sha256sum', { input: bytes, encoding: 'utf8' }).slice(0, 64);
      sources.write(
        `const tarball = source({ name: 'thing', version: '1', size: ${bytes.length}, sha256: '${hash}', debian: 'pool/main/t/thing/thing_1.orig.tar.gz' });
const thing = make({ name: 'thing', script: sh\`cat \${tarball} > $out\` });`,
        ['thing'],
      );
      const directory = join(sources.directory, 'tarballs');
      mkdirSync(directory);
      expect((await sources.onChain('sources', 'list')).stdout).toContain(
        `thing-1.tar.gz  22 B  ${hash}  debian:pool/main/t/thing/thing_1.orig.tar.gz`,
      );

      const trusted = async (...args: readonly string[]): Promise<string> => (await sources.onChain('trust', 'thing-1.tar.gz', ...args)).stdout;
      expect(await trusted()).toMatch(
        /^thing-1\.tar\.gz is a source as it was published: thing 1, 22 bytes, sha256\s+[0-9a-f]{64}\.\n[^]*It is not in this store\.\n/,
      );
      expect(await trusted()).toContain('Taken by thing.\n1 of 1 build rests on it: thing\n');

      const missing = await sources.onChain('sources', 'fetch', '--offline', '--sources', directory);
      expect(missing.status).toBe(1);
      expect(missing.stderr).toContain('E_FETCH');
      expect(missing.stderr).toContain('pool/main/t/thing/thing_1.orig.tar.gz');

      writeFileSync(join(directory, 'thing_1.orig.tar.gz'), 'something else, but as long\n'.slice(0, bytes.length));
      expect((await sources.onChain('sources', 'fetch', '--offline', '--sources', directory)).status).toBe(1);

      writeFileSync(join(directory, 'thing_1.orig.tar.gz'), bytes);
      const bundle = join(sources.directory, 'bundle.tar');
      expect(await sources.onChain('sources', 'bundle', bundle, '--offline', '--sources', directory)).toMatchObject({ status: 0 });

      expect(await trusted()).toContain('Every byte of it was read now: it is what the recipes name.');
      const [facts] = JSON.parse(await trusted('--json')) as readonly [{ readonly facts: { readonly path: string } }];
      expect(facts).toMatchObject({ kind: 'source', takenBy: ['thing'], isAsNamed: true, signature: { verdict: 'none' } });
      expect((await sources.onChain('trust', facts.facts.path)).stdout).toBe(await trusted());
      const lies = join(sources.store, facts.facts.path);
      chmodSync(lies, 0o644);
      writeFileSync(lies, bytes.toString().replace('not', 'now'));
      expect(await sources.onChain('trust', 'thing-1.tar.gz')).toMatchObject({
        status: 1,
        stdout: expect.stringContaining('it is NOT what the recipes name') as string,
        stderr: expect.stringContaining('E_STORE_DAMAGED') as string,
      });
      writeFileSync(lies, bytes);
      chmodSync(lies, 0o444);

      const elsewhere = ['--store', join(sources.directory, 'another-store')];
      expect(await sources.onChain('sources', 'fetch', '--offline', '--sources', bundle, ...elsewhere)).toMatchObject({
        status: 0,
        stdout: '1 source in the store\n',
      });
    } finally {
      await sources.close();
    }
  });
});

describe('the rest', () => {
  it.each(['bash', 'zsh', 'fish'])('completion for %s is a script that it takes', async (shell) => {
    const { stdout } = await rig.run(['completion', shell]);
    expect(stdout).toContain('verify-store');
    // A file: fish reads no script from a pipe.
    const script = join(rig.directory, `completion.${shell}`);
    writeFileSync(script, stdout);
    const checked = spawnSync(shell, ['-n', script], { encoding: 'utf8' });
    if (checked.error === undefined) expect(checked).toMatchObject({ status: 0, stderr: '' });
    else console.log(`not tried: ${shell} is not installed`);
  });

  it('doctor looks at everything, and gives a remedy for what is bad', async () => {
    const ran = await rig.run(['doctor', '--json']);
    const findings = JSON.parse(ran.stdout) as readonly { readonly subject: string; readonly state: string; readonly remedy?: string }[];
    const subjects = ['Node.js', 'system calls', 'bubblewrap', 'user namespaces', 'Debian mirror', 'disk', 'memory', 'KVM', 'Nix'];
    expect(findings.map(({ subject }) => subject)).toEqual(subjects);
    expect(ran.status).toBe(findings.some(({ state }) => state === 'bad') ? 4 : 0);
  });

  it('doctor finds what is missing', async () => {
    const programs = join(rig.directory, 'programs');
    mkdirSync(programs);
    for (const name of ['sh', 'node', 'cmp', 'find', 'readlink'])
      symlinkSync(execFileSync('which', [name], { encoding: 'utf8' }).trim(), join(programs, name));
    const ran = await rig.run(['doctor'], { env: { PATH: programs, ZILCH_DEBIAN_MIRROR: 'http://127.0.0.1:9' } });
    expect(ran.status).toBe(4);
    expect(ran.stdout).toMatch(/BAD +bubblewrap +.*\n +remedy: apt-get install bubblewrap/);
    expect(ran.stdout).toMatch(/note +Debian mirror +no answer/);
    expect(ran.stdout).toMatch(/note +Nix +cannot run nix: .*\n +remedy: build needs it with --via nix only: /);
  });

  it('help is for every command', async () => {
    const { stdout } = await rig.run(['--help']);
    expect(stdout).toContain('verify-store');
    expect((await rig.run(['nar', 'ls', '--help'])).stdout).toContain('Usage: zilch nar ls');
  });
});
