import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { exportNix } from '../../src/exchange/index.js';
import { sha256 } from '../../src/formats/index.js';
import { chain, selfPath, source } from '../../src/recipe/index.js';
import { unwrap } from '../../src/result.js';
import { withEachNix } from '../support/each-nix.js';
import { allNixes } from '../support/nix.js';
import { codeOf, openStore, tempDirectory } from '../support/store.js';
import { buildAll, made, plainChain, prepare } from './small-chain.js';

const tarball = source({ name: 'thing', version: '1', file: 'thing-1.tar', size: 5, sha256: sha256('bytes'), debian: 'pool/thing-1.tar' });
const taker = made('taker', ['out'], 'copy', tarball, selfPath('out'));
const parts = made('parts', ['lib', 'bin'], 'write', selfPath('lib'), 'a library', 'write', selfPath('bin'), 'a program');
const exported = chain('whole', { zero: { taker, parts }, one: Object.fromEntries(plainChain.targets.map(({ name, recipe }) => [name, recipe])) });

function nix(root: string, program: string, ...args: readonly string[]): string {
  const config = `experimental-features = nix-command ca-derivations flakes\nsandbox = true\nsandbox-paths =\nbuild-users-group =\nsubstituters =\n`;
  return execFileSync(program, ['--store', root, ...args], {
    encoding: 'utf8',
    env: { ...process.env, NIX_CONFIG: config, HOME: tempDirectory() },
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim();
}

/** The derivations of all attributes. Of those without an output `out`, `nix-instantiate` adds which one is meant. */
function instantiated(root: string, directory: string): string[] {
  return nix(root, 'nix-instantiate', directory)
    .split('\n')
    .map((line) => line.replace(/!.*/, ''))
    .sort();
}

withEachNix('an exported chain', allNixes(), ({ version }) => {
  test('is instantiated and built by Nix to the same paths, from its own store or from an empty one, as an expression or a flake', async () => {
    const store = openStore();
    const prepared = await prepare(store, exported);
    const bytes = join(tempDirectory(), 'bytes');
    writeFileSync(bytes, 'bytes');
    unwrap(await store.addFlatFile('thing-1.tar', bytes));
    const own = await buildAll(store, prepared);
    const directory = join(tempDirectory(), 'export');
    const request = {
      store,
      chain: exported,
      targets: exported.targets,
      drvPathOf: ({ name }: { name: string }) => prepared.drvPathOf(name),
      derivations: prepared.derivations,
      externalPath: () => prepared.maker,
    };
    expect(unwrap(await exportNix(request, directory))).toEqual({ derivations: 5, sources: 1 });
    expect(readdirSync(directory).sort()).toEqual(['README.md', 'default.nix', 'nix', 'sources', 'store']);

    const drvPaths = exported.targets.map(({ name }) => prepared.drvPathOf(name)).sort();
    const its = join(directory, 'store');
    // The store holds the derivations before anything is evaluated.
    expect(nix(its, 'nix-store', '--query', '--requisites', ...drvPaths).split('\n')).toEqual(expect.arrayContaining(drvPaths));
    nix(its, 'nix-store', '--verify', '--check-contents');
    for (const root of [its, join(tempDirectory(), 'empty')]) {
      expect(instantiated(root, directory)).toEqual(drvPaths);
      expect(nix(root, 'nix', 'eval', '--raw', `path:${directory}/nix#whole.drvPath`)).toBe(prepared.drvPathOf('whole'));
      // What a Hydra asks a jobset's flake.
      const jobs = nix(root, 'nix', 'eval', '--json', `path:${directory}/nix#hydraJobs`, '--apply', 'builtins.mapAttrs (_: job: job.drvPath)');
      expect(Object.values(JSON.parse(jobs) as object).sort()).toEqual(drvPaths);
    }
    expect(nix(its, 'nix-store', '--realise', prepared.drvPathOf('whole'))).toBe(own.get('whole^out')?.path);
    const [flake] = JSON.parse(nix(its, 'nix', 'build', '--json', '--no-link', `path:${directory}/nix#taker`)) as {
      outputs: Record<string, string>;
    }[];
    expect(flake?.outputs).toEqual({ out: own.get('taker^out')?.path });
    // As README.md there says, by name, without an output called "out". Nix 2.8 gives the first output alone.
    nix(its, 'nix', 'build', '--out-link', join(directory, 'result'), `path:${directory}/nix#parts`);
    for (const output of version === '2.8.0' ? ['lib'] : ['lib', 'bin'])
      expect(readlinkSync(join(directory, `result-${output}`))).toContain(own.get(`parts^${output}`)!.path);
    nix(its, 'nix', 'flake', 'check', `path:${directory}/nix`);
    expect(() => nix(its, 'nix', 'develop', `path:${directory}/nix#taker`, '--command', 'true')).toThrow("derivations that use 'bash'");
    expect(readFileSync(join(directory, 'README.md'), 'utf8')).toContain('`nix develop` and `nix-shell` do not work here');
    expect(readFileSync(join(directory, 'nix/default.nix'), 'utf8')).toContain('thing = tarball "thing-1.tar"');
    expect(codeOf(await exportNix(request, directory))).toBe('E_EXISTS');
  });
});
