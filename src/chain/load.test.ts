import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadChain } from './load.js';
import { OWN_CHAIN } from './own-chain.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'zilch-chain-'));
});
afterEach(() => rm(directory, { recursive: true }));

/** Writes files, loads the chain, and returns the expected failure. */
async function failureOf(
  files: Readonly<Record<string, string>>,
): Promise<{ readonly code: string; readonly message: string; readonly hint?: string | undefined }> {
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text);
  const loaded = await loadChain(directory);
  if (loaded.ok) throw new Error('the chain loads');
  return loaded.failure;
}

const GOOD = `import { chain, recipe, sh, text } from 'zilch';
const hello = recipe({ name: 'hello', shell: '/bin/ash', script: sh\`echo hello > $out\` });
export default chain('hello', { only: { hello } });
`;

describe('loading a chain', () => {
  it('gives what chain.ts exports, and knows the line of each recipe', async () => {
    await writeFile(join(directory, 'chain.ts'), GOOD);
    const loaded = await loadChain(directory);
    expect(loaded).toMatchObject({ ok: true, value: { directory, pinsFile: join(directory, 'pins.json'), chain: { defaultTarget: 'hello' } } });
    if (loaded.ok) expect(loaded.value.chain.targets[0]?.recipe.location).toEqual({ file: join(directory, 'chain.ts'), line: 2 });
  });

  it('works for the chain that comes with Zilch', async () => {
    expect(await loadChain(OWN_CHAIN)).toMatchObject({ ok: true });
  });

  it('lets a chain elsewhere use the recipes of the one that comes with Zilch', async () => {
    await writeFile(
      join(directory, 'chain.ts'),
      `import { chain, recipe, sh, text } from 'zilch';
import { protobusybox } from 'zilch/bootstrap/1-stage1/index.ts';
export default chain('hello', { only: { hello: recipe({ name: 'hello', shell: text\`\${protobusybox}/bin/ash\`, script: sh\`echo > $out\` }) } });
`,
    );
    expect(await loadChain(directory)).toMatchObject({ ok: true });
  });

  it('fails where there is none, and says what is missing', async () => {
    expect(await failureOf({})).toMatchObject({ code: 'E_NO_CHAIN', message: `there is no ${join(directory, 'chain.ts')}` });
  });

  it('points at the line of a mistake in a recipe', async () => {
    const failure = await failureOf({ 'chain.ts': GOOD.replace("name: 'hello'", "name: 'hello world'") });
    expect(failure.code).toBe('E_RECIPE');
    expect(failure.message).toMatch(new RegExp(`^${join(directory, 'chain.ts')}:2: "hello world" cannot be`));
  });

  it('points at the line that throws', async () => {
    const failure = await failureOf({
      'chain.ts': `import { thing } from './thing.ts';\nexport default thing;\n`,
      'thing.ts': `\n\nexport const thing = JSON.parse('{');\n`,
    });
    expect(failure.code).toBe('E_CHAIN');
    expect(failure.message.startsWith(`${join(directory, 'thing.ts')}:3: `)).toBe(true);
  });

  it('explains recipe files that import each other in a cycle', async () => {
    const failure = await failureOf({
      'chain.ts': `import { a } from './a.ts';\nimport { chain } from 'zilch';\nexport default chain('a', { only: { a } });\n`,
      'a.ts': `import { recipe, sh } from 'zilch';\nimport { b } from './b.ts';\nexport const a = recipe({ name: 'a', shell: '/sh', script: sh\`\${b}\` });\n`,
      'b.ts': `import { recipe, sh } from 'zilch';\nimport { a } from './a.ts';\nexport const b = recipe({ name: 'b', shell: '/sh', script: sh\`\${a}\` });\n`,
    });
    expect(failure.message.startsWith(`${join(directory, 'b.ts')}:3: `)).toBe(true);
    expect(failure.hint).toContain('cycle');
  });

  it('tells what is undefined from what a circle leaves behind', async () => {
    const wrong = async (script: string): Promise<Awaited<ReturnType<typeof failureOf>>> =>
      failureOf({ 'chain.ts': GOOD.replace('sh`echo hello > $out`', script) });
    const variable = await wrong('sh`\n  echo ${1} hello\n  echo ${process.env.ZILCH_NO_SUCH} > $out`');
    expect(variable).toMatchObject({ code: 'E_RECIPE', hint: expect.stringContaining('not set') as string });
    expect(variable.message).toMatch(/chain.ts:2: \$\{process.env.ZILCH_NO_SUCH\} is undefined$/);
    const misspelt = await wrong('sh`echo ${text.nothing} > $out`');
    expect(misspelt.message).toMatch(/chain.ts:2: \$\{text.nothing\} is undefined$/);
    expect(misspelt.hint).not.toContain('circle');
    const entry = await wrong('sh`echo > $out`, path: [text.nothing]');
    expect(entry.message).toMatch(/chain.ts:2: entry 1 of the path of recipe hello is undefined$/);
    expect((await wrong('sh`echo ${text} > $out`')).message).toMatch(/the function text is interpolated/);
  });

  it('names the recipe that stands in the place of `self`, and what is used above its line', async () => {
    const own = await failureOf({ 'chain.ts': GOOD.replace('> $out`', '> $out`, test: () => ({ script: sh`${hello}` })') });
    expect(own.message).toMatch(/chain.ts:2: .*hello.*before initialization/);
    expect(own.hint).toContain('test: (self) =>');
    const late = await failureOf({ 'chain.ts': GOOD.replace('hello > $out', '${later} > $out').replace('export', "const later = 'x';\nexport") });
    expect(late.hint).toBe('later is made below the line that uses it: put it above');
  });

  it('misses a shell, a builder, and what a file is beside', async () => {
    const changed = async (from: string, to: string): Promise<string> => (await failureOf({ 'chain.ts': GOOD.replace(from, to) })).message;
    expect(await changed("shell: '/bin/ash', ", '')).toMatch(/:2: recipe hello has a script and no shell$/);
    expect(await changed("shell: '/bin/ash', script: sh`echo hello > $out`", '')).toMatch(/:2: recipe hello has neither a script nor a builder$/);
    expect(await changed("shell: '/bin/ash', script: sh`echo hello > $out`", "builder: '/bin/ash'")).toMatch(
      /:2: recipe hello has a builder and no args$/,
    );
    const beside = GOOD.replace('recipe, sh', 'local, recipe, sh').replace('echo hello', "${local('./hello.c', 'name')}");
    expect((await failureOf({ 'chain.ts': beside })).message).toMatch(/:2: local\("\.\/hello\.c", …\) does not say beside what$/);
  });

  it('points at lines in a folder whose name has spaces and parentheses', async () => {
    const odd = join(directory, 'my chain (new)');
    await mkdir(odd);
    await writeFile(join(odd, 'chain.ts'), `\n\nJSON.parse('{');\n`);
    expect(await loadChain(odd)).toMatchObject({ failure: { message: expect.stringMatching(/^.*my chain \(new\)\/chain.ts:3: /) as string } });
  });

  it('names an import that does not exist', async () => {
    const failure = await failureOf({ 'chain.ts': `import { a } from './missing.ts';\nexport default a;\n` });
    expect(failure).toMatchObject({ code: 'E_CHAIN' });
    expect(failure.message).toContain('./missing.ts');
  });

  it('names a file that is no TypeScript', async () => {
    const failure = await failureOf({ 'chain.ts': 'export default {{{;\n' });
    expect(failure.code).toBe('E_CHAIN');
    expect(failure.message).toContain('chain.ts');
  });

  it('wants a chain, not something else', async () => {
    expect(await failureOf({ 'chain.ts': 'export default 3;\n' })).toMatchObject({
      code: 'E_CHAIN',
      message: `${join(directory, 'chain.ts')} does not export a chain`,
    });
  });
});
