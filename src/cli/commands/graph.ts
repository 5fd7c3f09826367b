import { Option, type Command } from 'commander';
import { dependencyGraph, findTarget, loadChain, neededPart, type DependencyGraph } from '../../chain/index.js';
import type { Chain } from '../../recipe/index.js';
import { ok, type Result } from '../../result.js';
import { withView, type Session } from '../../workspace/index.js';
import { perform, withChain, type ChainOptions } from '../command.js';
import { wrap } from '../format.js';
import { print, printJson } from '../output.js';

const FORMATS = ['text', 'dot', 'json', 'svg'] as const;

/** `zilch graph` */
export function register(command: Command): void {
  withChain(command.argument('[target...]', 'only what these need (default: the whole chain)'));
  command.addOption(
    new Option('--format <format>', 'how to print it; dot is for Graphviz, svg a picture with sizes and times').choices(FORMATS).default('text'),
  );
  command.option('--svg', 'short for --format svg');
  perform(command, async (targets: readonly string[], options: ChainOptions & { format: (typeof FORMATS)[number]; svg?: true }) => {
    // Only the picture needs a store, to show what is built.
    if (options.svg === true || options.format === 'svg') return withView(options, (session) => picture(session, targets));
    const loaded = await loadChain(options.chain);
    if (!loaded.ok) return loaded;
    const names = namesOf(loaded.value.chain, targets);
    if (!names.ok) return names;
    const whole = dependencyGraph(loaded.value.chain);
    const graph = names.value.length === 0 ? whole : neededPart(whole, names.value);
    switch (options.format) {
      case 'text':
        print(toText(graph, process.stdout.columns || 100));
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

async function picture(session: Session, targets: readonly string[]): Promise<Result<undefined>> {
  const names = namesOf(session.loaded.chain, targets);
  if (!names.ok) return names;
  const { collectReport } = await import('../../inspect/index.js');
  const { drawGraph, layoutChain, partOf, svgFile } = await import('../../report/index.js');
  const report = await collectReport(session);
  if (!report.ok) return report;
  const shown = names.value.length === 0 ? report.value : partOf(report.value, names.value);
  print(svgFile(drawGraph(shown, await layoutChain(shown))));
  return ok(undefined);
}

function namesOf(chain: Chain, targets: readonly string[]): Result<readonly string[]> {
  const names: string[] = [];
  for (const name of targets) {
    const found = findTarget(chain, name);
    if (!found.ok) return found;
    names.push(found.value.target.name);
  }
  return ok(names);
}

/** Stage by stage, one line for each recipe, with its inputs; other recipes come first. */
function toText(graph: DependencyGraph, width: number): string {
  const recipes = [...graph.values()].filter(({ kind }) => kind === 'target' || kind === 'recipe');
  const isRecipe = new Set(recipes.map(({ id }) => id));
  const column = Math.min(28, Math.max(0, ...recipes.map(({ id }) => id.length)));
  const lines: string[] = [];
  let stage: string | undefined;
  recipes.forEach(({ id, needs }, index) => {
    // A recipe that is no target comes right before the first one that needs it.
    const inStage = recipes.slice(index).find((recipe) => recipe.stage !== undefined)?.stage;
    if (inStage !== stage) lines.push(...(stage === undefined ? [] : ['']), inStage ?? '');
    stage = inStage;
    const names = [...needs]
      .sort((a, b) => Number(isRecipe.has(b.id)) - Number(isRecipe.has(a.id)))
      .map((need) => `${need.id}${need.outputs.length === 0 || need.outputs.join() === 'out' ? '' : `^${need.outputs.join(',')}`}`);
    lines.push(...wrap(`  ${id.padEnd(column)}  <- ${names.join(' ')}`.trimEnd(), width, ' '.repeat(column + 7)));
  });
  return `${lines.join('\n')}\n`;
}

const SHAPES = { target: 'box', recipe: 'box, style=rounded', source: 'note', seed: 'diamond', local: 'folder', flake: 'folder' } as const;

function toDot(graph: DependencyGraph): string {
  const quote = (text: string): string => `"${text.replaceAll('"', '\\"')}"`;
  const nodes = [...graph.values()].map(({ id, kind }) => `  ${quote(id)} [shape=${SHAPES[kind]}];\n`);
  const edges = [...graph.values()].flatMap(({ id, needs }) =>
    needs.map((need) => `  ${quote(need.id)} -> ${quote(id)}${need.outputs.length === 0 ? '' : ` [label=${quote(need.outputs.join(', '))}]`};\n`),
  );
  return `digraph chain {\n${[...nodes, ...edges].join('')}}\n`;
}
