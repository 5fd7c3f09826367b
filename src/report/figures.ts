/** How much of the machine the builds of a run used. */
import type { Run, RunBuild } from './run.js';
import { timelineOf } from './timeline.js';

export interface BuildFigures {
  readonly name: string;
  /** Wall clock. */
  readonly seconds: number;
  readonly cpuSeconds: number | undefined;
  /**
   * From 0 to 1: the part of its processor time in which it did not compile, assemble or link; `undefined` without
   * samples.
   */
  readonly outsideCompilers: number | undefined;
  /** The programs that took most of that part, the busiest first. */
  readonly outside: readonly string[];
  readonly maxRssBytes: number | undefined;
  /** Bytes of all outputs, as NARs. */
  readonly size: number;
  /** Whether it is on the critical path. */
  readonly critical: boolean;
}

export interface Figures {
  /** All builds, in the order of their start. */
  readonly builds: readonly BuildFigures[];
  /** Sum of all wall clock and processor times. */
  readonly sum: { readonly seconds: number; readonly cpuSeconds: number };
  /** Sum of the wall clock on the critical path. */
  readonly criticalSeconds: number;
}

/** Compilers, assemblers and linkers, and the drivers that start them, as the kernel names their processes. */
const COMPILERS = /^(cc1(plus)?|collect2|as|ld(\.lld)?|lld|tcc|cc|c\+\+|cpp|x?(gcc|g\+\+)|clang(\+\+|-\d+)?)$/;

const NAMED = 3;

/** The figures of a run; reused outputs have none. */
export function figuresOf(run: Run): Figures {
  const { bars } = timelineOf(run);
  const builds = bars
    .filter(({ build }) => build.status === 'built')
    .map(({ build, from, to, critical }) => figures(build, (to - from) / 1000, critical));
  return {
    builds,
    sum: { seconds: total(builds.map(({ seconds }) => seconds)), cpuSeconds: total(builds.map(({ cpuSeconds }) => cpuSeconds ?? 0)) },
    criticalSeconds: total(builds.filter(({ critical }) => critical).map(({ seconds }) => seconds)),
  };
}

function figures({ name, cpuSeconds, maxRssBytes, running = {}, outputs }: RunBuild, seconds: number, critical: boolean): BuildFigures {
  const samples = Object.entries(running);
  const outside = samples.filter(([program]) => !COMPILERS.test(program)).sort(([, a], [, b]) => b - a);
  const all = total(samples.map(([, count]) => count));
  return {
    name,
    seconds,
    cpuSeconds,
    outsideCompilers: all === 0 ? undefined : total(outside.map(([, count]) => count)) / all,
    outside: outside.slice(0, NAMED).map(([program]) => program),
    maxRssBytes,
    size: total(outputs.map(({ narSize }) => narSize)),
    critical,
  };
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
