/** The picture of a chain: it grows from the seed, and each node is a bubble as large as its outputs. */
import { formatBytes, formatSeconds } from '../quantity.js';
import {
  buildStatus,
  builtSize,
  expectedSize,
  pinStatus,
  slowestWay,
  type ChainReport,
  type RecipeFacts,
  type SeedFacts,
  type SourceFacts,
} from './chain-report.js';
import { bubbleDiameter, MARGIN, roomOf, TEXT, type ChainLayout } from './layout.js';
import { round, type Point } from './lines.js';
import type { RunBuildStatus } from './run.js';
import { svg, type SvgElement } from './svg.js';

/** What a running build reports about a recipe. */
export interface LiveStatus {
  readonly status: RunBuildStatus;
  /** How long it has been running, or took. */
  readonly seconds: number | undefined;
}

/**
 * Draws a chain. Nodes are `g` with the classes of their state and, as `data-id`, the recipe's id or the seed's path.
 */
export function drawGraph(report: ChainReport, layout: ChainLayout, live: ReadonlyMap<string, LiveStatus> = new Map()): SvgElement {
  const places = new Map(layout.nodes.map(({ id, x, y }) => [id, { x, y }]));
  const way = slowestWay(report);
  const next = new Map(way.map((id, index) => [id, way[index + 1]]));
  const sources = new Map(report.sources.map((source) => [source.path, source]));
  const bands = layout.stages.map(({ name, x, width }, index) =>
    svg(
      'g',
      {},
      ...(index % 2 === 0 ? [svg('rect', { class: 'band', x, y: -BEYOND, width, height: layout.height + 2 * BEYOND })] : []),
      svg('text', { class: 'band-name', x: x + 14, y: 20 }, name),
    ),
  );
  const edge = (from: string, to: string, path: string): SvgElement =>
    svg('path', { class: next.get(from) === to ? 'edge critical' : 'edge', d: path });
  // The critical path is drawn above the other lines.
  const edges = [...layout.edges].sort((a, b) => Number(next.get(a.from) === a.to) - Number(next.get(b.from) === b.to));
  return svg(
    'svg',
    {
      width: layout.width,
      height: layout.height,
      viewBox: `0 0 ${layout.width} ${layout.height}`,
      role: 'group',
      'aria-label': `what ${report.name} builds, from the seed at the top left`,
    },
    ...bands,
    ...edges.map(({ from, to, path }) => edge(from, to, path)),
    ...report.seeds.map((seed) => seedNode(seed, places.get(seed.path))),
    ...report.recipes.map((recipe) =>
      recipeNode(
        recipe,
        places.get(recipe.id),
        live.get(recipe.id),
        recipe.takes.flatMap((path) => sources.get(path) ?? []),
      ),
    ),
  );
}

/** The line of a need that longer paths imply. */
export function impliedPath(from: Point, to: Point): string {
  const bend = Math.max(30, (to.y - from.y) / 2);
  return `M${from.x} ${from.y}C${from.x} ${round(from.y + bend)} ${to.x} ${round(to.y - bend)} ${to.x} ${to.y}`;
}

/** Bands continue above and below the picture, wherever it is shown. */
const BEYOND = 3000;

/** The size of nodes of which nobody knows how large they will be. */
const UNKNOWN = 9;

const SEED_RING = 9;

function seedNode({ name, size, path }: SeedFacts, { x, y }: Point = ORIGIN): SvgElement {
  // The seed is too small to be visible at its own size.
  return svg(
    'g',
    { class: 'node seed built', 'data-id': path },
    svg('title', {}, `${name}: the seed, ${size} bytes`),
    svg('circle', { class: 'ring', cx: x, cy: y, r: SEED_RING }),
    svg('circle', { class: 'bubble', cx: x, cy: y, r: round(bubbleDiameter(size) / 2) }),
    svg('text', { class: 'name', x: x + SEED_RING + 7, y: y - 2 }, name),
    svg('text', { class: 'facts', x: x + SEED_RING + 7, y: y + 12 }, `the seed · ${formatBytes(size)}`),
  );
}

const ORIGIN: Point = { x: MARGIN.side, y: MARGIN.top };

/** Sources are squares beside the package that uses them, because they are not built. */
function squares(sources: readonly SourceFacts[], right: number, y: number): SvgElement[] {
  let x = right;
  return [...sources]
    .sort((a, b) => b.size - a.size)
    .map(({ file, size }) => {
      const side = round(bubbleDiameter(size) * 0.8);
      x = round(x - side - 2);
      return svg('rect', { class: 'square', x, y: round(y - side / 2), width: side, height: side }, svg('title', {}, `${file}, ${size} bytes`));
    });
}

function recipeNode(recipe: RecipeFacts, { x, y }: Point = ORIGIN, live: LiveStatus | undefined, sources: readonly SourceFacts[]): SvgElement {
  const status = statusOf(recipe, live);
  const size = expectedSize(recipe) ?? builtSize(recipe);
  const diameter = size === 0 ? UNKNOWN : bubbleDiameter(size);
  const textX = round(x + Math.max(diameter / 2, 6) + 7);
  const room = Math.floor((x + roomOf(recipe) - textX) / TEXT.perCharacter);
  const name = shorten(recipe.id, room);
  const version = recipe.version !== undefined && name.length + recipe.version.length + 1 <= room ? ` ${recipe.version}` : '';
  return svg(
    'g',
    { class: `node ${status.replace(' ', '-')}${pinStatus(recipe) === 'different' ? ' different' : ''}`, 'data-id': recipe.id },
    svg('title', {}, `${recipe.id}, stage ${recipe.stage}${recipe.description === undefined ? '' : `: ${recipe.description}`}`),
    ...squares(sources, x - diameter / 2 - 1, y),
    svg('circle', { class: 'bubble', cx: x, cy: y, r: round(diameter / 2) }),
    svg('text', { class: 'name', x: textX, y: y - 2 }, name, ...(version === '' ? [] : [svg('tspan', { class: 'version' }, version)])),
    svg('text', { class: 'facts', x: textX, y: y + 12 }, factsLine(recipe, status, live)),
  );
}

function statusOf(recipe: RecipeFacts, live: LiveStatus | undefined): RunBuildStatus | 'not built' {
  // For finished builds the store knows the status, sizes and pins.
  if (live === undefined || live.status === 'built' || live.status === 'reused' || live.status === 'compared')
    return buildStatus(recipe) === 'built' ? 'built' : 'not built';
  return live.status;
}

/** Says everything in words, too, so the picture is complete without colours. */
function factsLine(recipe: RecipeFacts, status: RunBuildStatus | 'not built', live: LiveStatus | undefined): string {
  const seconds = recipe.duration === undefined ? undefined : formatSeconds(recipe.duration.seconds);
  switch (status) {
    case 'building':
      return `building ${formatSeconds(live?.seconds ?? 0)}${seconds === undefined ? '' : ` of ${seconds}`}`;
    case 'waiting':
      return 'waits for another zilch';
    case 'queued':
      return seconds === undefined ? 'queued' : `queued · ${seconds}`;
    case 'failed':
      return 'FAILED';
    case 'lost':
    case 'stopped':
      return 'stopped';
    case 'not built':
      return recipe.state === 'expected'
        ? `(${[formatBytes(expectedSize(recipe) ?? 0), ...(seconds === undefined ? [] : [seconds])].join(' · ')})`
        : [recipe.state, ...(seconds === undefined ? [] : [seconds])].join(' · ');
    default: {
      const marks = { same: ' ✓', new: '', different: ' ≠ pin' };
      const pinned = pinStatus(recipe);
      return `${formatBytes(builtSize(recipe))}${seconds === undefined ? '' : ` · ${seconds}`}${pinned === undefined ? '' : marks[pinned]}`;
    }
  }
}

function shorten(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}
