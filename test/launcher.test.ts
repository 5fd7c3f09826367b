import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const LAUNCHER = fileURLToPath(new URL('../zilch', import.meta.url));

/** A checkout with the real launcher, whose npm and apt-get write down what they are asked and do what matters of it. */
let checkout: string;
let programs: string;

beforeEach(() => {
  const directory = mkdtempSync(join(tmpdir(), 'zilch-launcher-'));
  checkout = join(directory, 'checkout');
  programs = join(directory, 'programs');
  mkdirSync(join(checkout, 'src'), { recursive: true });
  mkdirSync(programs);
  copyFileSync(LAUNCHER, join(checkout, 'zilch'));
  for (const name of ['package-lock.json', 'tsconfig.json', 'tsconfig.build.json', 'src/main.ts']) writeFileSync(join(checkout, name), 'first\n');
  program(
    'npm',
    `echo "npm $1" >> "$CALLS"; case $1 in ci) mkdir -p node_modules ;; *) mkdir -p dist/cli; echo 'console.log("zilch", process.argv.slice(2).join(" "))' > dist/cli/main.js ;; esac`,
  );
  program('apt-get', `echo "apt-get $*" >> "$CALLS"`);
  for (const name of ['make', 'g++', 'python3', 'bwrap', 'bzip2', 'xz', 'musl-gcc']) program(name, 'exit 0');
  for (const name of ['sh', 'node', 'cat', 'cmp', 'cp', 'dirname', 'find', 'flock', 'mkdir', 'mv', 'readlink', 'rm', 'tail', 'touch', 'uname']) {
    execFileSync('ln', ['-s', execFileSync('which', [name], { encoding: 'utf8' }).trim(), join(programs, name)]);
  }
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

function launch(...args: readonly string[]): {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly calls: readonly string[];
} {
  const calls = join(checkout, '../calls');
  writeFileSync(calls, '');
  const ran = spawnSync(join(checkout, 'zilch'), args, { env: { PATH: programs, CALLS: calls }, encoding: 'utf8' });
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
    expect(ran.calls).toEqual(['npm ci', 'npm run']);
    expect(ran).toMatchObject({ status: 0, stdout: 'zilch list --json\n' });
  });

  it('does nothing more once everything is there', () => {
    launch();
    expect(launch()).toMatchObject({ status: 0, calls: [], stderr: '' });
  });

  it('installs npm packages again when the lock file has changed', () => {
    launch();
    writeFileSync(join(checkout, 'package-lock.json'), 'second\n');
    expect(launch().calls).toEqual(['npm ci']);
    expect(launch().calls).toEqual([]);
  });

  it.each(['src/main.ts', 'tsconfig.json', 'src'])('compiles again when %s has changed', (file) => {
    launch();
    makeNewer(file);
    expect(launch().calls).toEqual(['npm run']);
  });

  it('installs the Debian packages that are missing, as root', () => {
    rmSync(join(programs, 'bwrap'));
    rmSync(join(programs, 'make'));
    expect(launch().calls).toEqual(['apt-get update -qq', 'apt-get install -y -qq --no-install-recommends make bubblewrap', 'npm ci', 'npm run']);
  });

  it('gives the command to run when it is not root, and installs nothing', () => {
    user(1000);
    rmSync(join(programs, 'bwrap'));
    const ran = launch();
    expect(ran).toMatchObject({ status: 4, calls: [] });
    expect(ran.stderr).toContain('sudo apt-get install -y --no-install-recommends bubblewrap');
  });

  it('wants no package where there is no apt-get, but names them', () => {
    rmSync(join(programs, 'apt-get'));
    rmSync(join(programs, 'bwrap'));
    const ran = launch();
    expect(ran.stderr).toContain('bubblewrap');
    expect(ran.status).toBe(0);
  });

  it('says that Node.js is too old', () => {
    rmSync(join(programs, 'node'));
    program('node', 'case $1 in --version) echo v18.19.0 ;; *) exit 1 ;; esac');
    const ran = launch();
    expect(ran).toMatchObject({ status: 4, calls: [] });
    expect(ran.stderr).toContain('v18.19.0 is too old');
  });

  it('says that a user may have too few processes for Node.js, which would hang', () => {
    launch();
    user(1000);
    const limited = (shell: string): ReturnType<typeof spawnSync> =>
      spawnSync('bash', ['-c', `${shell}; exec "$0" list`, join(checkout, 'zilch')], {
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

  it('can be run where addresses are scarce', () => {
    launch();
    writeFileSync(
      join(checkout, 'dist/cli/main.js'),
      'WebAssembly.instantiate(Buffer.from("0061736d010000000503010001", "hex")).then(() => console.log("here"));',
    );
    const ran = spawnSync('bash', ['-c', 'ulimit -v 4000000; exec "$0"', join(checkout, 'zilch')], {
      env: { PATH: `${programs}:/bin:/usr/bin` },
      encoding: 'utf8',
    });
    expect(ran).toMatchObject({ status: 0, stdout: 'here\n' });
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
    expect(spawnSync(link, ['doctor'], { env: { PATH: programs }, encoding: 'utf8' }).stdout).toBe('zilch doctor\n');
  });
});
