/**
 * The derivations that one run is about, as a graph: pure, and in terms of derivations as written (before resolution).
 */
import { type Derivation, type DrvPath } from '../formats/index.js';
import { fail, ok, type Result } from '../result.js';

/** A derivation that has to be built, and how it hangs together with the others that have to. */
export interface GraphNode {
  readonly drvPath: DrvPath;
  readonly drv: Derivation;
  /** The outputs that are wanted of it, by the user or by other nodes. */
  readonly outputs: ReadonlySet<string>;
  /** Nodes it needs. */
  readonly inputs: readonly DrvPath[];
  /** Nodes that need it. */
  readonly dependents: readonly DrvPath[];
}

/** Nodes in topological order: each comes after its inputs. */
export type Graph = ReadonlyMap<DrvPath, GraphNode>;

/**
 * The part of `closure` that is needed for `wanted` and not realised. Does not look below a realised derivation, so that
 * a finished chain costs one look-up for each wanted derivation. Fails when the closure lacks a derivation or goes in a
 * circle, which only a corrupt one can: a derivation's path is a hash over its inputs.
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
 * How long the longest way from the start of each node to the end of everything is. What has the longest way ahead goes
 * first: the classic list-scheduling rule. `weight` must be positive, so that an input always outranks its dependents.
 */
export function criticalPath(graph: Graph, weight: (node: GraphNode) => number): ReadonlyMap<DrvPath, number> {
  const ranks = new Map<DrvPath, number>();
  for (const node of [...graph.values()].reverse()) {
    const after = Math.max(0, ...node.dependents.map((dependent) => ranks.get(dependent) ?? 0));
    ranks.set(node.drvPath, weight(node) + after);
  }
  return ranks;
}

/** How long a graph takes to build when `jobs` are built at once and `rank` says which go first. In the unit of `seconds`. */
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
