/** Where everything in the picture of a chain lies: seeds at the left, each stage a band, needs drawn as curves. */
import type { Graph } from '@viz-js/viz';
import type { ChainReport, SourceFacts } from './chain-report.js';

export interface ChainLayout {
  readonly width: number;
  readonly height: number;
  /** Bands of stages, from left to right. */
  readonly stages: readonly { readonly name: string; readonly x: number; readonly width: number }[];
  /** Left edge and middle of each node's box, by the recipe's id, or the store path of a seed or a source. */
  readonly nodes: readonly { readonly id: string; readonly x: number; readonly y: number }[];
  /**
   * From what is needed to what needs it; `path` is SVG's. Nearly everything needs the first packages, and a picture of
   * that would be a hatching: a need that others imply is `implied`, and only shown for a package that is pointed at.
   */
  readonly edges: readonly { readonly from: string; readonly to: string; readonly path: string; readonly implied: boolean }[];
}

/** What every node is given room for: a bubble and two lines of text beside it. In the units of the picture. */
export const NODE_BOX = { width: 176, height: 52 } as const;
const SOURCE_HEIGHT = 26;
/** In larger chains, sources are told on the packages' pages only. */
const MAX_RECIPES_WITH_SOURCES = 60;
/** Room around the picture, and above it for the names of the stages. */
export const MARGIN = { side: 28, top: 52, bottom: 28 } as const;

/**
 * Computes the layout with Graphviz, which takes seconds for hundreds of recipes. It depends on what needs what alone, so
 * that nothing moves while things are built.
 */
export async function layoutChain(report: ChainReport): Promise<ChainLayout> {
  const { instance } = await import('@viz-js/viz');
  const viz = await instance();
  const result = viz.renderJSON(graphOf(report), { engine: 'dot' }) as Rendered;
  return readLayout(result, report);
}

/** Graphviz reckons in points from the lower left corner; node sizes are in inches. */
const POINTS = 72;

function graphOf(report: ChainReport): Graph {
  const roots = report.recipes.filter(({ needs }) => needs.length === 0).map(({ id }) => id);
  const edges = edgesOf(report).drawn;
  // Recipes without a need of their own still come after the seed: nothing is there before it.
  const seeded = new Set(edges.map(({ head }) => head));
  const adrift = roots
    .filter((id) => !seeded.has(id))
    .flatMap((id) => report.seeds.slice(0, 1).map(({ path }) => ({ tail: path, head: id, attributes: { style: 'invis' } })));
  return {
    directed: true,
    graphAttributes: { rankdir: 'LR', nodesep: 0.1, ranksep: 0.5, splines: 'spline', margin: 0 },
    nodeAttributes: { shape: 'box', fixedsize: true, width: NODE_BOX.width / POINTS, height: NODE_BOX.height / POINTS, label: '' },
    edgeAttributes: { arrowhead: 'none', tailport: 'e', headport: 'w' },
    nodes: [
      ...report.seeds.map(({ path }) => ({ name: path })),
      ...shownSources(report).map(({ path }) => ({ name: path, attributes: { height: SOURCE_HEIGHT / POINTS } })),
      ...report.recipes.map(({ id }) => ({ name: id })),
      ...gatesOf(report).nodes,
    ],
    edges: [...edges, ...adrift, ...gatesOf(report).edges],
  };
}

/** The sources that have a place in the picture. */
export function shownSources(report: ChainReport): readonly SourceFacts[] {
  return report.recipes.length <= MAX_RECIPES_WITH_SOURCES ? report.sources : [];
}

/** The first stage that takes a source. */
function sourceStage(report: ChainReport, { path }: SourceFacts): string | undefined {
  return report.recipes.find(({ takes }) => takes.includes(path))?.stage;
}

interface Edge {
  readonly tail: string;
  readonly head: string;
}

/** The needs that no longer way stands for, and the others. */
function edgesOf(report: ChainReport): { readonly drawn: readonly Edge[]; readonly implied: readonly Edge[] } {
  const before = new Map<string, ReadonlySet<string>>();
  const [drawn, implied]: [Edge[], Edge[]] = [[], []];
  for (const { id, needs, takes } of report.recipes) {
    const leaves = [...report.seeds, ...shownSources(report)].map(({ path }) => path);
    const direct: string[] = [...needs.map((need) => need.id), ...leaves.filter((path) => takes.includes(path))];
    const behind = new Set(direct.flatMap((need) => [...(before.get(need) ?? [])]));
    for (const tail of direct) (behind.has(tail) && !leaves.some((leaf) => leaf === tail) ? implied : drawn).push({ tail, head: id });
    before.set(id, new Set([...direct, ...behind]));
  }
  return { drawn, implied };
}

/** Between two stages, an invisible node that all of one come before and all of the next after: so bands do not overlap. */
function gatesOf(report: ChainReport): {
  readonly nodes: { name: string; attributes: { width: number; height: number; style: string } }[];
  readonly edges: { tail: string; head: string; attributes: { style: string; weight: number } }[];
} {
  const attributes = { style: 'invis', weight: 0 };
  const groups = [
    report.seeds.map(({ path }) => path as string),
    ...report.stages.map((stage) => report.recipes.filter((recipe) => recipe.stage === stage).map(({ id }) => id)),
  ];
  const stageOf = new Map(report.recipes.map(({ id, stage }) => [id, stage]));
  const firsts = new Set(report.recipes.filter(({ stage, needs }) => !needs.some((need) => stageOf.get(need.id) === stage)).map(({ id }) => id));
  const needed = new Set(report.recipes.flatMap(({ stage, needs }) => needs.filter((need) => stageOf.get(need.id) === stage).map(({ id }) => id)));
  const gates = groups.slice(1).map((_, index) => ({ name: `gate ${index}`, attributes: { width: 0.05, height: 0.05, style: 'invis' } }));
  const sources = (stage: string | undefined): string[] =>
    shownSources(report)
      .filter((source) => sourceStage(report, source) === stage)
      .map(({ path }) => path);
  const edges = groups.flatMap((group, index) => [
    ...(index === 0
      ? []
      : [...group.filter((id) => firsts.has(id)), ...sources(report.stages[index - 1])].map((head) => ({
          tail: `gate ${index - 1}`,
          head,
          attributes,
        }))),
    ...(index === groups.length - 1 ? [] : group.filter((id) => !needed.has(id)).map((tail) => ({ tail, head: `gate ${index}`, attributes }))),
  ]);
  return { nodes: gates, edges };
}

interface Rendered {
  readonly bb: string;
  readonly objects?: readonly { readonly name: string; readonly pos: string }[];
  readonly edges?: readonly { readonly tail: number; readonly head: number; readonly pos?: string; readonly style?: string }[];
}

function readLayout(rendered: Rendered, report: ChainReport): ChainLayout {
  const [, , right = 0, top = 0] = rendered.bb.split(',').map(Number);
  const place = (text: string): readonly [number, number] => {
    const [x = 0, y = 0] = text.split(',').map(Number);
    return [round(x + MARGIN.side), round(top - y + MARGIN.top)];
  };
  const objects = rendered.objects ?? [];
  const wanted = new Set<string>([...[...report.seeds, ...report.sources].map(({ path }) => path), ...report.recipes.map(({ id }) => id)]);
  const nodes = objects
    .filter(({ name }) => wanted.has(name))
    .map(({ name, pos }) => {
      const [x, y] = place(pos);
      return { id: name, x: x - NODE_BOX.width / 2, y };
    });
  const drawn = (rendered.edges ?? []).flatMap(({ tail, head, pos, style }) => {
    if (style === 'invis' || pos === undefined) return [];
    return [{ from: objects[tail]!.name, to: objects[head]!.name, path: curve(pos, place), implied: false }];
  });
  const places = new Map(nodes.map((node) => [node.id, node]));
  const implied = edgesOf(report).implied.map(({ tail, head }) => {
    const [from, to] = [places.get(tail)!, places.get(head)!];
    const x = from.x + NODE_BOX.width;
    const bend = (to.x - x) / 2;
    return { from: tail, to: head, path: `M${x} ${from.y}C${x + bend} ${from.y} ${to.x - bend} ${to.y} ${to.x} ${to.y}`, implied: true };
  });
  const edges = [...drawn, ...implied];
  return { width: round(right + 2 * MARGIN.side), height: round(top + MARGIN.top + MARGIN.bottom), stages: bands(nodes, report), nodes, edges };
}

/** `pos` is a start point and then three points for each Bézier curve. */
function curve(pos: string, place: (text: string) => readonly [number, number]): string {
  const [start, ...rest] = pos
    .split(' ')
    .filter((point) => /^-?[\d.]/.test(point))
    .map((point) => place(point).join(' '));
  return `M${start ?? ''}C${rest.join(' ')}`;
}

function bands(nodes: ChainLayout['nodes'], report: ChainReport): ChainLayout['stages'] {
  const place = new Map(nodes.map(({ id, x }) => [id, x]));
  const padding = 14;
  return report.stages.flatMap((name) => {
    const ids: string[] = [
      ...report.recipes.filter(({ stage }) => stage === name).map(({ id }) => id),
      ...report.sources.filter((source) => sourceStage(report, source) === name).map(({ path }) => path),
    ];
    const lefts = ids.flatMap((id) => place.get(id) ?? []);
    if (lefts.length === 0) return [];
    const x = Math.min(...lefts) - padding;
    return [{ name, x, width: Math.max(...lefts) + NODE_BOX.width + padding - x }];
  });
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** A bubble's diameter: as volumes, so that a seed of 400 KB and a compiler of 4 GB fit in one picture. Unknown is drawn small. */
export function bubbleDiameter(bytes: number): number {
  return Math.min(46, Math.max(3, 3 * Math.cbrt(bytes / 400_000)));
}
