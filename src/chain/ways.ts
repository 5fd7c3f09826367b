/** Ways through a graph of dependencies: what something needs, who needs it, and how the one leads to the other. */
import type { DependencyGraph, DependencyNode } from './dependencies.js';

/** The part of a graph that some nodes need, themselves included; in the graph's order. */
export function neededPart(graph: DependencyGraph, ids: Iterable<string>): DependencyGraph {
  const needed = new Set(ids);
  for (const id of needed) for (const need of graph.get(id)?.needs ?? []) needed.add(need.id);
  return new Map([...graph].filter(([id]) => needed.has(id)));
}

/** For each node, the nodes that need it directly; in the graph's order. */
export function usersOf(graph: DependencyGraph): ReadonlyMap<string, readonly string[]> {
  const users = new Map<string, string[]>([...graph.keys()].map((id) => [id, []]));
  for (const { id, needs } of graph.values()) for (const need of needs) users.get(need.id)?.push(id);
  return users;
}

/** All nodes that need a node, directly or not, without itself; each after those of them that it needs. */
export function allUsersOf(graph: DependencyGraph, id: string): readonly DependencyNode[] {
  const users = usersOf(graph);
  const found = new Set(users.get(id));
  for (const one of found) for (const user of users.get(one) ?? []) found.add(user);
  return [...graph.values()].filter((node) => found.has(node.id));
}

/** The part of a graph that lies on any way from one node to another, both included; empty where there is no way. */
export function waysBetween(graph: DependencyGraph, from: string, to: string): DependencyGraph {
  const below = neededPart(graph, [from]);
  const above = new Set([to, ...allUsersOf(below, to).map(({ id }) => id)]);
  if (!above.has(from)) return new Map();
  return new Map(
    [...below].filter(([id]) => above.has(id)).map(([id, node]) => [id, { ...node, needs: node.needs.filter((need) => above.has(need.id)) }]),
  );
}

/** The largest sum of weights along any way of needs within some nodes, which must come after what they need. */
export function longestWay(nodes: readonly DependencyNode[], weight: (id: string) => number): number {
  const sums = new Map<string, number>();
  for (const { id, needs } of nodes) sums.set(id, weight(id) + Math.max(0, ...needs.map((need) => sums.get(need.id) ?? 0)));
  return Math.max(0, ...sums.values());
}
