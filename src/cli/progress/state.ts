/** What is going on, as far as the events so far tell: all that a terminal shows is drawn from this. */
import type { Event } from '../../build/index.js';
import type { DrvPath } from '../../formats/index.js';

export interface RunningBuild {
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly phase: string | undefined;
  readonly estimateSeconds: number | undefined;
}

export interface RunningFetch {
  readonly bytes: number;
  readonly size: number;
}

export interface ProgressState {
  readonly planned: ReadonlyMap<DrvPath, { readonly name: string; readonly estimateSeconds: number | undefined }>;
  readonly finished: ReadonlySet<DrvPath>;
  readonly building: ReadonlyMap<DrvPath, RunningBuild>;
  readonly fetching: ReadonlyMap<string, RunningFetch>;
  readonly failed: number;
  /** What was fetched, sources and outputs. */
  readonly fetched: number;
  readonly cpuSeconds: number;
  /** What the planned builds that turned out to be there, or in a cache, were expected to take one after the other. */
  readonly savedSeconds: number;
  /** The last line that any build wrote. */
  readonly lastLine: string;
}

export const NOTHING_YET: ProgressState = {
  planned: new Map(),
  finished: new Set(),
  building: new Map(),
  fetching: new Map(),
  failed: 0,
  fetched: 0,
  cpuSeconds: 0,
  savedSeconds: 0,
  lastLine: '',
};

/** The state after one more event. */
export function advance(state: ProgressState, event: Event): ProgressState {
  switch (event.type) {
    case 'plan': {
      const planned = new Map(event.drvs.map((drv) => [drv.drvPath, { name: drv.name, estimateSeconds: drv.estimateSeconds }]));
      return { ...state, planned };
    }
    case 'fetch-start':
      return { ...state, fetching: added(state.fetching, event.name, { bytes: 0, size: event.size }) };
    case 'fetch-progress':
      return { ...state, fetching: added(state.fetching, event.name, { bytes: event.bytes, size: event.size }) };
    case 'fetch-done':
      return { ...state, fetching: removed(state.fetching, event.name), fetched: state.fetched + 1 };
    case 'fetch-failed':
      return { ...state, fetching: removed(state.fetching, event.name) };
    case 'build-wait':
      return started(state, event, 'waiting for another zilch');
    case 'build-start':
      return started(state, event, undefined);
    case 'build-phase': {
      const build = state.building.get(event.drvPath);
      return build === undefined ? state : { ...state, building: added(state.building, event.drvPath, { ...build, phase: event.phase }) };
    }
    case 'build-log':
      return { ...state, lastLine: event.line };
    case 'build-done':
      return { ...finished(state, event.drvPath), cpuSeconds: state.cpuSeconds + (event.usage.cpuSeconds ?? 0) };
    case 'build-reused':
      return {
        ...finished(state, event.drvPath),
        savedSeconds: state.savedSeconds + (state.planned.get(event.drvPath)?.estimateSeconds ?? 0),
      };
    case 'build-compared':
      return finished(state, event.drvPath);
    case 'build-failed':
      return { ...finished(state, event.drvPath), failed: state.failed + (event.failure.code === 'E_CANCELLED' ? 0 : 1) };
    case 'cache-refused':
    case 'done':
      return state;
  }
}

/** Whether a build takes longer than was expected of it. */
export function isOverdue({ startedAt, estimateSeconds }: RunningBuild, now: number): boolean {
  return estimateSeconds !== undefined && (now - startedAt) / 1000 > estimateSeconds;
}

/** Share of the planned work that is done, from 0 to 1, and the seconds left; by estimates where all have one. */
export function overall(state: ProgressState, now: number): { readonly share: number; readonly secondsLeft: number | undefined } {
  const plans = [...state.planned];
  if (plans.length === 0) return { share: 0, secondsLeft: undefined };
  if (plans.some(([, plan]) => plan.estimateSeconds === undefined)) return { share: state.finished.size / plans.length, secondsLeft: undefined };
  let total = 0;
  let done = 0;
  for (const [drvPath, { estimateSeconds = 0 }] of plans) {
    total += estimateSeconds;
    const running = state.building.get(drvPath);
    if (state.finished.has(drvPath)) done += estimateSeconds;
    // A build that takes longer than it should is nearly done, not more than done.
    else if (running !== undefined) done += Math.min((now - running.startedAt) / 1000, estimateSeconds * 0.98);
  }
  const atOnce = Math.max(1, state.building.size);
  return { share: total === 0 ? 0 : done / total, secondsLeft: (total - done) / atOnce };
}

function started(
  state: ProgressState,
  event: { readonly at: number; readonly drvPath: DrvPath; readonly name: string },
  phase: string | undefined,
): ProgressState {
  const build = { name: event.name, startedAt: event.at, phase, estimateSeconds: state.planned.get(event.drvPath)?.estimateSeconds };
  return { ...state, building: added(state.building, event.drvPath, build) };
}

function finished(state: ProgressState, drvPath: DrvPath): ProgressState {
  return { ...state, building: removed(state.building, drvPath), finished: new Set(state.finished).add(drvPath) };
}

function added<K, V>(map: ReadonlyMap<K, V>, key: K, value: V): ReadonlyMap<K, V> {
  return new Map(map).set(key, value);
}

function removed<K, V>(map: ReadonlyMap<K, V>, key: K): ReadonlyMap<K, V> {
  const rest = new Map(map);
  rest.delete(key);
  return rest;
}
