import type { Command } from 'commander';
import { dependencyGraph, loadChain, whyNeeded, type DependencyGraph } from '../../chain/index.js';
import { fail, ok, type Result } from '../../result.js';
import { perform, withChainDirectory, withJson, type ChainOptions } from '../command.js';
import { EXIT } from '../exit-code.js';
import { printJson, printLine } from '../output.js';

/** `zilch why A B` */
export function register(command: Command): void {
  command.argument('<a>', 'what needs').argument('<b>', 'what is needed: a target, a source’s file, `seed:tcc`; `zilch graph` shows all names');
  withJson(withChainDirectory(command));
  command.addHelpText('after', '\nPrints a shortest way from A to B, and exits with 1 when A does not need B.');
  perform(command, async (a: string, b: string, options: ChainOptions & { json?: true }) => {
    const loaded = await loadChain(options.chain);
    if (!loaded.ok) return loaded;
    const graph = dependencyGraph(loaded.value.chain);
    for (const name of [a, b]) {
      const known = check(graph, name);
      if (!known.ok) return known;
    }
    const way = whyNeeded(graph, a, b);
    if (options.json === true) printJson(way ?? null);
    else if (way === undefined) printLine(`${a} does not need ${b}`);
    else for (const line of explain(graph, way)) printLine(line);
    return ok(way === undefined ? EXIT.failed : undefined);
  });
}

function check(graph: DependencyGraph, name: string): Result<void> {
  return graph.has(name) ? ok(undefined) : fail('E_TARGET', `nothing in the chain is called "${name}"`, '`zilch graph` shows all names');
}

function explain(graph: DependencyGraph, way: readonly string[]): string[] {
  return way.map((id, index) => {
    const user = index === 0 ? undefined : graph.get(way[index - 1]!);
    const outputs = user?.needs.find((need) => need.id === id)?.outputs ?? [];
    return index === 0 ? id : `${'  '.repeat(index)}needs ${id}${outputs.length === 0 ? '' : ` (${outputs.join(', ')})`}`;
  });
}
