import { describe, expect, it } from 'vitest';
import { chain, recipe } from '../recipe/index.js';
import { findTarget } from './target-name.js';

const stage1 = recipe({ name: 'stage1', outputs: ['protobusybox', 'tinycc'], builder: '/tcc', args: [] });
const gnumake = recipe({ name: 'gnumake', builder: '/tcc', args: [] });
const example = chain('stage1', { a: { stage1, gnumake } });

describe('the name of a target', () => {
  it('means the whole target', () => {
    expect(findTarget(example, 'stage1')).toMatchObject({ ok: true, value: { target: { name: 'stage1' }, outputName: undefined } });
  });

  it('may name one output', () => {
    expect(findTarget(example, 'stage1^tinycc')).toMatchObject({ ok: true, value: { outputName: 'tinycc' } });
  });

  it.each([
    ['stag1', 'did you mean stage1?'],
    ['gmake', 'did you mean gnumake?'],
    ['clang', '`zilch list` shows all targets'],
    ['', '`zilch list` shows all targets'],
    ['stage1^tcc', 'its outputs: protobusybox, tinycc'],
    ['stage1^', 'its outputs: protobusybox, tinycc'],
    ['stage1^tinycc^out', 'its outputs: protobusybox, tinycc'],
  ])('fails with a hint when it is "%s"', (name, hint) => {
    const found = findTarget(example, name);
    expect(found).toMatchObject({ ok: false, failure: { code: 'E_TARGET' } });
    if (!found.ok) expect(found.failure.hint).toContain(hint);
  });
});
