/** How a run goes on by its estimates: what is built when, and when it ends. */
import type { Run, RunBuild } from './run.js';

export interface Forecast {
  /** Builds that are not over, in the order of their start. Times are milliseconds since 1970. */
  readonly builds: readonly { readonly build: RunBuild; readonly from: number; readonly to: number }[];
  readonly end: number;
  /** Builds that take longer than was expected of them: nobody knows when they end. */
  readonly overdue: readonly string[];
}

/**
 * Goes on from `now` as the scheduler does: as many builds at once as the run may have, those first that most depends on. `undefined`
 * when nothing is to come, or when nobody knows how long something takes.
 */
export function forecast(run: Run, now: number): Forecast | undefined {
  const open = openBuilds(run);
  if (!run.running || open.length === 0 || open.some(({ estimateSeconds }) => estimateSeconds === undefined)) return undefined;
  const isOpen = new Set<string>(open.map(({ drvPath }) => drvPath));
  const rank = ranks(open);
  const ends = new Map<string, number>();
  const overdue: string[] = [];
  const builds: { build: RunBuild; from: number; to: number }[] = [];
  const begin = (build: RunBuild, from: number): void => {
    const expected = from + (build.estimateSeconds ?? 0) * 1000;
    if (expected < now) overdue.push(build.name);
    const to = Math.max(expected, now);
    ends.set(build.drvPath, to);
    builds.push({ build, from, to });
  };
  for (const build of open) if (build.startedAt !== undefined) begin(build, build.startedAt);
  const queued = open.filter(({ startedAt }) => startedAt === undefined).sort((a, b) => (rank.get(b.drvPath) ?? 0) - (rank.get(a.drvPath) ?? 0));
  for (let at = now; queued.length > 0;) {
    const running = [...ends.values()].filter((end) => end > at);
    const next =
      running.length < run.jobs
        ? queued.findIndex(({ inputs }) => inputs.every((input) => !isOpen.has(input) || (ends.get(input) ?? Infinity) <= at))
        : -1;
    if (next !== -1) begin(queued.splice(next, 1)[0]!, at);
    else if (running.length === 0) break;
    else at = Math.min(...running);
  }
  return { builds: builds.sort((a, b) => a.from - b.from), end: Math.max(now, ...ends.values()), overdue };
}

/** What is still to come: not what waits for a build that failed. */
function openBuilds({ builds }: Run): RunBuild[] {
  const never = new Set<string>();
  // A plan has needs first.
  return builds.filter(({ drvPath, status, inputs }) => {
    if (status === 'failed' || status === 'stopped' || status === 'lost' || inputs.some((input) => never.has(input))) never.add(drvPath);
    return !never.has(drvPath) && (status === 'queued' || status === 'waiting' || status === 'building');
  });
}

/** The longest way from each build to the end. */
function ranks(open: readonly RunBuild[]): ReadonlyMap<string, number> {
  const users = new Map<string, RunBuild[]>();
  for (const build of open) for (const input of build.inputs) users.set(input, [...(users.get(input) ?? []), build]);
  const known = new Map<string, number>();
  // Backwards, those that need something are known before it.
  for (const { drvPath, estimateSeconds = 0 } of [...open].reverse())
    known.set(drvPath, estimateSeconds + Math.max(0, ...(users.get(drvPath) ?? []).map((user) => known.get(user.drvPath) ?? 0)));
  return known;
}
