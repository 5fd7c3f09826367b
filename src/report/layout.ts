/**
 * The places of everything in the picture of a chain. Each stage is a column, in which a package stands below its
 * needs; the seed is at the top of the first. So a long chain is about as high as it is wide, and fits a page.
 */
import type { ChainReport, RecipeFacts } from './chain-report.js';
import { layoutColumn, type ColumnLayout, type Need } from './column-layout.js';
import { BEND, round, rounded } from './lines.js';

export interface ChainLayout {
  readonly width: number;
  readonly height: number;
  /** Columns of stages, from left to right. */
  readonly stages: readonly { readonly name: string; readonly x: number; readonly width: number }[];
  /** Middle of each bubble, by the recipe's id or the store path of a seed. */
  readonly nodes: readonly { readonly id: string; readonly x: number; readonly y: number }[];
  /** From a need to the recipe that needs it; `path` is SVG's. */
  readonly edges: readonly (Need & { readonly path: string })[];
  /**
   * Needs that longer paths imply. Nearly everything needs the first packages, and lines for all that would fill the
   * picture. These are only shown for the package under the pointer.
   */
  readonly implied: readonly Need[];
}

/** Room around the picture, and above it for the names of the stages. */
export const MARGIN = { side: 18, top: 46, bottom: 18 } as const;
const COLUMN_PADDING = 14;
/** Distance between parallel lines. */
const LANE = 7;

/** Text of a node, in the picture's units. */
export const TEXT = { perCharacter: 7.1, besideName: 36, minRoom: 148, maxRoom: 216 } as const;

/** The room that a node needs from the middle of its bubble to the right. */
export function roomOf({ id, version }: Pick<RecipeFacts, 'id' | 'version'>): number {
  const length = version === undefined ? id.length : id.length + 1 + version.length;
  return Math.min(TEXT.maxRoom, Math.max(TEXT.minRoom, Math.ceil(length * TEXT.perCharacter) + TEXT.besideName));
}

/**
 * Computes the layout. It depends only on the needs, so nothing moves during builds. A column with hundreds of packages
 * takes Graphviz seconds.
 */
export async function layoutChain(report: ChainReport): Promise<ChainLayout> {
  const { instance } = await import('@viz-js/viz');
  const viz = await instance();
  const { drawn, implied } = needsOf(report);
  const stageOf = stagesOf(report);
  let left: number = MARGIN.side;
  const columns = report.stages.map((name, index): Column => {
    const here = (id: string): boolean => stageOf.get(id) === index;
    const layout = layoutColumn(viz, {
      widths: new Map([
        ...report.seeds.filter(({ path }) => here(path)).map(({ path }) => [path, TEXT.minRoom] as const),
        ...report.recipes.filter(({ id }) => here(id)).map((recipe) => [recipe.id, roomOf(recipe)] as const),
      ]),
      inside: drawn.filter(({ from, to }) => here(from) && here(to)),
      entering: drawn.filter(({ from, to }) => !here(from) && here(to)),
      leaving: drawn.filter(({ from, to }) => here(from) && !here(to)),
    });
    const x = left + COLUMN_PADDING + layout.entries.size * LANE;
    const column = { name, index, left, x, right: x + layout.width + COLUMN_PADDING, layout };
    left = column.right;
    return column;
  });
  const joined = joinColumns(columns, drawn, stageOf);
  return {
    width: round(left + MARGIN.side),
    height: round(Math.max(joined.bottom, ...columns.map(bottomOf)) + MARGIN.bottom),
    stages: columns.map(({ name, left: start, right }) => ({ name, x: round(start), width: round(right - start) })),
    nodes: columns.flatMap(({ x: dx, layout }) => [...layout.nodes].map(([id, { x, y }]) => ({ id, x: round(x + dx), y: round(y + MARGIN.top) }))),
    edges: [...columns.flatMap(({ x, layout }) => layout.edges.map(({ from, to, path }) => ({ from, to, path: moved(path, x) }))), ...joined.edges],
    implied,
  };
}

/** Splits needs into those that longer paths do not imply, and the others. Recipes that use the seed need it. */
function needsOf(report: ChainReport): { readonly drawn: readonly Need[]; readonly implied: readonly Need[] } {
  const before = new Map<string, ReadonlySet<string>>();
  const [drawn, implied]: [Need[], Need[]] = [[], []];
  for (const { id, needs, takes } of report.recipes) {
    const seeds = report.seeds.map(({ path }) => path).filter((path) => takes.includes(path));
    const direct: string[] = [...needs.map((need) => need.id), ...seeds];
    const behind = new Set(direct.flatMap((need) => [...(before.get(need) ?? [])]));
    for (const from of direct) (behind.has(from) ? implied : drawn).push({ from, to: id });
    before.set(id, new Set([...direct, ...behind]));
  }
  return { drawn, implied };
}

/** The number of each node's stage; seeds are in the first. */
function stagesOf(report: ChainReport): ReadonlyMap<string, number> {
  const numbers = new Map(report.stages.map((name, index) => [name, index]));
  return new Map<string, number>([
    ...report.seeds.map(({ path }) => [path, 0] as const),
    ...report.recipes.map(({ id, stage }) => [id, numbers.get(stage) ?? 0] as const),
  ]);
}

interface Column {
  readonly name: string;
  readonly index: number;
  readonly left: number;
  /** The position of its layout. */
  readonly x: number;
  readonly right: number;
  readonly layout: ColumnLayout;
}

function bottomOf({ layout }: Column): number {
  return layout.height + MARGIN.top;
}

/**
 * Lines from one column to another: out at the bottom, below all columns between them, up beside the other, and in at
 * its top.
 */
function joinColumns(
  columns: readonly Column[],
  drawn: readonly Need[],
  stageOf: ReadonlyMap<string, number>,
): { readonly edges: ChainLayout['edges']; readonly bottom: number } {
  const lanes = new Map<string, number>();
  let bottom = 0;
  const edges = drawn.flatMap(({ from, to }) => {
    const [source, target] = [columns[stageOf.get(from)!], columns[stageOf.get(to)!]];
    if (source === undefined || target === undefined || source === target) return [];
    const exit = source.layout.exits.get(from)!;
    const entry = target.layout.entries.get(from)!;
    if (!lanes.has(from)) lanes.set(from, lanes.size);
    const crossed = columns.slice(Math.min(source.index, target.index), Math.max(source.index + 1, target.index));
    const low = Math.max(...crossed.map(bottomOf)) + BEND + lanes.get(from)! * LANE;
    const high = MARGIN.top - BEND - 2;
    bottom = Math.max(bottom, low);
    const [start, end] = [round(exit.door.x + source.x), round(entry.door.x + target.x)];
    const x = target.left + COLUMN_PADDING + [...target.layout.entries.keys()].indexOf(from) * LANE;
    const corners = [
      { x: start, y: round(exit.door.y + MARGIN.top) },
      { x: start, y: low },
      { x, y: low },
      { x, y: high },
      { x: end, y: high },
      { x: end, y: round(entry.door.y + MARGIN.top) },
    ];
    const path = `${moved(exit.line, source.x)}${rounded(corners)}L${moved(entry.lines.get(to)!, target.x)}`;
    return [{ from, to, path }];
  });
  return { edges, bottom };
}

/** Moves a path of a column to the column's position. All its commands have only points. */
function moved(path: string, dx: number): string {
  let isX = false;
  return path.replace(/-?[\d.]+/g, (number) => {
    isX = !isX;
    return String(round(Number(number) + (isX ? dx : MARGIN.top)));
  });
}

/**
 * A bubble's diameter. Bubbles compare as volumes, so a seed of 400 KB and a compiler of 4 GB fit in one picture. An
 * unknown size is small.
 */
export function bubbleDiameter(bytes: number): number {
  return Math.min(40, Math.max(3, 3 * Math.cbrt(bytes / 400_000)));
}
