import { Option, type Command } from 'commander';
import { dependencyGraph, loadChain, type DependencyGraph } from '../../chain/index.js';
import { ok, type Result } from '../../result.js';
import { perform, withChain, type ChainOptions } from '../command.js';
import { print, printJson } from '../output.js';
import { withSession, type Session } from '../session.js';

const FORMATS = ['text', 'dot', 'json', 'svg'] as const;

/** `zilch graph` */
export function register(command: Command): void {
  withChain(command);
  command.addOption(
    new Option('--format <format>', 'how to print it; dot is for Graphviz, svg a picture with sizes and times').choices(FORMATS).default('text'),
  );
  command.option('--svg', 'short for --format svg');
  perform(command, async (options: ChainOptions & { format: (typeof FORMATS)[number]; svg?: true }) => {
    // Only the picture needs a store, for what is built.
    if (options.svg === true || options.format === 'svg') return withSession(options, picture);
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

async function picture(session: Session): Promise<Result<undefined>> {
  const { collectReport } = await import('../../inspect/index.js');
  const { drawGraph, layoutChain, svgFile } = await import('../../report/index.js');
  const report = await collectReport(session);
  if (!report.ok) return report;
  print(svgFile(drawGraph(report.value, await layoutChain(report.value))));
  return ok(undefined);
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
