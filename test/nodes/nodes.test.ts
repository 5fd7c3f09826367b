/** The oldest Node.js that the launcher is started with, and the oldest and newest that the program runs on. */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const CHECKOUT = fileURLToPath(new URL('../../', import.meta.url));

/** Debian 13's. */
const OF_DEBIAN = '20.19.2';
const OLDEST = '24.0.2';
const NEWEST = '26.10.0';

/** What an installation may run. No compiler is among it, no make and no Python. */
const PROGRAMS = ['sh', 'cat', 'cmp', 'cp', 'env', 'find', 'flock', 'id', 'ln', 'mkdir', 'mktemp', 'mv', 'npm', 'readlink', 'rm', 'sed', 'tail', 'touch', 'uname', 'bwrap', 'bzip2', 'xz']; // prettier-ignore

let place: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'zilch-nodes-'));
});
afterEach(() => {
  rmSync(place, { recursive: true });
});

const nodeOf = (version: string): string => execFileSync(join(CHECKOUT, 'test/nodes/node-of'), [version], { encoding: 'utf8' }).trim();

describe.skipIf(process.arch !== 'x64')('Node.js', () => {
  test(`${OF_DEBIAN} is enough to begin with: a fresh checkout fetches a newer one, and compiles nothing`, () => {
    const checkout = join(place, 'checkout');
    for (const name of ['zilch', 'package.json', 'package-lock.json', 'bundle.js', 'tsconfig.json', 'runtime', 'src', 'bootstrap', 'evidence']) {
      cpSync(join(CHECKOUT, name), join(checkout, name), { recursive: true });
    }
    const programs = join(place, 'programs');
    mkdirSync(programs);
    for (const name of PROGRAMS) symlinkSync(execFileSync('which', [name], { encoding: 'utf8' }).trim(), join(programs, name));
    symlinkSync(nodeOf(OF_DEBIAN), join(programs, 'node'));
    const run = (...args: readonly string[]): string => {
      const ran = spawnSync(join(checkout, 'zilch'), args, {
        env: { ...process.env, PATH: programs, ZILCH_STORE: join(place, 'store') },
        encoding: 'utf8',
      });
      expect(ran.stderr).not.toContain('failed');
      expect(ran.status).toBe(0);
      return ran.stdout;
    };
    expect(run('doctor')).toMatch(/^ok +Node.js +v24\..*\nok +system calls/);
    expect(readlinkSync(join(checkout, 'node_modules/.bin/node'))).toContain('/zilch/node/24.');
    expect(run('list', '--json')).toContain('"protobusybox"');
  });

  test.each([OLDEST, NEWEST])('%s runs the parts that depend on it: SQLite, system calls, zstd', (version) => {
    const files = [
      'src/store/store.test.ts',
      'src/store/locks.test.ts',
      'src/store/tree/attributes.test.ts',
      'src/exchange/cache/compression.test.ts',
    ];
    const args = [join(CHECKOUT, 'node_modules/vitest/vitest.mjs'), 'run', '--project', 'unit', ...files];
    const ran = spawnSync(nodeOf(version), args, { cwd: CHECKOUT, encoding: 'utf8' });
    expect(ran.status, ran.stdout + ran.stderr).toBe(0);
    // A note that something is experimental would be seen by every user, and by programs that read what we say.
    const program = ['--disable-warning=ExperimentalWarning', join(CHECKOUT, 'dist/cli/start.cjs'), 'gc', '--help'];
    expect(spawnSync(nodeOf(version), program, { encoding: 'utf8' })).toMatchObject({
      status: 0,
      stderr: '',
      stdout: expect.stringContaining('Usage') as string,
    });
  });
});
