import { chmodSync, mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openStore, tempDirectory } from '../../test/support/store.js';
import { unwrap } from '../result.js';
import type { Store } from '../store/index.js';
import { loadChain, OWN_CHAIN, type LoadedChain } from './load.js';
import { prepareChain } from './prepare.js';

/** A chain with a recipe beside it, and a folder that goes into the store. */
const TOP = `import { chain } from 'zilch';
import { hello } from './hello.ts';
export default chain('hello', { only: { hello } });
`;
const HELLO = `import { local, recipe, text } from 'zilch';
export const hello = recipe({ name: 'hello', builder: text\`\${local(import.meta.url, './files')}/builder\`, args: ['one'] });
`;

let directory: string;
let store: Store;
let cache: string;
const before = process.env['XDG_CACHE_HOME'];
beforeEach(() => {
  cache = tempDirectory();
  process.env['XDG_CACHE_HOME'] = cache;
  directory = tempDirectory();
  store = openStore();
  writeFileSync(join(directory, 'chain.ts'), TOP);
  writeFileSync(join(directory, 'hello.ts'), HELLO);
  mkdirSync(join(directory, 'files'));
  writeFileSync(join(directory, 'files/builder'), 'builder');
});
afterEach(() => {
  if (before === undefined) delete process.env['XDG_CACHE_HOME'];
  else process.env['XDG_CACHE_HOME'] = before;
});

/** Long enough for what was written before to be older than what is loaded. */
const settle = (): Promise<void> => sleep(150);

async function load(from = directory): Promise<LoadedChain> {
  return unwrap(await loadChain(from));
}

/** The paths of all derivations, as the chain is now. */
async function derivations(from = directory): Promise<{ readonly remembered: boolean; readonly derived: boolean; readonly paths: string[] }> {
  const loaded = await load(from);
  const derived = loaded.remembered?.derived() !== undefined;
  const prepared = unwrap(await prepareChain(loaded, store));
  return { remembered: loaded.remembered !== undefined, derived, paths: [...prepared.derivations.keys()] };
}

describe('a chain that nobody changed', () => {
  test('is remembered, with its derivations, and is the same', async () => {
    await settle();
    const first = await derivations();
    expect(first).toMatchObject({ remembered: false, derived: false });
    expect(await derivations()).toEqual({ remembered: true, derived: true, paths: first.paths });
    const [once, again] = [await load(), await load()];
    expect(again.chain).toEqual(once.chain);
    expect(again.chain.targets[0]?.recipe.location).toEqual({ file: join(directory, 'hello.ts'), line: 2 });
  });

  test('is so also if it is the one that comes with Zilch', { timeout: 300_000 }, async () => {
    const { paths } = await derivations(OWN_CHAIN);
    expect(paths.length).toBeGreaterThan(100);
    expect(await derivations(OWN_CHAIN)).toEqual({ remembered: true, derived: true, paths });
  });

  test('has its files added to another store', async () => {
    await settle();
    await derivations();
    store = openStore();
    expect(await derivations()).toMatchObject({ derived: true });
    const [, local] = readdirSync(store.layout.storeDir).sort();
    expect(readFileSync(join(store.layout.storeDir, local ?? '', 'builder'), 'utf8')).toBe('builder');
  });
});

describe('a chain is run again', () => {
  test.each<[string, () => void]>([
    ['its file', () => writeFileSync(join(directory, 'chain.ts'), `${TOP}// more\n`)],
    ['what that imports', () => writeFileSync(join(directory, 'hello.ts'), HELLO.replace('one', 'two'))],
    [
      'what that imports, at the same time and size',
      () => {
        writeFileSync(join(directory, 'hello.ts'), HELLO.replace('one', 'two'));
        utimesSync(join(directory, 'hello.ts'), 1, 1);
      },
    ],
    [
      'the place of its file',
      () => {
        const other = tempDirectory();
        for (const name of readdirSync(directory)) renameSync(join(directory, name), join(other, name));
        symlinkSync(join(other, 'chain.ts'), join(directory, 'chain.ts'));
        symlinkSync(join(other, 'hello.ts'), join(directory, 'hello.ts'));
        symlinkSync(join(other, 'files'), join(directory, 'files'));
      },
    ],
    [
      'what was remembered, which is damaged,',
      () => truncateSync(join(cache, 'zilch/chains', readdirSync(join(cache, 'zilch/chains'))[0] ?? ''), 2000),
    ],
  ])('when %s is another', async (_what, change) => {
    utimesSync(join(directory, 'hello.ts'), 1, 1);
    await settle();
    await derivations();
    expect(await derivations()).toMatchObject({ remembered: true });
    change();
    expect(await derivations()).toMatchObject({ remembered: false });
  });

  test.each([
    ['the environment', 'one', "' + process.env['HOME'] + '"],
    ['the clock', 'one', "' + new Date() + '"],
    ['chance', 'one', "' + Math.random() + '"],
    ['other files', 'import { local,', "import { readFileSync } from 'node:fs';\nimport { local,"],
    ['modules by names that it makes', 'export const', "await import('./' + 'other.ts');\nexport const"],
  ])('each time when it may look at %s', async (_what, old, changed) => {
    writeFileSync(join(directory, 'other.ts'), '');
    writeFileSync(join(directory, 'hello.ts'), HELLO.replace(old, changed));
    await settle();
    await derivations();
    expect(await derivations()).toMatchObject({ remembered: false });
  });

  test('when it was changed just before it was run, since it may have been changed while it was', async () => {
    await settle();
    writeFileSync(join(directory, 'hello.ts'), HELLO.replace('one', 'two'));
    await derivations();
    expect(await derivations()).toMatchObject({ remembered: false });
  });
});

describe('derivations are made again', () => {
  test.each<[string, () => void]>([
    ['contents', () => writeFileSync(join(directory, 'files/builder'), 'another')],
    ['files', () => writeFileSync(join(directory, 'files/more'), '')],
    ['modes', () => chmodSync(join(directory, 'files/builder'), 0o755)],
    ['links', () => symlinkSync('builder', join(directory, 'files/link'))],
  ])('when a folder of the chain has other %s', async (_what, change) => {
    await settle();
    const { paths } = await derivations();
    change();
    const changed = await derivations();
    expect(changed).toMatchObject({ remembered: true, derived: false });
    expect(changed.paths).not.toEqual(paths);
    expect(await derivations()).toEqual({ remembered: true, derived: true, paths: changed.paths });
  });
});
