/** The picture of a chain: it grows from the seed, each node a bubble as large as what was built. */
import { formatBytes, formatSeconds } from '../quantity.js';
import {
  buildStatus,
  builtSize,
  pinStatus,
  slowestWay,
  type ChainReport,
  type RecipeFacts,
  type SeedFacts,
  type SourceFacts,
} from './chain-report.js';
import { bubbleDiameter, MARGIN, NODE_BOX, shownSources, type ChainLayout } from './layout.js';
import type { RunBuildStatus } from './run.js';
import { svg, type SvgElement } from './svg.js';

/** What is known of a recipe from a run that goes on. */
export interface LiveStatus {
  readonly status: RunBuildStatus;
  /** How long it has been going on, or took. */
  readonly seconds: number | undefined;
}

/** Draws a chain. Nodes are `g` with the classes of their state and, as `data-id`, the recipe's id or the seed's path. */
export function drawGraph(report: ChainReport, layout: ChainLayout, live: ReadonlyMap<string, LiveStatus> = new Map()): SvgElement {
  const places = new Map(layout.nodes.map(({ id, x, y }) => [id, { x, y }]));
  const way = slowestWay(report);
  const isCritical = (from: string, to: string): boolean => way.some((id, index) => id === from && way[index + 1] === to);
  const needed = new Set(layout.edges.flatMap(({ from, implied }) => (implied ? [] : [from])));
  const bands = layout.stages.map(({ name, x, width }, index) =>
    svg(
      'g',
      {},
      ...(index % 2 === 0 ? [svg('rect', { class: 'band', x, y: -BEYOND, width, height: layout.height + 2 * BEYOND })] : []),
      svg('text', { class: 'band-name', x: x + 14, y: 28 }, name),
    ),
  );
  const edges = layout.edges.map(({ from, to, path, implied }) =>
    svg('path', {
      class: ['edge', implied ? 'implied' : '', isCritical(from, to) ? 'critical' : ''].filter((name) => name !== '').join(' '),
      d: path,
      'data-from': from,
      'data-to': to,
    }),
  );
  const seeds = report.seeds.map((seed) => seedNode(seed, places.get(seed.path)));
  const sources = shownSources(report).map((source) => sourceNode(source, places.get(source.path)));
  const recipes = report.recipes.map((recipe) =>
    recipeNode(recipe, places.get(recipe.id), live.get(recipe.id), needed.has(recipe.id), way.slice(0, -1).includes(recipe.id)),
  );
  return svg(
    'svg',
    {
      width: layout.width,
      height: layout.height,
      viewBox: `0 0 ${layout.width} ${layout.height}`,
      role: 'group',
      'aria-label': `what ${report.name} builds, from the seed at the left`,
    },
    ...bands,
    ...edges,
    ...seeds,
    ...sources,
    ...recipes,
  );
}

/** Bands go on above and below the picture, wherever it is put. */
const BEYOND = 3000;

interface Place {
  readonly x: number;
  readonly y: number;
}

/** What has no size yet. */
const UNBUILT = 9;

const CHARACTER = { name: 6.9, facts: 5.9 } as const;

function seedNode({ name, size, path }: SeedFacts, place: Place = { x: MARGIN.side, y: MARGIN.top }): SvgElement {
  const diameter = bubbleDiameter(size);
  const { x, y } = place;
  const facts = `the seed · ${formatBytes(size)}`;
  // The seed is too small to be found by its size alone.
  const right = x + NODE_BOX.width;
  const textX = right - Math.max(name.length * CHARACTER.name, facts.length * CHARACTER.facts) - 24;
  return svg(
    'g',
    { class: 'node seed built', 'data-id': path },
    svg('title', {}, `${name}: the seed, ${size} bytes`),
    svg('circle', { class: 'ring', cx: right - 8, cy: y, r: 8 }),
    svg('circle', { class: 'bubble', cx: right - 8, cy: y, r: diameter / 2 }),
    svg('text', { class: 'name', x: textX, y: y - 3 }, name),
    svg('text', { class: 'facts', x: textX, y: y + 11 }, facts),
  );
}

/** Sources are squares: text that is taken as it is, not something that was built. */
function sourceNode({ file, size, path }: SourceFacts, place: Place = { x: 0, y: 0 }): SvgElement {
  const side = Math.min(20, bubbleDiameter(size));
  const right = place.x + NODE_BOX.width;
  const facts = ` ${formatBytes(size)}`;
  const name = shorten(file, Math.floor((NODE_BOX.width - side - 8) / CHARACTER.facts) - facts.length);
  return svg(
    'g',
    { class: 'source', 'data-source': path },
    svg('title', {}, `${file}, ${size} bytes`),
    svg('rect', { class: 'square', x: round(right - side), y: round(place.y - side / 2), width: round(side), height: round(side) }),
    svg('text', { class: 'facts', x: round(right - side - 7), y: place.y + 4, 'text-anchor': 'end' }, `${name}${facts}`),
  );
}

function recipeNode(
  recipe: RecipeFacts,
  place: Place = { x: 0, y: 0 },
  live: LiveStatus | undefined,
  isNeeded: boolean,
  isCritical: boolean,
): SvgElement {
  const { x, y } = place;
  const status = statusOf(recipe, live);
  const diameter = builtSize(recipe) === 0 ? UNBUILT : bubbleDiameter(builtSize(recipe));
  const textX = x + diameter + 8;
  const room = Math.floor((NODE_BOX.width - diameter - 8) / CHARACTER.name);
  const name = shorten(recipe.id, room);
  const version = recipe.version !== undefined && name.length + recipe.version.length + 1 <= room ? ` ${recipe.version}` : '';
  const facts = factsLine(recipe, status, live);
  const textEnd = textX + Math.max((name.length + version.length) * CHARACTER.name, facts.length * CHARACTER.facts) + 6;
  const stem =
    x + NODE_BOX.width - textEnd > 4 && isNeeded
      ? [svg('path', { class: isCritical ? 'stem critical' : 'stem', d: `M${round(textEnd)} ${y}H${x + NODE_BOX.width}` })]
      : [];
  return svg(
    'g',
    { class: `node ${status.replace(' ', '-')}${pinStatus(recipe) === 'different' ? ' different' : ''}`, 'data-id': recipe.id },
    svg('title', {}, `${recipe.id}, stage ${recipe.stage}${recipe.description === undefined ? '' : `: ${recipe.description}`}`),
    ...stem,
    svg('circle', { class: 'bubble', cx: round(x + diameter / 2), cy: y, r: round(diameter / 2) }),
    svg('text', { class: 'name', x: round(textX), y: y - 3 }, name, ...(version === '' ? [] : [svg('tspan', { class: 'version' }, version)])),
    svg('text', { class: 'facts', x: round(textX), y: y + 11 }, facts),
  );
}

function statusOf(recipe: RecipeFacts, live: LiveStatus | undefined): RunBuildStatus | 'not built' {
  // What a run has finished is told by the store, which also knows sizes and pins.
  if (live === undefined || live.status === 'built' || live.status === 'reused' || live.status === 'compared')
    return buildStatus(recipe) === 'built' ? 'built' : 'not built';
  return live.status;
}

/** Says everything in words too: the picture is complete without colours. */
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
      return 'stopped';
    case 'not built':
      return seconds === undefined ? 'not built' : `not built · ${seconds}`;
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

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
