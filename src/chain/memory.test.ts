import { chmodSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore, tempDirectory } from '../../test/support/store.js';
import { identitiesOf } from '../formats/index.js';
import { unwrap } from '../result.js';
import { loadChain } from './load.js';
import { recallChain, rememberChain } from './memory.js';
import { OWN_CHAIN } from './own-chain.js';
import { prepareChain, type PreparedChain } from './prepare.js';

/** A chain with a recipe beside it, and a folder and a file that go into the store. */
const TOP = `import { chain } from 'zilch';
import { hello } from './parts/hello.ts';
export default chain('hello', { only: { hello } });
`;
const HELLO = `import { local, recipe, text } from 'zilch';
const files = local(import.meta.url, '../files');
const some = local(import.meta.url, '../', { name: 'some', only: ['one', 'folder'] });
export const hello = recipe({ name: 'hello', version: '1', outputs: ['out', 'doc'], builder: text\`\${files}/builder\`, args: [text\`\${some}\`],
  test: () => ({ shell: '/sh', script: 'true' }) });
`;
const PROGRAM = 'this one';

let directory: string;
let cache: string;
const before = process.env['XDG_CACHE_HOME'];
beforeEach(() => {
  process.env['XDG_CACHE_HOME'] = cache = tempDirectory();
  directory = tempDirectory();
  for (const folder of ['parts', 'files', 'folder']) mkdirSync(join(directory, folder));
  write({ 'chain.ts': TOP, 'parts/hello.ts': HELLO, 'files/builder': 'builder', one: 'one', 'folder/two': 'two', 'files/link-target': '' });
  symlinkSync('builder', join(directory, 'files/link'));
});
afterEach(() => {
  if (before === undefined) delete process.env['XDG_CACHE_HOME'];
  else process.env['XDG_CACHE_HOME'] = before;
});

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
}

/** Long enough for what was written to be older than what comes next. */
const settle = (): Promise<void> => sleep(150);

/** Runs the chain, and remembers it where that may be. */
async function run(from = directory): Promise<PreparedChain> {
  await settle();
  const since = Date.now();
  const store = openStore();
  const { chain } = unwrap(await loadChain(from));
  const prepared = unwrap(await prepareChain(chain, store));
  await rememberChain(from, prepared, since, PROGRAM);
  return prepared;
}

const recalled = () => recallChain(directory, PROGRAM);

describe('of a chain that nobody changed is known', () => {
  it('what it is when it is run', async () => {
    const chain = await run();
    const known = recalled();
    const [target] = chain.targets;
    expect(known?.facts).toMatchObject({
      defaultTarget: 'hello',
      targets: [
        {
          name: 'hello',
          stage: 'only',
          recipe: { version: '1', drvName: 'hello-1', outputNames: ['out', 'doc'] },
          build: { drvPath: target!.build.drvPath },
          test: { drvPath: target!.test!.drvPath },
        },
      ],
    });
    const identities = identitiesOf(chain.derivations);
    expect([...known!.facts.derivations.keys()]).toEqual([...chain.derivations.keys()]);
    for (const [drvPath, { outputs, inputDrvs }] of chain.derivations) {
      const facts = known!.facts.derivations.get(drvPath)!;
      expect([...facts.inputDrvs.keys()]).toEqual([...inputDrvs.keys()]);
      expect([...facts.outputs.keys()]).toEqual([...outputs.keys()]);
      for (const name of outputs.keys()) expect(known!.idOf(drvPath, name)).toEqual(identities.idOf(drvPath, name));
    }
  });

  it('the same for the chain that comes with Zilch', { timeout: 300_000 }, async () => {
    const chain = await run(OWN_CHAIN);
    const known = recallChain(OWN_CHAIN, PROGRAM);
    expect([...known!.facts.derivations.keys()]).toEqual([...chain.derivations.keys()]);
    expect(known!.facts.targets.map(({ build }) => build.drvPath)).toEqual(chain.targets.map(({ build }) => build.drvPath));
  });

  it('all of it, when its directory is called by another name', async () => {
    await run();
    const link = join(tempDirectory(), 'link');
    symlinkSync(directory, link);
    expect(recallChain(link, PROGRAM)).toBeDefined();
  });

  it('all of it, whatever becomes of files that it does not use', async () => {
    await run();
    write({ 'pins.json': '{}', other: 'other', 'parts/other.ts': '' });
    expect(recalled()).toBeDefined();
  });
});

/** A file of the same size and times as before. */
function disguised(name: string, old: string, changed: string): void {
  expect(changed.length).toBe(old.length);
  const file = join(directory, name);
  writeFileSync(file, readFileSync(file, 'utf8').replace(old, changed));
  utimesSync(file, 1, 1);
}

describe('a chain is run again when', () => {
  it.each<[string, () => void]>([
    ['its file is edited', () => write({ 'chain.ts': `${TOP}// more\n` })],
    ['a file that it imports is edited', () => write({ 'parts/hello.ts': HELLO.replace("'1'", "'2'") })],
    ['a file that it imports is edited and looks as old and as large as before', () => disguised('parts/hello.ts', "'1'", "'2'")],
    ['a file that it imports is gone', () => rmSync(join(directory, 'parts/hello.ts'))],
    ['a file that it imports is a link', () => relink('parts/hello.ts')],
    ['a folder that it imports from is a link', () => relink('parts')],
    ['a file that goes into the store is edited', () => write({ 'files/builder': 'another' })],
    ['a file that goes into the store is edited and looks as old and as large as before', () => disguised('files/builder', 'builder', 'BUILDER')],
    ['a file appears in a folder that goes into the store', () => write({ 'files/more': '' })],
    ['a file appears in a folder below a part that goes into the store', () => write({ 'folder/more': '' })],
    ['a folder appears in a folder that goes into the store', () => mkdirSync(join(directory, 'files/more'))],
    ['a file is gone from a folder that goes into the store', () => rmSync(join(directory, 'files/link-target'))],
    ['a file has another name', () => renameSync(join(directory, 'folder/two'), join(directory, 'folder/three'))],
    ['a file becomes a program', () => chmodSync(join(directory, 'files/builder'), 0o755)],
    ['a link leads elsewhere', () => relinkTo('files/link', 'link-target')],
    ['a file becomes a link to what it was', () => relink('folder/two')],
    ['bytes move from one file to the next', () => write({ one: 'o', 'folder/two': 'netwo' })],
    ['the language of the user changes', () => (process.env['LC_ALL'] = 'tr_TR.UTF-8')],
  ])('%s', async (_, change) => {
    const { LC_ALL } = process.env;
    utimesSync(join(directory, 'parts/hello.ts'), 1, 1);
    utimesSync(join(directory, 'files/builder'), 1, 1);
    await run();
    expect(recalled()).toBeDefined();
    try {
      change();
      expect(recalled()).toBeUndefined();
    } finally {
      if (LC_ALL === undefined) delete process.env['LC_ALL'];
      else process.env['LC_ALL'] = LC_ALL;
    }
  });

  it('the program is another', async () => {
    await run();
    expect(recallChain(directory, 'another')).toBeUndefined();
  });

  it.each<[string, (bytes: Buffer) => Buffer]>([
    ['shorter', (bytes) => bytes.subarray(0, -1)],
    ['longer', (bytes) => Buffer.concat([bytes, Buffer.from(' ')])],
    ['empty', () => Buffer.alloc(0)],
    ['one bit different', (bytes) => flipped(bytes, bytes.lastIndexOf('hello-1'))],
    ['one bit different before', (bytes) => flipped(bytes, bytes.indexOf('hello-1'))],
  ])('what was remembered is %s', async (_, damage) => {
    await run();
    const file = join(cache, 'zilch/known', readdirSync(join(cache, 'zilch/known'))[0]!);
    writeFileSync(file, damage(readFileSync(file)));
    expect(recalled()).toBeUndefined();
  });

  it('a file was changed while it ran', async () => {
    await settle();
    const since = Date.now();
    const prepared = unwrap(await prepareChain(unwrap(await loadChain(directory)).chain, openStore()));
    write({ 'files/builder': 'another' });
    await rememberChain(directory, prepared, since, PROGRAM);
    expect(recalled()).toBeUndefined();
  });
});

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at]! ^= 1;
  return copy;
}

/** Moves something elsewhere, with a link to it in its place. */
function relink(name: string): void {
  const elsewhere = join(tempDirectory(), 'elsewhere');
  renameSync(join(directory, name), elsewhere);
  symlinkSync(elsewhere, join(directory, name));
}

function relinkTo(name: string, target: string): void {
  rmSync(join(directory, name));
  symlinkSync(target, join(directory, name));
}

describe('nothing is remembered of a chain that may look at', () => {
  it.each([
    ['its environment', "'1'", "String(process.env['HOME'] === '/')"],
    ['its environment, by a name of its own', 'const files', 'const { env } = process;\nconst files'],
    ['its environment, by way of all globals', "'1'", 'String(typeof globalThis)'],
    ['the clock', "'1'", 'String(new Date().getFullYear())'],
    ['chance', "'1'", "String(Math.random()).replace('.', '')"],
    ['other files', 'import { local,', "import { readFileSync } from 'node:fs';\nimport { local,"],
    ['other files, by a call', 'const files', "const fs = require('node:fs');\nconst files"],
    ['a file that is no TypeScript', 'import { local,', "import './other.js';\nimport { local,"],
    ['packages', 'import { local,', "import 'tool';\nimport { local,"],
    ['modules by names that it makes', 'const files', "const other = await import('./' + 'other.ts');\nconst files"],
    ['what it makes a program of', "'1'", "String(eval('1'))"],
  ])('%s', async (_, old, changed) => {
    mkdirSync(join(directory, 'node_modules/tool'), { recursive: true });
    write({ 'node_modules/tool/index.js': '', 'parts/other.ts': '', 'parts/other.js': '', 'parts/hello.ts': HELLO.replace(old, changed) });
    await run();
    expect(recalled()).toBeUndefined();
  });

  it('none of that because its scripts do', async () => {
    write({ 'parts/hello.ts': HELLO.replace("'true'", '\'process.env; new Date(); node:fs; require("x"); globalThis\'') });
    await run();
    expect(recalled()).toBeDefined();
  });
});
