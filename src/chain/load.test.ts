import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadChain, OWN_CHAIN } from './load.js';

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
