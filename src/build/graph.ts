/**
 * The derivations of one run as a graph. Pure; derivations are as written (before resolution).
 */
import { type Derivation, type DrvPath } from '../formats/index.js';
import { fail, ok, type Result } from '../result.js';

/** A derivation to build, with its edges to the others. */
export interface GraphNode {
  readonly drvPath: DrvPath;
  readonly drv: Derivation;
  /** Its outputs that the user or other nodes want. */
  readonly outputs: ReadonlySet<string>;
  /** Nodes it needs. */
  readonly inputs: readonly DrvPath[];
  /** Nodes that need it. */
  readonly dependents: readonly DrvPath[];
}

/** Nodes in topological order: each comes after its inputs. */
export type Graph = ReadonlyMap<DrvPath, GraphNode>;

/**
 * The part of `closure` that `wanted` needs and that is not realised. It does not look below a realised derivation, so
 * a finished chain costs one look-up for each wanted derivation. Fails if the closure lacks a derivation or has a
 * cycle, which is possible only for a corrupt closure, because a derivation's path is a hash over its inputs.
 */
export function planGraph(
  closure: ReadonlyMap<DrvPath, Derivation>,
  wanted: Iterable<{ readonly drvPath: DrvPath; readonly outputs: readonly string[] }>,
  isRealised: (drvPath: DrvPath, outputNames: readonly string[]) => boolean,
): Result<Graph> {
  const nodes = new Map<DrvPath, { drvPath: DrvPath; drv: Derivation; outputs: Set<string>; inputs: DrvPath[]; dependents: DrvPath[] }>();
  const open = new Set<DrvPath>();
  const visit = (drvPath: DrvPath, outputNames: readonly string[], neededBy: DrvPath | undefined): Result<void> => {
    if (open.has(drvPath)) return fail('E_CYCLE', `the derivation ${drvPath} needs itself`);
    const known = nodes.get(drvPath);
    const drv = known?.drv ?? closure.get(drvPath);
    if (drv === undefined)
      return fail('E_GRAPH', `the derivation ${drvPath}${neededBy === undefined ? '' : `, which ${neededBy} needs,`} is not known`);
    for (const name of outputNames) {
      if (!drv.outputs.has(name))
        return fail('E_GRAPH', `the derivation ${drvPath} has no output "${name}"`, `it has: ${[...drv.outputs.keys()].join(', ')}`);
      known?.outputs.add(name);
    }
    if (known !== undefined) return ok(undefined);
    open.add(drvPath);
    const inputs: DrvPath[] = [];
    for (const [input, names] of drv.inputDrvs) {
      if (isRealised(input, names)) continue;
      const visited = visit(input, names, drvPath);
      if (!visited.ok) return visited;
      inputs.push(input);
    }
    open.delete(drvPath);
    for (const input of inputs) nodes.get(input)?.dependents.push(drvPath);
    nodes.set(drvPath, { drvPath, drv, outputs: new Set(outputNames), inputs, dependents: [] });
    return ok(undefined);
  };
  for (const { drvPath, outputs } of wanted) {
    if (isRealised(drvPath, outputs)) continue;
    const visited = visit(drvPath, outputs, undefined);
    if (!visited.ok) return visited;
  }
  return ok(nodes);
}

/**
 * The longest time from the start of each node to the end of the whole graph. Nodes with the longest time go first: the
 * classic list-scheduling rule. `weight` must be positive, so an input always ranks above its dependents.
 */
export function criticalPath(graph: Graph, weight: (node: GraphNode) => number): ReadonlyMap<DrvPath, number> {
  const ranks = new Map<DrvPath, number>();
  for (const node of [...graph.values()].reverse()) {
    const after = Math.max(0, ...node.dependents.map((dependent) => ranks.get(dependent) ?? 0));
    ranks.set(node.drvPath, weight(node) + after);
  }
  return ranks;
}

/** The time to build a graph with `jobs` builds at once, in the order of `rank`. In the unit of `seconds`. */
export function makespan(
  graph: Graph,
  { rank, jobs, seconds }: { readonly rank: ReadonlyMap<DrvPath, number>; readonly jobs: number; readonly seconds: (node: GraphNode) => number },
): number {
  const inputsLeft = new Map([...graph.values()].map(({ drvPath, inputs }) => [drvPath, inputs.length]));
  const ready = [...graph.values()].filter(({ inputs }) => inputs.length === 0);
  const building: { readonly node: GraphNode; readonly end: number }[] = [];
  let now = 0;
  for (;;) {
    ready.sort((a, b) => (rank.get(b.drvPath) ?? 0) - (rank.get(a.drvPath) ?? 0));
    for (const node of ready.splice(0, jobs - building.length)) building.push({ node, end: now + seconds(node) });
    building.sort((a, b) => a.end - b.end);
    const first = building.shift();
    if (first === undefined) return now;
    now = first.end;
    for (const dependent of first.node.dependents) {
      const left = (inputsLeft.get(dependent) ?? 0) - 1;
      inputsLeft.set(dependent, left);
      const node = graph.get(dependent);
      if (left === 0 && node !== undefined) ready.push(node);
    }
  }
}
