import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NixCommand, nixInItsRoot } from '../../src/exchange/index.js';
import type { StorePath } from '../../src/formats/index.js';
import { unwrap } from '../../src/result.js';
import { Store } from '../../src/store/index.js';
import { CliRig, type Ran } from '../cli/rig.js';
import { addNixAsOneTree } from '../support/nixes/as-one-tree.js';
import { unpackedNix } from '../support/nixes/install.js';

const programs = unpackedNix('2.26.3');
if (programs === undefined) console.warn('skipped: no Nix to put into a root of its own: `npx jiti test/support/nixes/install.ts` gets one');

/** Tarballs fetched before are not fetched again. */
const FETCHED = join(homedir(), '.cache/zilch/sources');
const sources = existsSync(FETCHED) ? ['--sources', FETCHED] : [];

/** The chain's own Nix takes two hours to get; Debian's of the same version stands in for it, as one tree. */
describe.skipIf(programs === undefined)('a Nix that is alone in its root', () => {
  let rig: CliRig;
  let nix: StorePath;
  let own: Ran;

  beforeAll(async () => {
    rig = new CliRig();
    own = await rig.run(['build', 'stage1', '--no-tests', ...sources]);
    const store = unwrap(Store.open(rig.store));
    nix = await addNixAsOneTree(store, programs!);
    store.close();
  }, 1_200_000);
  afterAll(() => rig.close());

  const command = async (store: Store): Promise<NixCommand> => {
    const storeUri = join(rig.directory, 'nix-store');
    const program = unwrap(nixInItsRoot(store, nix, { directories: [store.root, storeUri], scratch: join(rig.directory, 'scratch') }));
    return unwrap(await NixCommand.find({ storeUri, program }));
  };

  it('sees its closure and the directories it works in, and nothing else of the machine', async () => {
    const store = unwrap(Store.open(rig.store));
    try {
      const { run } = await command(store).then((one) => ({ run: one.run.bind(one) }));
      const seen = async (path: string): Promise<string> =>
        unwrap(await run(['eval', '--impure', '--expr', `builtins.attrNames (builtins.readDir ${path})`]));
      const names = new Set(['dev', 'home', 'nix', 'proc', 'tmp', rig.directory.split('/')[1]!]);
      expect(await seen('/.')).toBe(
        `[ ${[...names]
          .sort()
          .map((name) => JSON.stringify(name))
          .join(' ')} ]\n`,
      );
      expect(await seen('/nix/store')).toBe(`[ ${JSON.stringify(nix.split('/').at(-1))} ]\n`);
      expect(readdirSync('/').includes('usr')).toBe(true);
    } finally {
      store.close();
    }
  }, 300_000);

  it('keeps builders from making programs that run as somebody else', async () => {
    const store = unwrap(Store.open(rig.store));
    try {
      const shell = `/nix/store/${basename((await rig.run(['path', 'stage1^protobusybox'])).stdout.trim())}`;
      const script = "sed -n 's/^Seccomp:[^0-9]*//p' /proc/self/status >$out; touch file; chmod 755 file; if chmod u+s file; then exit 1; fi";
      const one = await command(store);
      unwrap(await one.run(['copy', '--no-check-sigs', '--from', `local?root=${store.root}`, '--to', one.storeUri, shell]));
      const expression = `derivation { name = "probe"; system = "x86_64-linux"; builder = "\${builtins.storePath "${shell}"}/bin/ash";
        PATH = "\${builtins.storePath "${shell}"}/bin"; args = [ "-euc" ${JSON.stringify(script)} ]; }`;
      const path = JSON.parse(unwrap(await one.run(['build', '--impure', '--no-link', '--json', '--expr', expression]))) as {
        outputs: { out: string };
      }[];
      expect(unwrap(await one.run(['store', 'cat', path[0]!.outputs.out]))).toBe('2\n');
    } finally {
      store.close();
    }
  }, 300_000);

  it('instantiates from the flake what we do, and builds the same', async () => {
    expect(own.status, own.stderr).toBe(0);
    const built = await rig.run(['build', 'stage1', '--no-tests', '--via', 'nix', '--nix', nix, ...sources]);
    expect(built.status, built.stderr).toBe(0);
    expect(built.stderr).toMatch(/same +stage1/);
    expect(built.stdout).toContain('by its flake, Nix comes to the same derivations and outputs');
  }, 1_800_000);

  it('is refused without --via nix, for other machines, and before it is built', async () => {
    expect((await rig.run(['build', '--nix', 'stage1'])).stderr).toContain('E_USAGE');
    expect((await rig.run(['build', '--via', 'nix', '--nix', nix, '--nix-store', 'daemon'])).stderr).toContain('E_USAGE');
    expect((await rig.run(['build', '--via', 'nix', '--nix', 'gnumake-by-tinycc'])).stderr).toContain('E_NOT_BUILT');
  }, 300_000);
});
