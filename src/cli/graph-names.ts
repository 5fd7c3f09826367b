import { dependencyGraph, type DependencyGraph, type LoadedChain } from '../chain/index.js';
import { fail, ok, type Result } from '../result.js';

/** The graph of a chain with all its nodes: targets, other recipes, files of sources, local files, `seed:tcc`. */
export function graphWith({ chain }: LoadedChain, names: readonly string[]): Result<DependencyGraph> {
  const graph = dependencyGraph(chain);
  for (const name of names) {
    if (graph.has(name)) continue;
    const near = [...graph.keys()].filter((id) => id.startsWith(name) || name.startsWith(`${id}^`)).slice(0, 5);
    return fail(
      'E_TARGET',
      `nothing in the chain is called "${name}"`,
      near.length === 0 ? '`zilch graph` shows all names' : `did you mean ${near.join(', ')}? \`zilch graph\` shows all names`,
    );
  }
  return ok(graph);
}
