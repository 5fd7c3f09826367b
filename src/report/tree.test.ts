import { describe, expect, it } from 'vitest';
import { closureTree, treeOf } from './tree.js';

const needs: Readonly<Record<string, readonly string[]>> = { mpfr: ['gmp'], mpc: ['gmp', 'mpfr'], gcc: ['mpc', 'sed'] };

describe('a graph', () => {
  it('is a tree in which what several need is unfolded once', () => {
    const lines = treeOf('gcc', (id) => needs[id] ?? []);
    expect(lines.map(({ depth, id, seenBefore }) => `${' '.repeat(depth)}${id}${seenBefore ? ' …' : ''}`)).toEqual([
      'gcc',
      ' mpc',
      '  gmp',
      '  mpfr',
      '   gmp',
      ' sed',
    ]);
    expect(treeOf('a', (id) => (id === 'a' ? ['b', 'b'] : id === 'b' ? ['c'] : [])).map(({ seenBefore }) => seenBefore)).toEqual([
      false,
      false,
      false,
      true,
    ]);
  });

  it('is no deeper than a tree may be', () => {
    const deep = 50_000;
    expect(treeOf('0', (id) => (Number(id) < deep ? [String(Number(id) + 1)] : []))).toHaveLength(deep + 1);
  });
});

describe('a closure', () => {
  it('is a tree with the sizes of each path, alone and with all it refers to, the largest first', () => {
    const paths = [
      { path: 'top', narSize: 1, references: ['top', 'small', 'left', 'right'] },
      { path: 'left', narSize: 10, references: ['base'] },
      { path: 'right', narSize: 20, references: ['base'] },
      { path: 'base', narSize: 100, references: ['base'] },
      { path: 'small', narSize: 5, references: [] },
    ];
    expect(closureTree('top', paths).map(({ depth, id, own, whole, seenBefore }) => [depth, id, own, whole, seenBefore])).toEqual([
      [0, 'top', 1, 136, false],
      [1, 'right', 20, 120, false],
      [2, 'base', 100, 100, false],
      [1, 'left', 10, 110, false],
      [2, 'base', 100, 100, false],
      [1, 'small', 5, 5, false],
    ]);
  });
});
