import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DependencyGraph, DependencyNode } from './dependencies.js';
import { allUsersOf, longestWay, neededPart, usersOf, waysBetween } from './ways.js';

function graphOf(needs: Readonly<Record<string, readonly string[]>>): DependencyGraph {
  return new Map(
    Object.entries(needs).map(([id, ids]): [string, DependencyNode] => [
      id,
      { id, kind: 'target', stage: 'one', needs: ids.map((need) => ({ id: need, outputs: [] })) },
    ]),
  );
}

/** Two ways from top to gmp, and one that leads elsewhere. */
const graph = graphOf({ gmp: [], sed: [], mpfr: ['gmp'], mpc: ['gmp', 'mpfr'], gcc: ['mpc', 'sed'], other: ['sed'] });
const ids = (nodes: Iterable<{ readonly id: string }>): string[] => [...nodes].map(({ id }) => id);

describe('a graph of dependencies', () => {
  it('has parts that some need, and users of each', () => {
    expect([...neededPart(graph, ['mpc']).keys()]).toEqual(['gmp', 'mpfr', 'mpc']);
    expect(usersOf(graph).get('gmp')).toEqual(['mpfr', 'mpc']);
    expect(ids(allUsersOf(graph, 'gmp'))).toEqual(['mpfr', 'mpc', 'gcc']);
    expect(ids(allUsersOf(graph, 'gcc'))).toEqual([]);
  });

  it('has all ways from one to another, and nothing beside them', () => {
    const ways = waysBetween(graph, 'gcc', 'gmp');
    expect(Object.fromEntries([...ways].map(([id, { needs }]) => [id, ids(needs)]))).toEqual({
      gmp: [],
      mpfr: ['gmp'],
      mpc: ['gmp', 'mpfr'],
      gcc: ['mpc'],
    });
    expect(waysBetween(graph, 'gmp', 'gcc').size).toBe(0);
    expect(waysBetween(graph, 'other', 'gmp').size).toBe(0);
  });

  it('takes as long as its longest way', () => {
    expect(longestWay([...graph.values()], (id) => ({ gmp: 5, mpfr: 3, mpc: 1, gcc: 100, sed: 7, other: 1 })[id] ?? 0)).toBe(109);
    expect(longestWay([], () => 1)).toBe(0);
  });

  it('has every user of a user among the users', () => {
    const needs = fc.array(fc.array(fc.nat(9), { maxLength: 3 }), { maxLength: 12 });
    fc.assert(
      fc.property(needs, (lists) => {
        const random = graphOf(Object.fromEntries(lists.map((list, index) => [`n${index}`, list.filter((to) => to < index).map((to) => `n${to}`)])));
        for (const id of random.keys()) {
          const users = new Set(ids(allUsersOf(random, id)));
          for (const node of random.values()) expect(users.has(node.id)).toBe(node.id !== id && neededPart(random, [node.id]).has(id));
        }
      }),
    );
  });
});
