/** The one file that a release publishes: packed, installed by npm as users do, and used, on the oldest and the newest Node.js. */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { whyNoBuilds } from '../build/rig.js';
import { removeTree } from '../../src/store/index.js';

const CHECKOUT = fileURLToPath(new URL('../../', import.meta.url));
const OLDEST = '20.19.2';
const NEWEST = '26.10.0';
/** In bytes. The signed claims of evidence/, which the full CD takes along, are an eighth. */
const LARGEST = 1_000_000;

const noBuilds = await whyNoBuilds();
if (noBuilds !== undefined) console.log(`nothing is built by an installed package: ${noBuilds}`);

let place: string;
let file: string;
beforeAll(() => {
  place = mkdtempSync(join(tmpdir(), 'zilch-package-'));
  const checkout = join(place, 'checkout');
  for (const name of readdirSync(CHECKOUT).filter((name) => !['.git', 'node_modules', 'dist'].includes(name))) {
    cpSync(join(CHECKOUT, name), join(checkout, name), { recursive: true });
  }
  symlinkSync(join(CHECKOUT, 'node_modules'), join(checkout, 'node_modules'));
  // As before packing, but for the types, which take a while and which nothing here uses.
  execFileSync(process.execPath, ['bundle.js', '--release'], { cwd: checkout, env: { ...process.env, XDG_CACHE_HOME: join(place, 'bundling') } });
  const packed = execFileSync('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', place], { cwd: checkout, encoding: 'utf8' });
  file = join(place, packed.trim());
});
afterAll(async () => {
  await removeTree(join(place, 'store'));
  rmSync(place, { recursive: true, force: true });
});

/** Installs it beside a Node.js, with nothing of this user's cache but what was fetched of Node.js; gives how to run it. */
function installed(version: string): (...args: readonly string[]) => string {
  const programs = join(place, version, 'programs');
  const cache = join(place, version, 'cache');
  mkdirSync(programs, { recursive: true });
  const node = execFileSync(join(CHECKOUT, 'test/nodes/node-of'), [version], { encoding: 'utf8' }).trim();
  symlinkSync(node, join(programs, 'node'));
  const fetched = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'zilch/node');
  mkdirSync(join(cache, 'zilch/node'), { recursive: true });
  for (const name of existsSync(fetched) ? readdirSync(fetched).filter((name) => /^\d/.test(name)) : []) {
    symlinkSync(join(fetched, name), join(cache, 'zilch/node', name));
  }
  const env = {
    ...process.env,
    PATH: `${programs}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
    XDG_CACHE_HOME: cache,
    ZILCH_STORE: join(place, 'store'),
  };
  const prefix = join(place, version, 'prefix');
  execFileSync('npm', ['install', '-g', '--silent', '--no-audit', '--no-fund', '--prefix', prefix, file], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return (...args) => {
    const ran = spawnSync(join(prefix, 'bin/zilch'), args, { cwd: place, env, encoding: 'utf8' });
    expect(ran.status, `zilch ${args.join(' ')}: ${ran.stderr}`).toBe(0);
    return ran.stdout;
  };
}

describe.skipIf(process.arch !== 'x64')('the package', () => {
  test('is one small file, without tests and what only its makers need', () => {
    const names = execFileSync('tar', ['-tzf', file], { encoding: 'utf8' }).trim().split('\n');
    expect(names).toContain('package/zilch');
    expect(names.filter((name) => /\.test\.ts$|\.map$|^package\/(src|test|bench)\//.test(name))).toEqual([]);
    expect(statSync(file).size).toBeLessThan(LARGEST);
  });

  test(`has all that commands need, on Node.js ${NEWEST}`, () => {
    const run = installed(NEWEST);
    expect(run('--version')).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(run('build', '--help')).toContain('Usage: zilch build');
    expect(run('list')).toContain('stage1');
    expect(run('doctor', '--json')).toContain('"Node.js"');
    expect(run('completion', 'bash')).toContain('zilch');
  });

  test.skipIf(noBuilds !== undefined)(`builds stage 1, where there was only Node.js ${OLDEST}`, () => {
    const run = installed(OLDEST);
    const built = run('build', 'stage1');
    expect(built).toContain('stage1^protobusybox');
    expect(built).not.toContain('DIFFERENT');
    expect(run('path', 'stage1^tinycc')).toContain('-stage1-tinycc');
    run('report', join(place, 'report'));
    expect(existsSync(join(place, 'report/index.html'))).toBe(true);
  });
});
