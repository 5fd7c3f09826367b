import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openStore, tempDirectory } from '../../test/support/store.js';
import { unwrap, type Failure } from '../result.js';
import { loadChain } from './load.js';
import { prepareChain } from './prepare.js';

async function failureOf(recipe: string): Promise<Failure> {
  const directory = mkdtempSync(join(tempDirectory(), 'chain-'));
  writeFileSync(
    join(directory, 'chain.ts'),
    `import { chain, hexProgram, local, recipe, seed, sh } from 'zilch';\n\nconst it = recipe({ name: 'it', shell: '/sh', script: sh\`${recipe}\` });\nexport default chain('it', { only: { it } });\n`,
  );
  const { chain } = unwrap(await loadChain(directory));
  const prepared = await prepareChain(chain, openStore());
  if (prepared.ok) throw new Error('the chain can be prepared');
  return prepared.failure;
}

describe('a recipe', () => {
  it('whose file is not there is told its line', async () => {
    const failure = await failureOf("${local(import.meta.url, './missing.patch')}");
    expect(failure.code).toBe('E_RECIPE');
    expect(failure.message).toMatch(/chain\.ts:3: there is no \/.*\/missing\.patch$/);
    expect((await failureOf("${local(import.meta.url, './', { only: ['missing'] })}")).message).toMatch(/chain\.ts:3: /);
    expect((await failureOf("${hexProgram(import.meta.url, './chain.ts', { name: 'x', bytes: 3 })}")).message).toMatch(/chain\.ts:3: /);
  });

  it('that needs a seed which nobody gives is a recipe that is wrong, not a defect of Zilch', async () => {
    expect(await failureOf("${seed('tcc')}")).toMatchObject({ code: 'E_RECIPE', hint: expect.stringContaining('--seed') as string });
  });
});
