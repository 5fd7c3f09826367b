import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { tempDirectory } from '../../test/support/store.js';
import { makeTextPath, type Derivation, type StorePath } from '../formats/index.js';
import type { NewPath } from '../store/index.js';
import { checkReferenceRules } from './rules.js';
import { checkSelfReferences } from './self-reference.js';

const [out, library, deep] = ['out', 'library', 'deep'].map((name) => makeTextPath(name, '', [])) as [StorePath, StorePath, StorePath];
const drv = (env: Readonly<Record<string, string>>): Derivation => ({ name: 'x', env: new Map(Object.entries(env)) }) as unknown as Derivation;

/** One output that refers to these. */
function made(...references: readonly StorePath[]): ReadonlyMap<string, NewPath> {
  const hostPath = join(tempDirectory(), 'tree');
  mkdirSync(hostPath);
  writeFileSync(join(hostPath, 'file'), references.join('\n'));
  return new Map([['out', { hostPath, info: { path: out, references } as unknown as NewPath['info'] }]]);
}

/** The library refers to what lies deeper. */
const referencesOf = (path: StorePath): readonly StorePath[] => (path === library ? [deep] : []);
const check = (env: Readonly<Record<string, string>>, ...references: readonly StorePath[]) =>
  checkReferenceRules(drv(env), made(...references), referencesOf);

describe('what outputs may refer to', () => {
  test.each([
    [{}, true],
    [{ allowedReferences: library }, true],
    [{ allowedReferences: '' }, false],
    [{ allowedReferences: deep }, false],
    [{ disallowedReferences: library }, false],
    [{ disallowedReferences: deep }, true],
    [{ allowedRequisites: `${library} ${deep}` }, true],
    [{ allowedRequisites: library }, false],
    [{ disallowedRequisites: deep }, false],
    [{ disallowedRequisites: library }, false],
    [{ disallowedRequisites: out }, true],
  ])('%j: %j', async (env, holds) => {
    const result = await check(env, library);
    expect(result.ok).toBe(holds);
    if (!result.ok) expect(result.failure.code).toBe('E_REFERENCES');
  });

  test('must be written so that it can be read', async () => {
    expect(await check({ allowedReferences: 'nonsense' }, library)).toMatchObject({ failure: { code: 'E_REFERENCES' } });
  });
});

describe('an output that names itself', () => {
  test.each(['disallowedReferences', 'noSelfReferences'])('is refused by %s, where that lists it', async (attribute) => {
    const result = await checkSelfReferences(drv({ [attribute]: 'lib out' }), made(out));
    expect(result).toMatchObject({ ok: false, failure: { code: 'E_SELF_REFERENCE' } });
  });

  test('is let be where nothing lists it, and another is not taken for it', async () => {
    expect((await checkSelfReferences(drv({}), made(out))).ok).toBe(true);
    expect((await checkSelfReferences(drv({ noSelfReferences: 'out' }), made(library))).ok).toBe(true);
  });
});
