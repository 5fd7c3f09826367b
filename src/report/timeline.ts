/** A run as a Gantt chart: bars in lanes, the critical path, and the processors in use. */
import type { DrvPath } from '../formats/index.js';
import { forecast } from './forecast.js';
import type { Run, RunBuild } from './run.js';

export interface Bar {
  readonly build: RunBuild;
  /** From 0; there are as many lanes as builds ran at the same time. */
  readonly lane: number;
  /** Milliseconds since 1970. */
  readonly from: number;
  /** `now` for a running build. */
  readonly to: number;
  /** Whether it is on the critical path. */
  readonly critical: boolean;
}

export interface Timeline {
  readonly from: number;
  readonly to: number;
  readonly lanes: number;
  /** In the order of their start. */
  readonly bars: readonly Bar[];
  /** In the order of building. */
  readonly criticalPath: readonly DrvPath[];
  /** The number of busy processors from each moment to the next; builds of unknown use count as one. */
  readonly usage: readonly { readonly at: number; readonly processors: number }[];
  /** How it goes on by its estimates; `undefined` when it is over, or when nobody knows. */
  readonly expected: Expected | undefined;
}

export interface Expected {
  readonly end: number;
  /** What is left of running builds, and what is still to be built. */
  readonly bars: readonly Omit<Bar, 'critical'>[];
  /** Names of builds that take longer than was expected of them. */
  readonly overdue: readonly string[];
}

/** Lays a run out; `now` is the end of running bars. Builds that were never started have no bar. */
export function timelineOf(run: Run, now = run.lastAt): Timeline {
  const end = (build: RunBuild): number => Math.max(build.endedAt ?? (run.running ? now : run.lastAt), build.startedAt ?? 0);
  const started = run.builds.filter((build) => build.startedAt !== undefined).sort((a, b) => a.startedAt! - b.startedAt!);
  const criticalPath = criticalPathOf(run.builds, end);
  const critical = new Set(criticalPath);
  const coming = forecast(run, now);
  const expectedEnds = new Map(coming?.builds.map((one) => [one.build.drvPath, one.to]));
  const free: number[] = [];
  const takeLane = (from: number, to: number): number => {
    const found = free.findIndex((since) => since <= from);
    const lane = found === -1 ? free.length : found;
    free[lane] = to;
    return lane;
  };
  const bars = started.map((build): Bar => {
    const from = build.startedAt!;
    const to = end(build);
    const lane = takeLane(from, expectedEnds.get(build.drvPath) ?? to);
    return { build, lane, from, to, critical: critical.has(build.drvPath) };
  });
  const lanes = new Map(bars.map(({ build, lane }) => [build.drvPath, lane]));
  const expected = coming && {
    end: coming.end,
    overdue: coming.overdue,
    bars: coming.builds.map(({ build, from, to }) => ({
      build,
      from: Math.max(from, now),
      to,
      lane: lanes.get(build.drvPath) ?? takeLane(from, to),
    })),
  };
  const to = Math.max(run.running ? now : run.lastAt, ...bars.map((bar) => bar.to));
  return { from: run.startedAt, to, lanes: free.length, bars, criticalPath, usage: usageOf(bars), expected };
}

/** Backwards from the build that ended last, each time to the need that was ready last. */
function criticalPathOf(builds: readonly RunBuild[], end: (build: RunBuild) => number): DrvPath[] {
  const byPath = new Map(builds.map((build) => [build.drvPath, build]));
  const latest = (some: readonly RunBuild[]): RunBuild | undefined =>
    some
      .filter(({ startedAt }) => startedAt !== undefined)
      .reduce<RunBuild | undefined>((last, build) => (last === undefined || end(build) > end(last) ? build : last), undefined);
  const path: DrvPath[] = [];
  for (let build = latest(builds); build !== undefined;) {
    path.unshift(build.drvPath);
    const inputs: readonly RunBuild[] = build.inputs.flatMap((input) => byPath.get(input) ?? []);
    build = latest(inputs.filter(({ drvPath }) => !path.includes(drvPath)));
  }
  return path;
}

function usageOf(bars: readonly Bar[]): Timeline['usage'] {
  const changes = new Map<number, number>();
  for (const { build, from, to } of bars) {
    const seconds = (to - from) / 1000;
    if (seconds <= 0) continue;
    const processors = build.cpuSeconds === undefined ? 1 : build.cpuSeconds / seconds;
    changes.set(from, (changes.get(from) ?? 0) + processors);
    changes.set(to, (changes.get(to) ?? 0) - processors);
  }
  let processors = 0;
  return [...changes].sort(([a], [b]) => a - b).map(([at, change]) => ({ at, processors: Math.max(0, (processors += change)) }));
}
