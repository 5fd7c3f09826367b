/** The chain as a picture that can be moved, enlarged, and explored with the keyboard. */
import { useSignal, type Signal } from '@preact/signals';
import { useEffect, useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import {
  buildStatus,
  builtSize,
  drawGraph,
  expectedSize,
  impliedPath,
  slowestWay,
  type ChainLayout,
  type ChainReport,
  type LiveStatus,
} from '../../report/index.js';
import { formatBytes, formatSeconds } from '../../quantity.js';
import type { ChainResource } from '../resources.js';
import { runs } from './data.js';
import { draw } from './drawing.js';
import { useNow } from './now.js';
import { linkTo } from './route.js';
import { search } from './search.js';

const MIN_SCALE = 0.1;
const MAX_SCALE = 2.5;
/** Below this scale normal text is unreadable: names are larger, and the rest is left out. */
const FAR = 0.7;
/** If fitting would need a smaller scale than this, the picture is shown at this scale, from the seed on. */
const MIN_WHOLE = 0.42;
/** The delay after the last movement until the picture is drawn sharply again. */
const STILL_MS = 160;

interface Camera {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

export function GraphView({ report, layout }: ChainResource) {
  const frame = useRef<HTMLDivElement>(null);
  const sheet = useRef<HTMLDivElement>(null);
  const camera = useRef<Camera>({ x: 0, y: 0, scale: 1 });
  const still = useRef(0);
  const pointedAt = useSignal<string | undefined>(undefined);
  const now = useNow();
  const live = liveStatus(report, now.value);
  const liveKey = JSON.stringify([...live]);
  // The text beside a node and its title are its name in screen readers.
  const picture = useMemo(
    () =>
      draw(drawGraph(report, layout, live), ({ attributes }) => {
        const id = attributes['data-id'];
        return id === undefined ? {} : { role: 'link', tabindex: -1 };
      }),
    // Statuses are compared by their contents.
    [report, layout, liveKey],
  );

  const show = (next: Camera): void => {
    const { width, height } = frame.current!.getBoundingClientRect();
    const scale = Math.min(MAX_SCALE, Math.max(MIN_SCALE, next.scale));
    // Part of the picture stays visible.
    const x = Math.min(width - 60, Math.max(60 - layout.width * scale, next.x));
    const y = Math.min(height - 40, Math.max(40 - layout.height * scale, next.y));
    camera.current = { x, y, scale };
    const { style, classList } = sheet.current!;
    style.transform = `translate(${x}px,${y}px) scale(${scale})`;
    // During a movement a drawn image is moved, which costs nothing, but is not sharp when enlarged.
    classList.add('moving');
    clearTimeout(still.current);
    still.current = window.setTimeout(settle, STILL_MS);
  };
  const settle = (): void => {
    sheet.current?.classList.toggle('far', camera.current.scale < FAR);
    sheet.current?.classList.remove('moving');
  };
  const fit = (): void => {
    const { width, height } = frame.current!.getBoundingClientRect();
    const whole = Math.min(width / layout.width, height / layout.height, 1.2);
    if (whole >= MIN_WHOLE) show({ scale: whole, x: (width - layout.width * whole) / 2, y: (height - layout.height * whole) / 2 });
    else show({ scale: Math.min(1, Math.max(FAR, height / layout.height)), x: 0, y: 0 });
    settle();
  };
  const zoom = (factor: number, centre?: { readonly x: number; readonly y: number }): void => {
    const { x, y, scale } = camera.current;
    const { width, height } = frame.current!.getBoundingClientRect();
    const at = centre ?? { x: width / 2, y: height / 2 };
    const next = Math.min(MAX_SCALE, Math.max(MIN_SCALE, scale * factor));
    show({ scale: next, x: at.x - ((at.x - x) * next) / scale, y: at.y - ((at.y - y) * next) / scale });
  };
  useLayoutEffect(fit, [layout.width, layout.height]);
  usePointer(frame, camera, show, zoom);

  const current = useSignal('');
  const nodes = (): SVGGElement[] => [...sheet.current!.querySelectorAll<SVGGElement>('g[data-id]')];
  const focus = (node: SVGGElement | undefined): void => {
    if (node === undefined) return;
    current.value = node.dataset['id'] ?? '';
    node.focus({ preventScroll: true });
  };
  // One stop for the Tab key; arrows move on from there.
  useLayoutEffect(() => {
    const all = nodes();
    const at = all.find((node) => node.dataset['id'] === current.value) ?? all[0];
    for (const node of all) node.tabIndex = node === at ? 0 : -1;
  });
  useEffect(() => {
    const all = nodes();
    const wanted = search.value.trim().toLowerCase();
    let first: SVGGElement | undefined;
    for (const node of all) {
      const found = wanted !== '' && (node.dataset['id'] ?? '').toLowerCase().includes(wanted);
      node.classList.toggle('found', found);
      if (found) first ??= node;
    }
    sheet.current!.classList.toggle('searching', first !== undefined);
    if (first !== undefined) bringIntoSight(first);
  }, [search.value, picture]);

  const bringIntoSight = (node: Element): void => {
    const box = node.getBoundingClientRect();
    const view = frame.current!.getBoundingClientRect();
    const { x, y, scale } = camera.current;
    const over = (low: number, high: number, from: number, to: number): number => (low < from ? from - low : high > to ? to - high : 0);
    const moveX = over(box.left, box.right, view.left + 20, view.right - 20);
    const moveY = over(box.top, box.bottom, view.top + 20, view.bottom - 20);
    if (moveX !== 0 || moveY !== 0) show({ scale, x: x + moveX, y: y + moveY });
  };
  const light = (id: string | undefined): void => {
    pointedAt.value = id;
  };
  const open = (id: string): void => {
    window.location.hash = report.recipes.some((recipe) => recipe.id === id) ? linkTo('package', id) : linkTo('trust', report.defaultTarget);
  };
  const idOf = (target: EventTarget | null): string | undefined => (target as Element | null)?.closest<SVGGElement>('g[data-id]')?.dataset['id'];

  return (
    <div class="graph">
      <h1 class="hidden">{report.name}: what is built from the seed</h1>
      <Summary report={report} />
      <div
        class="frame"
        ref={frame}
        onClick={(event) => {
          const id = idOf(event.target);
          if (id !== undefined && frame.current?.dataset['dragged'] !== 'yes') open(id);
        }}
        onPointerOver={(event) => light(idOf(event.target))}
        onFocusIn={(event) => {
          const id = idOf(event.target);
          light(id);
          if (id !== undefined) {
            current.value = id;
            bringIntoSight(event.target as Element);
          }
        }}
        onKeyDown={(event) => {
          const at = (event.target as Element).closest<SVGGElement>('g[data-id]');
          if (event.key === '+' || event.key === '=') zoom(1.25);
          else if (event.key === '-') zoom(0.8);
          else if (event.key === '0') fit();
          else if (at !== null && (event.key === 'Enter' || event.key === ' ')) open(at.dataset['id'] ?? '');
          else if (at !== null && event.key.startsWith('Arrow')) focus(neighbour(nodes(), at, event.key));
          else return;
          event.preventDefault();
        }}
      >
        <div class="sheet" ref={sheet}>
          {picture}
          <Near layout={layout} pointedAt={pointedAt} />
        </div>
      </div>
      <div class="foot">
        <div class="tools" role="group" aria-label="View of the picture">
          <button type="button" onClick={() => zoom(0.8)} aria-label="Smaller" title="Smaller (-)">
            −
          </button>
          <button type="button" onClick={fit} title="All of it (0)">
            fit
          </button>
          <button type="button" onClick={() => zoom(1.25)} aria-label="Larger" title="Larger (+)">
            +
          </button>
        </div>
        <Legend />
      </div>
    </div>
  );
}

/**
 * All needs of a package and all that need it, including implied ones. Drawn separately, so pointing redraws nothing
 * else.
 */
function Near({ layout, pointedAt }: { readonly layout: ChainLayout; readonly pointedAt: Signal<string | undefined> }) {
  const paths = useMemo(() => {
    const places = new Map(layout.nodes.map((node) => [node.id, node]));
    const found = new Map<string, Line[]>();
    const add = (from: string, to: string, line: Line): void => {
      for (const id of [from, to]) {
        const lines = found.get(id);
        if (lines === undefined) found.set(id, [line]);
        else lines.push(line);
      }
    };
    for (const { from, to, path } of layout.edges) add(from, to, { d: path, class: '' });
    for (const { from, to } of layout.implied) add(from, to, { d: impliedPath(places.get(from)!, places.get(to)!), class: 'implied' });
    return found;
  }, [layout]);
  return (
    <svg class="near" width={layout.width} height={layout.height} aria-hidden="true">
      {paths.get(pointedAt.value ?? '')?.map((line) => (
        <path key={line.d} {...line} />
      ))}
    </svg>
  );
}

interface Line {
  readonly d: string;
  readonly class: string;
}

function Summary({ report }: { readonly report: ChainReport }) {
  const built = report.recipes.filter((recipe) => buildStatus(recipe) === 'built');
  const size = built.reduce((sum, recipe) => sum + builtSize(recipe), 0);
  const seed = report.seeds.reduce((sum, one) => sum + one.size, 0);
  const sources = report.sources.reduce((sum, one) => sum + one.size, 0);
  // Of what nobody knows the size of nothing is said.
  const toCome = report.recipes.reduce((sum, recipe) => sum + Math.max(0, (expectedSize(recipe) ?? 0) - builtSize(recipe)), 0);
  const way = slowestWay(report);
  const seconds = report.recipes.filter(({ id }) => way.includes(id)).reduce((sum, { duration }) => sum + (duration?.seconds ?? 0), 0);
  return (
    <p class="summary">
      <strong>
        {built.length} of {report.recipes.length}
      </strong>{' '}
      packages built, {formatBytes(size)}, from a seed of <strong>{formatBytes(seed)}</strong> and {formatBytes(sources)} of source
      {toCome > 0 && <>; {formatBytes(toCome)} more to come</>}
      {seconds > 0 && <>; the slowest way takes {formatSeconds(seconds)}</>}.
    </p>
  );
}

function Legend() {
  return (
    <ul class="legend">
      <li>
        <i class="dot built" /> built; as large as its volume
      </li>
      <li>
        <i class="dot given" /> source, as published
      </li>
      <li>
        <i class="dot open" /> not built; in parentheses what is expected
      </li>
      <li>
        <i class="dot work" /> building
      </li>
      <li>
        <i class="dot bad" /> failed
      </li>
      <li>
        <i class="stroke" /> slowest way
      </li>
      <li>✓ as pinned</li>
      <li>point at a package: all it needs, all that needs it</li>
    </ul>
  );
}

/** The statuses of running builds, or of the last run if it failed; for others the store has all facts. */
function liveStatus(report: ChainReport, now: number): ReadonlyMap<string, LiveStatus> {
  const [newest] = runs.value;
  const running = runs.value.filter((run) => run.running);
  const shown = running.length > 0 ? running : (newest?.summary?.failed ?? 0) > 0 ? [newest!] : [];
  const ids = new Map(report.recipes.map(({ drvPath, id }) => [drvPath, id]));
  // Another run may be building what this run has queued.
  const weight = ({ status }: { readonly status: string }): number => (status === 'building' ? 2 : status === 'queued' ? 0 : 1);
  const builds = shown.flatMap((run) => run.builds).sort((a, b) => weight(a) - weight(b));
  return new Map(
    builds.flatMap(({ drvPath, status, startedAt, endedAt }) => {
      const id = ids.get(drvPath);
      const seconds = startedAt === undefined ? undefined : ((endedAt ?? now) - startedAt) / 1000;
      return id === undefined ? [] : [[id, { status, seconds }] as const];
    }),
  );
}

/** The nearest node in a direction; nodes to the side count as farther away. */
function neighbour(nodes: readonly SVGGElement[], from: SVGGElement, key: string): SVGGElement | undefined {
  const middle = (node: Element): { readonly x: number; readonly y: number } => {
    const box = (node.querySelector('.bubble') ?? node).getBoundingClientRect();
    return { x: (box.left + box.right) / 2, y: (box.top + box.bottom) / 2 };
  };
  const here = middle(from);
  const distances = nodes.flatMap((node) => {
    const { x, y } = middle(node);
    const [along, across] =
      key === 'ArrowRight'
        ? [x - here.x, y - here.y]
        : key === 'ArrowLeft'
          ? [here.x - x, y - here.y]
          : key === 'ArrowDown'
            ? [y - here.y, x - here.x]
            : [here.y - y, x - here.x];
    return node === from || along < 4 ? [] : [{ node, distance: along + 2.5 * Math.abs(across) }];
  });
  return distances.sort((a, b) => a.distance - b.distance)[0]?.node;
}

/** Dragging, the wheel, and two fingers. */
function usePointer(
  frame: { readonly current: HTMLDivElement | null },
  camera: { readonly current: Camera },
  show: (camera: Camera) => void,
  zoom: (factor: number, centre: { readonly x: number; readonly y: number }) => void,
): void {
  const act = useRef({ show, zoom });
  act.current = { show, zoom };
  useEffect(() => {
    const element = frame.current!;
    const fingers = new Map<number, { x: number; y: number }>();
    let moved = 0;
    const local = (event: { clientX: number; clientY: number }): { x: number; y: number } => {
      const box = element.getBoundingClientRect();
      return { x: event.clientX - box.left, y: event.clientY - box.top };
    };
    const spread = (): number => {
      const [a, b] = [...fingers.values()];
      return a === undefined || b === undefined ? 0 : Math.hypot(a.x - b.x, a.y - b.y);
    };
    const down = (event: PointerEvent): void => {
      if (fingers.size === 0) moved = 0;
      fingers.set(event.pointerId, local(event));
      element.dataset['dragged'] = 'no';
    };
    const move = (event: PointerEvent): void => {
      const before = fingers.get(event.pointerId);
      if (before === undefined) return;
      const apart = spread();
      const at = local(event);
      fingers.set(event.pointerId, at);
      moved += Math.abs(at.x - before.x) + Math.abs(at.y - before.y);
      if (moved > 4) {
        element.dataset['dragged'] = 'yes';
        if (!element.hasPointerCapture(event.pointerId)) element.setPointerCapture(event.pointerId);
      }
      if (fingers.size === 2 && apart > 0) act.current.zoom(spread() / apart, at);
      else if (fingers.size === 1)
        act.current.show({ ...camera.current, x: camera.current.x + at.x - before.x, y: camera.current.y + at.y - before.y });
    };
    const up = (event: PointerEvent): void => {
      fingers.delete(event.pointerId);
    };
    const wheel = (event: WheelEvent): void => {
      event.preventDefault();
      act.current.zoom(Math.exp(-event.deltaY / 400), local(event));
    };
    element.addEventListener('pointerdown', down);
    element.addEventListener('pointermove', move);
    element.addEventListener('pointerup', up);
    element.addEventListener('pointercancel', up);
    element.addEventListener('wheel', wheel, { passive: false });
    return () => {
      element.removeEventListener('pointerdown', down);
      element.removeEventListener('pointermove', move);
      element.removeEventListener('pointerup', up);
      element.removeEventListener('pointercancel', up);
      element.removeEventListener('wheel', wheel);
    };
  }, []);
}
