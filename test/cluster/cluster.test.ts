import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { buildGraph, type Event } from '../../src/build/index.js';
import { NixExecutor } from '../../src/exchange/index.js';
import { chain, selfPath, text, type AnyRecipe, type Chain } from '../../src/recipe/index.js';
import { unwrap } from '../../src/result.js';
import { buildAll, made, prepare, type Prepared } from '../exchange/small-chain.js';
import { whyNoNix } from '../support/nix.js';
import { openStore, tempDirectory } from '../support/store.js';
import { Host, whyNoHosts } from './hosts.js';

const missing = whyNoNix() ?? whyNoHosts();
if (missing !== undefined) console.warn(`skipped: nothing is built on several hosts: ${missing}`);

const PARTS = 8;

/** Independent parts that take a while, and one that needs all of them. */
function wideChain(seconds: number): Chain {
  const parts = Array.from({ length: PARTS }, (_, index) =>
    made(`part${index}`, ['out'], 'sleep', String(seconds), 'write', selfPath('out'), `part ${index}`),
  );
  const whole = made('whole', ['out'], 'write', selfPath('out'), text`${parts}`);
  const recipes: Record<string, AnyRecipe> = { whole };
  parts.forEach((part, index) => (recipes[`part${index}`] = part));
  return chain('whole', { one: recipes });
}

describe.skipIf(missing !== undefined)('two hosts behind ssh', () => {
  let hosts: Host[];
  let home: string;
  const sshOptions = process.env['NIX_SSHOPTS'];

  beforeEach(async () => {
    home = tempDirectory();
    hosts = [];
    for (const number of [1, 2]) hosts.push(await Host.start(home, number));
    process.env['NIX_SSHOPTS'] = `-F ${join(home, 'ssh_config')}`;
  });
  afterEach(() => {
    for (const host of hosts) host.stop();
    if (sshOptions === undefined) delete process.env['NIX_SSHOPTS'];
    else process.env['NIX_SSHOPTS'] = sshOptions;
  });

  function builders(): string {
    return hosts.map(({ name }) => `ssh-ng://${name} x86_64-linux - 4 1 ca-derivations`).join(' ; ');
  }

  async function buildThere(made: Chain, onEvent: (event: Event, prepared: Prepared) => void): Promise<Map<string, string>> {
    const store = openStore();
    const prepared = await prepare(store, made);
    const executor = new NixExecutor(store, { storeUri: join(home, 'coordinator'), builders: builders() });
    const wanted = [{ drvPath: prepared.drvPathOf('whole'), outputs: ['out'] }];
    const report = unwrap(
      await buildGraph({
        store,
        closure: prepared.derivations,
        wanted,
        executor,
        options: { jobs: PARTS },
        emit: (event) => onEvent(event, prepared),
      }),
    );
    expect(report.failures).toEqual(new Map());
    const all = await buildAll(store, prepared);
    return new Map([...all].map(([name, info]) => [name, info.path]));
  }

  async function ownPaths(made: Chain): Promise<Map<string, string>> {
    const store = openStore();
    return new Map([...(await buildAll(store, await prepare(store, made)))].map(([name, info]) => [name, info.path]));
  }

  test('share the parts, and give the paths that our own sandbox gives', async () => {
    const wide = wideChain(1);
    const there = await buildThere(wide, () => undefined);
    const [first, second] = hosts.map((host) => host.built());
    console.info(`host 1 built ${first?.join(', ')}; host 2 built ${second?.join(', ')}`);
    expect(first?.some((name) => name.startsWith('part'))).toBe(true);
    expect(second?.some((name) => name.startsWith('part'))).toBe(true);
    expect(new Set([...(first ?? []), ...(second ?? [])])).toEqual(
      new Set(['whole', ...Array.from({ length: PARTS }, (_, index) => `part${index}`)]),
    );
    expect(there).toEqual(await ownPaths(wide));
  });

  test('are not built on when they have no sandbox', async () => {
    const open = await Host.start(home, 3, false);
    hosts.push(open);
    const options = { storeUri: join(home, 'coordinator'), builders: `ssh-ng://${open.name} x86_64-linux - 4 1 ca-derivations` };
    const refused = await new NixExecutor(openStore(), options).prepare();
    expect(refused).toMatchObject({ ok: false, failure: { code: 'E_NIX', message: expect.stringContaining('without a sandbox') as string } });
  });

  test('do not make a builder that fails be tried again', async () => {
    const bad = made('bad', ['out'], 'say', 'before the end', 'fail', '3');
    const store = openStore();
    const prepared = await prepare(store, chain('bad', { one: { bad } }));
    const executor = new NixExecutor(store, { storeUri: join(home, 'coordinator'), builders: builders() });
    const lines: string[] = [];
    const wanted = [{ drvPath: prepared.drvPathOf('bad'), outputs: ['out'] }];
    const report = unwrap(
      await buildGraph({
        store,
        closure: prepared.derivations,
        wanted,
        executor,
        emit: (event) => event.type === 'build-log' && lines.push(event.line),
      }),
    );
    expect(report.failures.get(prepared.drvPathOf('bad'))?.message).toMatch(/failed with exit code 3/);
    expect(lines).toEqual(['before the end']);
  });

  test('end the build with the same paths though one is cut off in the middle', async () => {
    const wide = wideChain(4);
    let cut: readonly string[] | undefined;
    const lines: string[] = [];
    const watch = setInterval(() => {
      // During its builds.
      const begun = hosts[1]!.built();
      if (cut !== undefined || begun.length < 2) return;
      cut = begun;
      hosts[1]!.cutOff();
    }, 50);
    try {
      const there = await buildThere(wide, (event) => event.type === 'build-log' && lines.push(event.line));
      console.info(`host 2 was cut off while it built ${cut?.join(', ')}; host 1 built ${hosts[0]!.built().join(', ')}`);
      expect(cut).toBeDefined();
      expect(hosts[0]!.built()).toEqual(expect.arrayContaining(['whole', ...(cut ?? [])]));
      expect(lines.some((line) => line.includes('trying again'))).toBe(true);
      expect(there).toEqual(await ownPaths(wide));
    } finally {
      clearInterval(watch);
    }
  });
});
