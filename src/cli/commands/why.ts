import type { Command } from 'commander';
import { loadChain, waysBetween, whyNeeded, type DependencyGraph } from '../../chain/index.js';
import { treeOf } from '../../report/index.js';
import { ok } from '../../result.js';
import { perform, withChainDirectory, withJson, type ChainOptions } from '../command.js';
import { EXIT } from '../exit-code.js';
import { graphWith } from '../graph-names.js';
import { printJson, printLine } from '../output.js';

/** `zilch why A B` */
export function register(command: Command): void {
  command.argument('<a>', 'what needs').argument('<b>', 'what is needed: a target, a source’s file, `seed:tcc`; `zilch graph` shows all names');
  withJson(withChainDirectory(command)).option('--all', 'every way, as a tree in which what is needed twice is unfolded once');
  command.addHelpText('after', '\nPrints a shortest way from A to B, and exits with 1 when A does not need B. Who needs B at all: zilch uses B.');
  perform(command, async (a: string, b: string, options: ChainOptions & { json?: true; all?: true }) => {
    const loaded = await loadChain(options.chain);
    if (!loaded.ok) return loaded;
    const graph = graphWith(loaded.value, [a, b]);
    if (!graph.ok) return graph;
    const way = whyNeeded(graph.value, a, b);
    if (way === undefined) {
      if (options.json === true) printJson(options.all === true ? [] : null);
      else printLine(`${a} does not need ${b}`);
      return ok(EXIT.failed);
    }
    const ways = options.all === true ? waysBetween(graph.value, a, b) : undefined;
    if (options.json === true) printJson(ways === undefined ? way : [...ways.values()]);
    else for (const line of ways === undefined ? explain(graph.value, way) : explainAll(ways, a)) printLine(line);
    return ok(undefined);
  });
}

function explain(graph: DependencyGraph, way: readonly string[]): string[] {
  return way.map((id, index) => {
    const user = index === 0 ? undefined : graph.get(way[index - 1]!);
    const outputs = user?.needs.find((need) => need.id === id)?.outputs ?? [];
    return index === 0 ? id : `${'  '.repeat(index)}needs ${id}${outputs.length === 0 ? '' : ` (${outputs.join(', ')})`}`;
  });
}

function explainAll(ways: DependencyGraph, from: string): string[] {
  const lines = treeOf(from, (id) => ways.get(id)?.needs.map((need) => need.id) ?? []);
  return lines.map(({ depth, id, seenBefore }) => `${'  '.repeat(depth)}${depth === 0 ? '' : 'needs '}${id}${seenBefore ? ', as above' : ''}`);
}
