/**
 * The picture of a run: a bar for each build, in lanes, with the processors in use below and the critical path
 * underlined.
 */
import { formatSeconds } from '../quantity.js';
import { svg, type SvgElement } from './svg.js';
import type { Bar, Timeline } from './timeline.js';

const LANE = 26;
const TOP = 30;
const USAGE = 56;
const SIDE = 1;
const CHARACTER = 5.9;
/** Room for the label of a tick. */
const LABEL = 46;

/** Draws a timeline of a given width in pixels. Bars have the derivation's path as `data-drv`. */
export function drawTimeline(timeline: Timeline, width: number, processors: number): SvgElement {
  const span = Math.max(timeline.to - timeline.from, (timeline.expected?.end ?? 0) - timeline.from, 1000);
  const x = (at: number): number => round(SIDE + ((at - timeline.from) / span) * (width - 2 * SIDE));
  const lanesEnd = TOP + timeline.lanes * LANE;
  const height = lanesEnd + USAGE + 34;
  const ticks = tickSeconds(span / 1000, Math.max(2, Math.floor(width / 110)));
  return svg(
    'svg',
    {
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      role: 'group',
      'aria-label': `${timeline.bars.length} builds in ${formatSeconds((timeline.to - timeline.from) / 1000)}`,
    },
    ...ticks.flatMap((second) => {
      const at = x(timeline.from + second * 1000);
      // A label that does not fit goes outside, because it would be cut off.
      const isLabelled = at + LABEL <= width;
      return [
        svg('path', { class: 'grid', d: `M${at} ${TOP - 8}V${lanesEnd + USAGE + 8}` }),
        ...(isLabelled ? [svg('text', { class: 'axis', x: at + 4, y: TOP - 12 }, second === 0 ? '0' : formatTick(second))] : []),
      ];
    }),
    ...timeline.bars.map((bar) => drawBar(bar, x)),
    ...drawExpected(timeline, x, lanesEnd),
    ...drawUsage(timeline, x, lanesEnd + 14, processors),
  );
}

function drawBar({ build, lane, from, to, critical }: Bar, x: (at: number) => number): SvgElement {
  const left = x(from);
  const width = Math.max(round(x(to) - left), 2);
  const y = TOP + lane * LANE;
  const seconds = formatSeconds((to - from) / 1000);
  const label = `${build.name} ${seconds}`;
  const status = build.status === 'built' ? '' : `, ${build.status}`;
  const outside = width < label.length * CHARACTER + 10;
  // The line under the bars shows the critical path without colour.
  return svg(
    'g',
    { class: 'run-build', 'data-drv': build.drvPath },
    svg('title', {}, `${label}${status}${critical ? ', on the critical path' : ''}`),
    svg('rect', { class: `bar ${build.status}`, x: left, y, width, height: 16, rx: 1 }),
    ...(critical ? [svg('rect', { class: 'bar-critical', x: left, y: y + 18, width, height: 3 })] : []),
    ...(outside ? [] : [svg('text', { class: 'bar-name inside', x: left + 5, y: y + 12.5 }, label)]),
  );
}

/** What is to come, in outline, and a line where it is now. */
function drawExpected({ expected, to: now }: Timeline, x: (at: number) => number, lanesEnd: number): SvgElement[] {
  if (expected === undefined) return [];
  return [
    svg('path', { class: 'now', d: `M${x(now)} ${TOP - 8}V${lanesEnd}` }),
    ...expected.bars
      .filter(({ from, to }) => to > from)
      .map(({ build, lane, from, to }) => {
        const width = Math.max(round(x(to) - x(from)), 2);
        const label = `${build.name} about ${formatSeconds((to - from) / 1000)}`;
        const y = TOP + lane * LANE;
        // A running build has its name in its bar.
        const isNamed = build.startedAt === undefined && width >= label.length * CHARACTER + 10;
        return svg(
          'g',
          { class: 'run-build', 'data-drv': build.drvPath },
          svg('title', {}, `${label}, expected`),
          svg('rect', { class: 'bar expected', x: x(from), y, width, height: 16, rx: 1 }),
          ...(isNamed ? [svg('text', { class: 'bar-name beside', x: x(from) + 5, y: y + 12.5 }, label)] : []),
        );
      }),
  ];
}

function drawUsage(timeline: Timeline, x: (at: number) => number, top: number, processors: number): SvgElement[] {
  const most = Math.max(processors, ...timeline.usage.map((step) => step.processors));
  const y = (value: number): number => round(top + USAGE - 8 - (value / most) * (USAGE - 8));
  const steps = timeline.usage.map((step, index) => `${index === 0 ? `M${x(step.at)} ${y(0)}` : `H${x(step.at)}`}V${y(step.processors)}`).join('');
  const first = timeline.usage[0];
  return first === undefined
    ? []
    : [
        svg('path', { class: 'usage', d: `${steps}V${y(0)}H${x(first.at)}Z` }),
        svg('path', { class: 'grid', d: `M${x(timeline.from)} ${y(processors)}H${x(timeline.to)}`, 'stroke-dasharray': '2 3' }),
        svg('text', { class: 'axis', x: x(timeline.from), y: top + USAGE + 14 }, `processors in use; the dotted line is all ${processors}`),
      ];
}

/** At most `count` round numbers of seconds up to `total`. */
function tickSeconds(total: number, count: number): number[] {
  const step =
    [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400].find((candidate) => total / candidate <= count) ??
    86400 * Math.ceil(total / 86400 / count);
  return Array.from({ length: Math.floor(total / step) + 1 }, (_, index) => index * step);
}

function formatTick(seconds: number): string {
  if (seconds % 3600 === 0) return `${seconds / 3600} h`;
  return seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
