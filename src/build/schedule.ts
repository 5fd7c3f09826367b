/** Runs a graph's nodes, several at once, each after its inputs. Knows nothing of what running means. */
import type { DrvPath } from '../formats/index.js';
import type { Graph, GraphNode } from './graph.js';

/** How a node ended. */
export type Outcome = 'done' | 'failed' | 'skipped';

export interface ScheduleOptions {
  /** How many nodes run at once, at least 1. */
  readonly jobs: number;
  /**
   * After a failure, still start nodes that do not depend on it. Otherwise running nodes finish and no more are
   * started.
   */
  readonly keepGoing: boolean;
  /** Whether a node may run beside those that run; all may when left out. One alone always may. */
  readonly fits?: (node: GraphNode, running: ReadonlySet<GraphNode>) => boolean;
  /** Higher goes first. */
  readonly rank: ReadonlyMap<DrvPath, number>;
  /** If aborted, no more nodes are started; `run` must stop the running ones. */
  readonly signal: AbortSignal;
  /** Runs one node; true if its dependents may run. Rejects only for a bug. */
  readonly run: (node: GraphNode) => Promise<boolean>;
}

/** Runs the graph to its end. Rejects only if `run` does, after all running nodes have ended. */
export async function schedule(graph: Graph, options: ScheduleOptions): Promise<ReadonlyMap<DrvPath, Outcome>> {
  const outcomes = new Map<DrvPath, Outcome>();
  const waitingFor = new Map([...graph.values()].map((node) => [node.drvPath, node.inputs.length]));
  const ready = [...graph.values()].filter((node) => node.inputs.length === 0);
  const running = new Map<GraphNode, Promise<void>>();
  const bugs: unknown[] = [];
  const rankOf = (node: GraphNode): number => options.rank.get(node.drvPath) ?? 0;
  let stopped = false;

  const finish = (node: GraphNode, succeeded: boolean): void => {
    outcomes.set(node.drvPath, succeeded ? 'done' : 'failed');
    if (!succeeded) {
      stopped ||= !options.keepGoing;
      return;
    }
    for (const dependent of node.dependents) {
      const left = (waitingFor.get(dependent) ?? 0) - 1;
      waitingFor.set(dependent, left);
      const next = graph.get(dependent);
      if (left === 0 && next !== undefined) ready.push(next);
    }
  };
  const start = (node: GraphNode): void => {
    const job = options
      .run(node)
      .then(
        (succeeded) => finish(node, succeeded),
        (error: unknown) => {
          bugs.push(error);
          finish(node, false);
        },
      )
      .finally(() => running.delete(node));
    running.set(node, job);
  };

  const startReady = (): void => {
    while (ready.length > 0 && running.size < options.jobs && !stopped && bugs.length === 0 && !options.signal.aborted) {
      ready.sort((a, b) => rankOf(b) - rankOf(a));
      const nodes = new Set(running.keys());
      const at = running.size === 0 ? 0 : ready.findIndex((node) => options.fits?.(node, nodes) ?? true);
      if (at < 0) return;
      start(ready.splice(at, 1)[0]!);
    }
  };

  startReady();
  while (running.size > 0) {
    await Promise.race(running.values());
    startReady();
  }
  if (bugs.length > 0) throw bugs[0];
  for (const drvPath of graph.keys()) if (!outcomes.has(drvPath)) outcomes.set(drvPath, 'skipped');
  return outcomes;
}
