/** Programs and build inputs of targets, for the user's own files; and one command in the sandbox of a build. */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { hostView } from '../../src/build/index.js';
import { unwrap } from '../../src/result.js';
import { whyNoBuilds } from '../build/rig.js';
import { CHECKOUT, rigFor, type CliRig } from './rig.js';

const noBuilds = await whyNoBuilds();
if (noBuilds !== undefined) console.log(`skipped: ${noBuilds}`);

// The first lines of programs name one that only /nix/store has.
const rig = rigFor(
  `const program = (name, body) => sh\`echo '#!\${ash}' > $out/bin/\${name}; echo '\${body}' >> $out/bin/\${name}; \${bin}/bin/chmod +x $out/bin/\${name}\`;
     const greet = make({ name: 'greet', script: sh\`\${bin}/bin/mkdir -p $out/bin; \${program('greet', 'echo "greets $*"; echo for you > made; exit 7')}; \${program('cat', 'echo not the machine’s')}\` });
     const two = make({ name: 'two', script: sh\`\${bin}/bin/mkdir -p $out/bin; \${program('one', 'exit 0')}; \${program('other', 'exit 0')}\` });
     const none = make({ name: 'none', script: sh\`echo > $out\` });
     const library = make({ name: 'library', script: sh\`\${bin}/bin/mkdir -p $out/include; echo a header > $out/include/header.h\` });
     const user = make({ name: 'user', path: [greet, bin], env: { CPATH: text\`\${library}/include\`, HOME: '/nowhere', listPath: 'x', passAsFile: 'words', words: 'many words' },
       script: sh\`echo never built; exit 1\` });`,
  ['greet', 'two', 'none', 'library', 'user'],
);

beforeAll(() => rig.addPrograms('mkdir', 'chmod'));

describe.skipIf(noBuilds !== undefined)('zilch run', () => {
  it('builds the target and runs its own program where the user is, and ends as that does', async () => {
    const ran = await rig.onChain('run', 'greet');
    expect(ran).toMatchObject({ status: 7, stdout: 'greets \n' });
    expect(ran.stderr).toContain('built    greet');
    expect(readFileSync(join(rig.directory, 'made'), 'utf8')).toBe('for you\n');
  });

  it('finds the target’s programs before the machine’s, and all else of the machine', async () => {
    const ran = await rig.run([
      'run',
      'greet',
      '-f',
      rig.chain,
      '--',
      'sh',
      '-c',
      'cat; greet a -b "c d"; ls "$1"; printenv ZILCH_STORE',
      'sh',
      rig.chain,
    ]);
    expect(ran.stdout).toBe(`not the machine’s\ngreets a -b c d\nchain.ts\nshell\n${rig.store}\n`);
    expect(ran).toMatchObject({ status: 0, stderr: '' });
  });

  it('gives a program its input, and tells of a signal as shells do', async () => {
    const read = await rig.run(['run', 'greet', '-f', rig.chain, '--', 'head', '-c', '4'], { input: Buffer.from('words') });
    expect(read.stdout).toBe('word');
    expect((await rig.run(['run', 'greet', '-f', rig.chain, '--', 'sh', '-c', 'kill -9 $$'])).status).toBe(137);
    expect((await rig.run(['run', 'greet', '-f', rig.chain, '--', 'no-such-program'])).status).not.toBe(0);
  });

  it('wants to know which program where there are several, and says that there is none', async () => {
    const several = await rig.onChain('run', 'two');
    expect(several).toMatchObject({ status: 2, stdout: '' });
    expect(several.stderr).toMatch(/E_USAGE: two has 2 programs: say which[^]*zilch run two -- PROGRAM: one, other/);
    expect((await rig.onChain('run', 'none')).stderr).toContain('E_NO_PROGRAM');
    expect(await rig.onChain('run', 'nothing')).toMatchObject({ status: 2 });
  });

  it('runs what is built in a store that nobody may write', async () => {
    expect((await rig.onChain('build', 'greet', '--no-tests')).status).toBe(0);
    const words = ['--dev-bind', '/', '/', '--ro-bind', rig.store, rig.store, '--', join(CHECKOUT, 'zilch'), 'run', '-f', rig.chain];
    const run = (name: string): ReturnType<typeof spawnSync> =>
      spawnSync('bwrap', [...words, name], { cwd: rig.directory, env: { ...process.env, ZILCH_STORE: rig.store }, encoding: 'utf8' });
    expect(run('greet')).toMatchObject({ status: 7, stdout: 'greets \n', stderr: '' });
    expect(run('library')).toMatchObject({ status: 1, stderr: expect.stringContaining('E_NOT_BUILT') as string });
  });

  it.skipIf(process.getuid?.() !== 0)('needs no rights of root', async () => {
    const path = (await rig.onChain('path', 'greet', '--logical')).stdout.trim();
    const home = join(rig.directory, 'home');
    mkdirSync(home);
    for (const directory of [rig.directory, home]) chmodSync(directory, 0o777);
    const [bwrap, ...rest] = unwrap(hostView({ storeDir: join(rig.store, 'nix/store'), directory: home, command: [`${path}/bin/greet`] }));
    // What it adds by itself for a user who may not mount.
    const args = [bwrap, '--unshare-user', ...rest];
    const ran = spawnSync('setpriv', ['--reuid', '1234', '--regid', '1234', '--clear-groups', ...args], { encoding: 'utf8' });
    expect(ran).toMatchObject({ stderr: '', status: 7, stdout: 'greets \n' });
    expect(statSync(join(home, 'made')).uid).toBe(1234);
  });
});

describe.skipIf(noBuilds !== undefined)('zilch shell -c', () => {
  it('runs one command where the target would be built, and ends as that does', async () => {
    const ran = await rig.onChain('shell', 'greet', '-c', 'pwd; echo $out; exit 9');
    expect(ran.status).toBe(9);
    expect(ran.stdout).toMatch(/^\/build\n\/nix\/store\/\S+-greet\n$/);
    expect((await rig.onChain('shell', 'greet', '-c', `[ -e ${CHECKOUT} ] || exit 5`)).status).toBe(5);
  });
});

describe.skipIf(noBuilds !== undefined)('zilch develop', () => {
  const develop = (command: string, options: Parameters<CliRig['run']>[1] = {}): ReturnType<CliRig['run']> =>
    rig.run(['develop', 'user', '-f', rig.chain, '-c', command], options);

  it('builds what a target needs and not the target, and runs a command where the user is', async () => {
    const ran = await develop('pwd; echo for me > mine; exit 9');
    expect(ran).toMatchObject({ status: 9, stdout: `${rig.directory}\n` });
    expect(ran.stderr).toContain('built    library');
    expect(ran.stderr).not.toMatch(/user/);
    expect(readFileSync(join(rig.directory, 'mine'), 'utf8')).toBe('for me\n');
  });

  it('has its tools before the machine’s, its variables, and all else as the user has it', async () => {
    const ran = await develop(
      'cat; ls -d "$HOME"; cd /; command cat $CPATH/header.h; while read -r line; do echo "$line"; done <$CPATH/header.h; echo $out',
      {
        env: { HOME: rig.directory },
      },
    );
    expect(ran).toMatchObject({ status: 0, stderr: '' });
    expect(ran.stdout).toBe(`not the machine’s\n${rig.directory}\nnot the machine’s\na header\n${rig.directory}/outputs/out\n`);
  });

  it('gives long variables as files, as the build has them, and leaves none behind', async () => {
    const ran = await develop('read -r line <$wordsPath || echo "$line"; echo $wordsPath');
    const [words, file = ''] = ran.stdout.split('\n');
    expect(words).toBe('many words');
    expect(file).toMatch(/\/\.attr-/);
    expect(existsSync(file)).toBe(false);
  });

  it('opens the user’s own shell, and does not mind how that ends', async () => {
    const own = join(rig.directory, 'own-shell');
    writeFileSync(own, '#!/bin/sh\necho "mine, with $CPATH"; exit 3\n');
    chmodSync(own, 0o755);
    const ran = await rig.run(['develop', 'user', '-f', rig.chain], { env: { SHELL: own } });
    expect(ran.status).toBe(0);
    expect(ran.stdout).toMatch(/^mine, with \/nix\/store\/\S+-library\/include\n$/);
  });

  it('fails where an input cannot be built', async () => {
    rig.write(`const bad = make({ name: 'bad', script: sh\`exit 1\` }); const user = make({ name: 'user', script: sh\`cat \${bad}\` });`, [
      'user',
      'bad',
    ]);
    expect(await develop('true')).toMatchObject({ status: 1, stderr: expect.stringContaining('E_INPUT') as string });
  });
});
