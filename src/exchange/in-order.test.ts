import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inOrder } from './in-order.js';

describe('putting things in order', () => {
  it('puts everything behind what it needs, whatever the graph', () => {
    const graph = fc.array(fc.array(fc.nat(30), { maxLength: 5 }), { maxLength: 30 });
    fc.assert(
      fc.property(graph, (edges) => {
        // Edges to smaller numbers only: no circles.
        const needs = new Map(edges.map((to, from) => [String(from), to.filter((other) => other <= from).map(String)]));
        const ordered = inOrder([...needs.keys()].reverse(), (thing) => needs.get(thing) ?? []);
        if (!ordered.ok) throw new Error(ordered.failure.message);
        expect([...ordered.value].sort()).toEqual([...needs.keys()].sort());
        for (const [thing, others] of needs)
          for (const other of others) expect(ordered.value.indexOf(other)).toBeLessThanOrEqual(ordered.value.indexOf(thing));
      }),
    );
  });

  it('finds circles, and forgives what needs only itself', () => {
    const circle: Record<string, string[]> = { a: ['b'], b: ['c'], c: ['b'] };
    expect(inOrder(Object.keys(circle), (thing) => circle[thing] ?? [])).toMatchObject({ ok: false, failure: { code: 'E_CYCLE' } });
    expect(inOrder(['a'], () => ['a', 'elsewhere'])).toEqual({ ok: true, value: ['a'] });
  });

  it('follows a chain of a hundred thousand', () => {
    const ordered = inOrder(
      Array.from({ length: 100_000 }, (_, index) => String(index)),
      (thing) => [String(Number(thing) + 1)],
    );
    expect(ordered.ok && ordered.value[0]).toBe('99999');
  });
});
