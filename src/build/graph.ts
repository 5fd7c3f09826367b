/**
 * The derivations that one run is about, as a graph: pure, and in terms of derivations as written (before resolution).
 */
import { type Derivation, type DrvPath } from '../formats/index.js';
import { fail, ok, type Result } from '../result.js';

/** A derivation that has to be built, and how it hangs together with the others that have to. */
export interface GraphNode {
  readonly drvPath: DrvPath;
  readonly drv: Derivation;
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
  const inputs = new Map<DrvPath, DrvPath[]>();
  const dependents = new Map<DrvPath, DrvPath[]>();
  const open = new Set<DrvPath>();
  const visit = (drvPath: DrvPath, neededBy: DrvPath | undefined): Result<void> => {
    const drv = closure.get(drvPath);
    if (drv === undefined) {
      return fail('E_GRAPH', `the derivation ${drvPath}${neededBy === undefined ? '' : `, needed by ${neededBy},`} is not known`);
    }
    if (open.has(drvPath)) return fail('E_CYCLE', `the derivation ${drvPath} needs itself`);
    if (inputs.has(drvPath)) return ok(undefined);
    open.add(drvPath);
    const unrealised: DrvPath[] = [];
    for (const [input, outputNames] of drv.inputDrvs) {
      if (isRealised(input, outputNames)) continue;
      const visited = visit(input, drvPath);
      if (!visited.ok) return visited;
      unrealised.push(input);
    }
    open.delete(drvPath);
    inputs.set(drvPath, unrealised);
    dependents.set(drvPath, []);
    for (const input of unrealised) dependents.get(input)?.push(drvPath);
    return ok(undefined);
  };
  for (const { drvPath, outputs } of wanted) {
    if (isRealised(drvPath, outputs)) continue;
    const visited = visit(drvPath, undefined);
    if (!visited.ok) return visited;
  }
  const nodes = [...inputs].map(([drvPath, needs]): [DrvPath, GraphNode] => [
    drvPath,
    { drvPath, drv: closure.get(drvPath) as Derivation, inputs: needs, dependents: dependents.get(drvPath) ?? [] },
  ]);
  return ok(new Map(nodes));
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
