import { execFile } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { buildGraph } from '../../src/build/index.js';
import { chain, selfPath, text, type AnyRecipe } from '../../src/recipe/index.js';
import { unwrap } from '../../src/result.js';
import { withEachNix } from '../support/each-nix.js';
import { allNixes, dialectOf } from '../support/nix.js';
import { openStore } from '../support/store.js';
import { buildAll, made, madeNamingItself, plainChain, prepare } from './small-chain.js';

const NIX_CONFIG = 'experimental-features = nix-command ca-derivations\nbuild-users-group =\nsandbox = true\nsandbox-paths =\nsubstituters =\n';

async function nix(program: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(program, args, { env: { ...process.env, NIX_CONFIG }, maxBuffer: 1 << 28 });
  return stdout.trim();
}

/** Parts one after the other, each of which takes a moment. */
function slowChain(): ReturnType<typeof chain> {
  const recipes: Record<string, AnyRecipe> = {};
  let last: AnyRecipe | undefined;
  for (let index = 0; index < 6; index++) {
    last = made(`slow${index}`, ['out'], 'sleep', '0.4', 'write', selfPath('out'), last === undefined ? 'first' : text`${last} and so on`);
    recipes[`slow${index}`] = last;
  }
  return chain('slow5', { one: recipes });
}

withEachNix('one store', allNixes(), ({ version }) => {
  const dialect = dialectOf(version);

  test('is built in by Zilch while Nix builds, adds, verifies and collects garbage in it', async () => {
    const store = openStore();
    const prepared = await prepare(store, slowChain());
    let building = true;
    const wanted = [{ drvPath: prepared.drvPathOf('slow5'), outputs: ['out'] }];
    const build = buildGraph({ store, closure: prepared.derivations, wanted }).finally(() => (building = false));
    const done = { add: 0, collect: 0, verify: 0, nix: 0 };
    const nixSide = async (): Promise<void> => {
      while (building) {
        await nix('nix-store', '--store', store.root, '--add', import.meta.filename);
        done.add++;
        // What Zilch holds by its temporary roots must survive this, though nothing else roots it.
        await nix('nix-store', '--store', store.root, '--gc');
        done.collect++;
        await nix('nix-store', '--store', store.root, '--verify');
        done.verify++;
        await nix(
          'nix-build',
          '--store',
          store.root,
          '--no-out-link',
          '--expr',
          `derivation { name = "n${done.nix}"; system = "x86_64-linux"; builder = builtins.path { path = ${store.hostPath(prepared.maker)}; name = "maker"; }; args = [ "write" (placeholder "out") "x" ]; }`,
        );
        done.nix++;
      }
    };
    const [report] = await Promise.all([build, nixSide()]);
    expect(unwrap(report).failures).toEqual(new Map());
    for (const count of Object.values(done)) expect(count).toBeGreaterThan(0);
    await nix('nix-store', '--store', store.root, '--verify', '--check-contents');
    expect(unwrap(await store.verify({ contents: true })).defects).toEqual([]);
  });

  test('that Zilch built is read and verified by Nix, which finds nothing left to build, and shows the logs', async () => {
    const store = openStore();
    const prepared = await prepare(store, plainChain);
    const built = await buildAll(store, prepared);
    const { root } = store;
    for (const [name, info] of built) {
      const said = dialect.pathInfo(await nix('nix', ...dialect.askPathInfo(info.path), '--store', root), info.path) as {
        readonly narSize: number;
        readonly references: readonly string[];
      };
      expect(said, name).toMatchObject({ narSize: info.narSize });
      expect([...said.references].sort(), name).toEqual(info.references);
    }
    await nix('nix-store', '--store', root, '--verify', '--check-contents');
    const drvPath = prepared.drvPathOf('user');
    await nix('nix', 'build', '--store', root, '--no-link', dialect.outputsOf(prepared.drvPathOf('whole')), '--option', 'max-jobs', '0');
    expect(await nix('nix', 'log', '--store', root, drvPath)).toBe('working');
    expect(await nix('nix', ...dialect.showDerivation(drvPath), '--store', root)).toContain('working');
  });

  // Nix 2.17 and later leave out of the hash where an output names itself, which is a defect; only those that do not name themselves
  // have one path everywhere.
  test('has the outputs that name themselves, at a path that depends on the version of Nix', async () => {
    const store = openStore();
    const self = madeNamingItself('self', ['out'], 'write', selfPath('out'), text`I am ${selfPath('out')}`);
    const prepared = await prepare(store, chain('self', { one: { self } }));
    const drvPath = prepared.drvPathOf('self');
    const ours = openStore();
    const own = (await buildAll(ours, await prepare(ours, prepared.chain))).get('self^out')!.path;
    await nix('nix', 'copy', '--no-check-sigs', '--derivation', '--from', ours.root, '--to', store.root, drvPath);
    const theirs = await nix('nix-store', '--store', store.root, '--realise', drvPath);
    const [, minor = 0] = version.split('.').map(Number);
    expect(theirs === own).toBe(minor < 17);
  });

  test('keeps what either has rooted, whoever collects', async () => {
    const store = openStore();
    const built = await buildAll(store, await prepare(store, plainChain));
    const [kept, rooted, dead] = [built.get('user^out')!.path, built.get('headers^dev')!.path, built.get('whole^out')!.path];
    unwrap(store.addRoot('kept', kept));
    const profiles = join(store.layout.gcRootsDir, 'nix-side');
    mkdirSync(profiles, { recursive: true });
    symlinkSync(rooted, join(profiles, 'one'));
    const { root } = store;
    // Its temporary roots end with the process that holds them.
    store.close();
    await nix('nix-store', '--store', root, '--gc');
    const after = openStore(root);
    expect([kept, rooted, dead].map((path) => after.isValid(path))).toEqual([true, true, false]);
    unwrap(await after.gc({}));
    expect([kept, rooted].map((path) => after.isValid(path))).toEqual([true, true]);
    expect(await nix('nix-store', '--store', root, '--query', '--requisites', kept)).toContain(built.get('headers^out')!.path);
  });
});
