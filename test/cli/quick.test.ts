import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHECKOUT, CliRig, type Ran } from './rig.js';

/** A cache of their own, so that what is remembered can be taken away. */
let rig: CliRig;
let cache: string;

const recipes = (word: string): string => `
export const first = make({ name: 'first', outputs: ['out', 'doc'], script: sh\`echo ${word} > "$out"; echo doc > "$doc"\`,
  test: (self) => ({ script: sh\`echo fine > "$out"; cat \${self} > seen\` }) });
export const second = make({ name: 'second', version: '2', script: sh\`cat \${first} > "$out"\` });`;

beforeAll(async () => {
  rig = new CliRig();
  cache = join(rig.directory, 'cache');
  rig.write(recipes('one'), ['second', 'first']);
  // What is just written might be written again meanwhile.
  await sleep(150);
  expect(await run('build', '--all')).toMatchObject({ status: 0 });
});
afterAll(() => rig.close());

const options = (): { readonly env: NodeJS.ProcessEnv } => ({ env: { XDG_CACHE_HOME: cache } });
const run = (...args: readonly string[]): Promise<Ran> => rig.run([...args, '-f', rig.chain], options());

/** What the small part of the program says; `undefined` where it hands over. */
function quickly(...args: readonly string[]): string | undefined {
  const code = `require('${CHECKOUT}dist/cli/quick.cjs').answer(process.argv.slice(1)).then((done) => process.exit(done ? 0 : 9))`;
  try {
    return execFileSync(process.execPath, ['--disable-warning=ExperimentalWarning', '-e', code, '--', ...args, '-f', rig.chain], {
      encoding: 'utf8',
      env: { ...process.env, ZILCH_STORE: rig.store, NO_COLOR: '1', ...options().env },
    });
  } catch (error) {
    if ((error as { readonly status?: number }).status === 9) return undefined;
    throw error;
  }
}

function forget(): void {
  rmSync(join(cache, 'zilch/known'), { recursive: true });
}

describe.skipIf(!existsSync('/bin/busybox'))('what is remembered of a chain', () => {
  it.each([
    [['list']],
    [['list', '--json']],
    [['build']],
    [['build', '--offline']],
    [['build', 'first']],
    [['build', 'second', 'first^doc']],
    [['build', '--all']],
    [['build', '-a', '--no-tests']],
  ])('gives the same as the chain itself: %j', async (args) => {
    forget();
    const slowly = await run(...args);
    expect(slowly).toMatchObject({ status: 0, stderr: '' });
    expect(quickly(...args)).toBe(slowly.stdout);
    expect(await run(...args)).toEqual(slowly);
  });

  it.each([
    [['build', '--json']],
    [['build', '--rebuild']],
    [['build', '--via', 'nix']],
    [['build', 'nothing']],
    [['build', 'first^nothing']],
    [['build', '--seed', '/bin/true']],
    [['build', '--store=/tmp/x']],
    [['build', '--help']],
    [['list', 'first']],
    [['show', 'first']],
  ])('is not asked: %j', (args) => {
    expect(quickly(...args)).toBeUndefined();
  });

  it('does not count when a recipe is edited: the build builds', async () => {
    expect(quickly('build')).toBeDefined();
    rig.write(recipes('two'), ['second', 'first']);
    expect(quickly('build')).toBeUndefined();
    expect(quickly('list')).toBeUndefined();
    const built = await run('build', '--all');
    expect(built.stderr).toContain('built');
    await sleep(150);
    expect(await run('build', '--all')).toMatchObject({ status: 0, stderr: '' });
    expect(quickly('build')).toBeDefined();
  });

  it('does not count for what is gone, or no longer kept, or in a store that everyone may write into', async () => {
    expect(quickly('build')).toBeDefined();
    const roots = join(rig.store, 'nix/var/nix/gcroots/zilch');
    rmSync(roots, { recursive: true });
    expect(quickly('build')).toBeUndefined();
    expect(await rig.run(['gc'], options())).toMatchObject({ status: 0 });
    expect(quickly('list')).toContain('never built');
    expect(await run('build', '--all')).toMatchObject({ status: 0 });
    expect(quickly('build')).toBeDefined();
    chmodSync(rig.store, 0o777);
    const folder = join(rig.store, 'nix/store');
    chmodSync(folder, 0o777);
    expect(quickly('build')).toBeUndefined();
    chmodSync(folder, 0o755);
  });

  it('does not say that all is well when a pin says otherwise', async () => {
    const pins = join(rig.chain, 'pins.json');
    expect(await run('pins', 'update')).toMatchObject({ status: 0 });
    expect(quickly('build', 'first')).toContain('same');
    writeFileSync(pins, readFileSync(pins, 'utf8').replaceAll(/"narSize":\d+/g, '"narSize":1'));
    expect(quickly('build', 'first')).toBeUndefined();
    expect(await run('build', 'first')).toMatchObject({ status: 3 });
    rmSync(pins);
  });
});
