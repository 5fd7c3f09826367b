import { mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { buildGraph } from '../../src/build/index.js';
import { firstDifferentBuild, NixExecutor } from '../../src/exchange/index.js';
import type { PathInfo } from '../../src/formats/index.js';
import { chain, selfPath, text } from '../../src/recipe/index.js';
import { unwrap } from '../../src/result.js';
import { withEachNix } from '../support/each-nix.js';
import { allNixes, whyNoBuildsBy } from '../support/nix.js';
import { openStore, tempDirectory } from '../support/store.js';
import { buildAll, made, plainChain, prepare } from './small-chain.js';

const nixes = await Promise.all(allNixes().map(async (nix) => ({ ...nix, missing: nix.missing ?? (await whyNoBuildsBy(nix.version)) })));

/** A new store for Nix. Nix 2.34 builds in none below a directory that everybody can write to, as /tmp is. */
function nixStore(): string {
  const parent = join(homedir(), '.cache/zilch/nix');
  mkdirSync(parent, { recursive: true });
  return join(tempDirectory(parent), 'nix');
}

function undated(paths: ReadonlyMap<string, PathInfo>): ReadonlyMap<string, PathInfo> {
  return new Map([...paths].map(([name, info]) => [name, { ...info, registrationTime: undefined }]));
}

withEachNix('building', nixes, () => {
  test('gives the store paths that our own sandbox gives', async () => {
    const store = openStore();
    const own = await buildAll(store, await prepare(store, plainChain));
    const other = openStore();
    const viaNix = await buildAll(other, await prepare(other, plainChain), new NixExecutor(other, { storeUri: nixStore() }));
    expect(undated(viaNix)).toEqual(undated(own));
    expect(unwrap(await other.verify({ contents: true })).defects).toEqual([]);
  });

  test('compares what was built here before, and names the first difference, its file and its bytes', async () => {
    const same = made('same', ['out'], 'write', selfPath('out'), 'same');
    const dice = made('dice', ['out'], 'make', selfPath('out'), 'write', text`${selfPath('out')}/a`, 'same', 'random', text`${selfPath('out')}/b`);
    const user = made('user', ['out'], 'write', selfPath('out'), text`${dice} ${same}`, 'copy', text`${dice}/b`, selfPath('out'));
    const store = openStore();
    const prepared = await prepare(store, chain('user', { one: { user, dice, same } }));
    await buildAll(store, prepared);
    const wanted = [...prepared.derivations.keys()].map((drvPath) => ({ drvPath, outputs: ['out'] }));
    const executor = new NixExecutor(store, { storeUri: nixStore() });
    const report = unwrap(await buildGraph({ store, closure: prepared.derivations, wanted, executor, options: { rebuild: true } }));
    expect(report.failures).toEqual(new Map());
    expect([...report.comparisons.values()].map(({ kind }) => kind).sort()).toEqual(['different', 'same', 'same']);
    const failure = firstDifferentBuild(prepared.derivations, report.comparisons);
    expect(failure?.code).toBe('E_DIFFERENT');
    expect(failure?.message).toMatch(
      new RegExp(`^${prepared.drvPathOf('dice')} is the first that differs: .* in b: contents from byte \\d+ \\(.. .*here, .*there\\)$`),
    );
  });

  test('tells a builder that failed from a Nix that did, and passes on what it wrote', async () => {
    const bad = made('bad', ['out'], 'say', 'before the end', 'fail', '3');
    const store = openStore();
    const prepared = await prepare(store, chain('bad', { one: { bad } }));
    const wanted = [{ drvPath: prepared.drvPathOf('bad'), outputs: ['out'] }];
    const lines: string[] = [];
    const executor = new NixExecutor(store, { storeUri: nixStore() });
    const report = unwrap(
      await buildGraph({
        store,
        closure: prepared.derivations,
        wanted,
        executor,
        emit: (event) => event.type === 'build-log' && lines.push(event.line),
      }),
    );
    expect(report.failures.get(prepared.drvPathOf('bad'))).toMatchObject({ code: 'E_BUILD' });
    expect(lines).toContain('before the end');
  });

  test('refuses a Nix whose builders see the machine', async () => {
    const programs = tempDirectory();
    // As a remote machine does whose nix.conf has no sandbox: there a probe succeeds.
    writeFileSync(join(programs, 'nix'), '#!/bin/sh\necho "nix (Nix) 2.8.0"\n', { mode: 0o755 });
    const { PATH } = process.env;
    process.env['PATH'] = `${programs}:${PATH}`;
    try {
      const failure = await new NixExecutor(openStore(), { storeUri: 'daemon' }).prepare();
      expect(failure).toMatchObject({ ok: false, failure: { code: 'E_NIX', message: expect.stringContaining('without a sandbox') as string } });
    } finally {
      process.env['PATH'] = PATH;
    }
  });

  test('says so when the Nix store cannot be opened', async () => {
    const store = openStore();
    expect(await new NixExecutor(store, { storeUri: 'ssh-ng://nobody.invalid' }).prepare()).toMatchObject({ ok: false, failure: { code: 'E_NIX' } });
  });
});
