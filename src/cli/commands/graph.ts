import { Option, type Command } from 'commander';
import { dependencyGraph, loadChain, type DependencyGraph } from '../../chain/index.js';
import { ok } from '../../result.js';
import { perform, withChainDirectory, type ChainOptions } from '../command.js';
import { print, printJson } from '../output.js';

const FORMATS = ['text', 'dot', 'json'] as const;

/** `zilch graph` */
export function register(command: Command): void {
  withChainDirectory(command);
  command.addOption(new Option('--format <format>', 'how to print it; dot is for Graphviz').choices(FORMATS).default('text'));
  perform(command, async (options: ChainOptions & { format: (typeof FORMATS)[number] }) => {
    const loaded = await loadChain(options.chain);
    if (!loaded.ok) return loaded;
    const graph = dependencyGraph(loaded.value.chain);
    switch (options.format) {
      case 'text':
        print(toText(graph));
        break;
      case 'dot':
        print(toDot(graph));
        break;
      case 'json':
        printJson([...graph.values()]);
    }
    return ok(undefined);
  });
}

/** Each recipe with what it needs below it. */
function toText(graph: DependencyGraph): string {
  const recipes = [...graph.values()].filter(({ kind }) => kind === 'target' || kind === 'recipe');
  return recipes
    .map(
      ({ id, needs }) =>
        `${id}\n${needs.map((need) => `  ${[need.id, ...(need.outputs.length === 0 ? [] : [need.outputs.join(',')])].join('^')}\n`).join('')}`,
    )
    .join('');
}

const SHAPES = { target: 'box', recipe: 'box, style=rounded', source: 'note', seed: 'diamond', local: 'folder' } as const;

function toDot(graph: DependencyGraph): string {
  const quote = (text: string): string => `"${text.replaceAll('"', '\\"')}"`;
  const nodes = [...graph.values()].map(({ id, kind }) => `  ${quote(id)} [shape=${SHAPES[kind]}];\n`);
  const edges = [...graph.values()].flatMap(({ id, needs }) =>
    needs.map((need) => `  ${quote(need.id)} -> ${quote(id)}${need.outputs.length === 0 ? '' : ` [label=${quote(need.outputs.join(', '))}]`};\n`),
  );
  return `digraph chain {\n${[...nodes, ...edges].join('')}}\n`;
}
