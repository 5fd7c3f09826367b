/**
 * One column of a chain's picture, laid out by Graphviz. Lines from other columns enter at its top, lines to others
 * leave at its bottom.
 */
import type { Attributes, Graph, Viz } from '@viz-js/viz';
import { at, curve, rounded, round, type Point } from './lines.js';

/** From a need to the recipe that needs it. */
export interface Need {
  readonly from: string;
  readonly to: string;
}

export interface ColumnSpec {
  /** Nodes, with the room that each needs from the middle of its bubble to the right. */
  readonly widths: ReadonlyMap<string, number>;
  /** Needs among these nodes, from others to these, and from these to others. */
  readonly inside: readonly Need[];
  readonly entering: readonly Need[];
  readonly leaving: readonly Need[];
}

/** In the picture's units, relative to the column's top left corner. */
export interface ColumnLayout {
  readonly width: number;
  readonly height: number;
  readonly nodes: ReadonlyMap<string, Point>;
  readonly edges: readonly (Need & { readonly path: string })[];
  /** By node of another column: where its line enters at the top, and its lines from there. */
  readonly entries: ReadonlyMap<string, { readonly door: Point; readonly lines: ReadonlyMap<string, string> }>;
  /** By node that others need: the line to the place where it leaves at the bottom, and that place. */
  readonly exits: ReadonlyMap<string, { readonly door: Point; readonly line: string }>;
}

/** Height of a node: two lines of text beside a bubble. */
export const NODE_HEIGHT = 46;
/** Room to the left of a bubble's middle: half of the bubble, and the squares of its sources. */
const BESIDE = 58;

/**
 * Nodes that nothing needs, mostly tests, stand in piles below their needs: side by side they would take all the width.
 */
const PILE = 5;
/** The distance of a pile's line to the left of its bubbles. */
const TRUNK = 30;

/** Graphviz counts in points from the lower left corner; node sizes are in inches. */
const POINTS = 72;
const DOOR: Attributes = { shape: 'box', fixedsize: true, width: 0.02, height: 0.02, label: '' };
const [TAIL_AT_BUBBLE, HEAD_AT_BUBBLE] = [{ tailport: 'b:s' }, { headport: 'b:n' }];

// Nodes, and the entries and exits of lines from and to other columns, with unique names.
const nodeName = (id: string): string => `=${id}`;
const entryName = (id: string): string => `<${id}`;
const exitName = (id: string): string => `>${id}`;

/** Lays a column out. */
export function layoutColumn(viz: Viz, spec: ColumnSpec): ColumnLayout {
  const piled = pilesOf(spec);
  const rendered = viz.renderJSON(graphOf(spec, piled), { engine: 'dot' }) as Rendered;
  const [, , width = 0, height = 0] = rendered.bb.split(',').map(Number);
  const place = (text: string): Point => {
    const [x = 0, y = 0] = text.split(',').map(Number);
    return { x: round(x + BESIDE / 2), y: round(height - y) };
  };
  const objects = rendered.objects ?? [];
  const places = new Map(objects.flatMap(({ name, pos }) => (pos === undefined ? [] : [[name, place(pos)] as const])));
  const nodes = new Map(
    [...spec.widths].map(([id, room]) => {
      const { x, y } = places.get(nodeName(id))!;
      return [id, { x: round(x - room / 2), y }];
    }),
  );
  const curves = new Map(
    (rendered.edges ?? []).flatMap(({ tail, head, pos }) =>
      pos === undefined ? [] : [[`${objects[tail]!.name}\n${objects[head]!.name}`, curve(pointsOf(pos, place))] as const],
    ),
  );
  const curveOf = (tail: string, head: string): string => curves.get(`${tail}\n${head}`) ?? '';
  // A pile's line turns off just above its top.
  const lineTo = (tail: string, to: string): string => {
    const top = piled.get(to)?.top;
    const end = nodes.get(to)!;
    if (top === undefined) return `${curveOf(tail, nodeName(to))}L${at(end)}`;
    const { x, y } = nodes.get(top)!;
    const turn = y - NODE_HEIGHT / 2 - 4;
    const corners = [{ x, y: turn }, { x: x - TRUNK, y: turn }, { x: x - TRUNK, y: end.y }, end];
    return `${curveOf(tail, nodeName(top))}L${at(corners[0]!)}${rounded(corners)}`;
  };
  return {
    ...{ width: width + BESIDE / 2, height, nodes },
    edges: spec.inside.map(({ from, to }) => ({ from, to, path: `M${at(nodes.get(from)!)}L${lineTo(nodeName(from), to)}` })),
    entries: new Map(
      spec.entering.map(({ from }) => {
        const lines = spec.entering.filter((need) => need.from === from).map(({ to }) => [to, lineTo(entryName(from), to)] as const);
        return [from, { door: places.get(entryName(from))!, lines: new Map(lines) }];
      }),
    ),
    exits: new Map(
      spec.leaving.map(({ from }) => {
        const [start, door] = [nodes.get(from)!, places.get(exitName(from))!];
        return [from, { door, line: `M${at(start)}L${curveOf(nodeName(from), exitName(from))}L${at(door)}` }];
      }),
    ),
  };
}

function graphOf({ widths, inside, entering, leaving }: ColumnSpec, piled: Piles): Graph {
  const entries = [...new Set(entering.map(({ from }) => entryName(from)))].map((name) => ({ name, attributes: DOOR }));
  const exits = [...new Set(leaving.map(({ from }) => from))];
  const exitDoors = exits.map((id) => ({ name: exitName(id), attributes: DOOR }));
  return {
    directed: true,
    graphAttributes: { rankdir: 'TB', nodesep: BESIDE / POINTS, ranksep: 0.24, splines: 'spline', margin: 0 },
    edgeAttributes: { arrowhead: 'none' },
    nodes: [...[...widths].map(([id, width]) => ({ name: nodeName(id), attributes: box(width) })), ...entries, ...exitDoors],
    edges: [
      ...inside
        .filter(({ to }) => !piled.has(to))
        .map(({ from, to }) => ({ tail: nodeName(from), head: nodeName(to), attributes: { ...TAIL_AT_BUBBLE, ...HEAD_AT_BUBBLE } })),
      ...entering
        .filter(({ to }) => !piled.has(to))
        .map(({ from, to }) => ({ tail: entryName(from), head: nodeName(to), attributes: HEAD_AT_BUBBLE })),
      ...exits.map((id) => ({ tail: nodeName(id), head: exitName(id), attributes: TAIL_AT_BUBBLE })),
      ...[...piled].map(([below, { above }]) => ({
        tail: nodeName(above),
        head: nodeName(below),
        attributes: { ...TAIL_AT_BUBBLE, ...HEAD_AT_BUBBLE, style: 'invis', weight: 20 },
      })),
    ],
    subgraphs: [
      { graphAttributes: { rank: 'source' }, nodes: entries },
      { graphAttributes: { rank: 'sink' }, nodes: exitDoors },
    ],
  };
}

/** A box whose lines end at its left side, where the middle of the bubble is. */
function box(width: number): Attributes {
  const height = `FIXEDSIZE="TRUE" HEIGHT="${NODE_HEIGHT}"`;
  const cells = `<TD PORT="b" ${height} WIDTH="2"></TD><TD ${height} WIDTH="${width - 2}"></TD>`;
  return { shape: 'plain', label: { html: `<TABLE BORDER="0" CELLBORDER="0" CELLPADDING="0" CELLSPACING="0"><TR>${cells}</TR></TABLE>` } };
}

/** For each node in a pile except its top: the node above it, and the top. */
type Piles = ReadonlyMap<string, { readonly above: string; readonly top: string }>;

function pilesOf({ widths, inside, entering, leaving }: ColumnSpec): Piles {
  const needed = new Set([...inside, ...leaving].map(({ from }) => from));
  const makers = new Map<string, string[]>();
  for (const { from, to } of [...inside, ...entering]) makers.set(to, [...(makers.get(to) ?? []), from]);
  const piles = new Map<string, string[]>();
  for (const id of widths.keys()) {
    const [maker, ...others] = makers.get(id) ?? [];
    if (!needed.has(id) && maker !== undefined && others.length === 0) piles.set(maker, [...(piles.get(maker) ?? []), id]);
  }
  return new Map(
    [...piles.values()].flatMap((pile) =>
      pile.flatMap((id, index) => (index % PILE === 0 ? [] : [[id, { above: pile[index - 1]!, top: pile[index - (index % PILE)]! }] as const])),
    ),
  );
}

interface Rendered {
  readonly bb: string;
  readonly objects?: readonly { readonly name: string; readonly pos?: string }[];
  readonly edges?: readonly { readonly tail: number; readonly head: number; readonly pos?: string }[];
}

/** `pos` is a start point and then three points for each Bézier curve. */
function pointsOf(pos: string, place: (text: string) => Point): Point[] {
  return pos
    .split(' ')
    .filter((point) => /^-?[\d.]/.test(point))
    .map(place);
}
