/** Two runs side by side: what each build took in the one and in the other. */
import type { ChainReport } from './chain-report.js';
import type { Run, RunBuild } from './run.js';

/** What a build took. */
export interface Took {
  /** By the clock. */
  readonly seconds: number;
  readonly cpuSeconds: number | undefined;
  /** Bytes of its outputs; `undefined` where nobody counted. */
  readonly size: number | undefined;
}

export interface ComparedBuild {
  readonly name: string;
  readonly first: Took | undefined;
  readonly second: Took | undefined;
}

export interface ComparedRuns {
  /** In the order of the first run, then what only the second one built. */
  readonly builds: readonly ComparedBuild[];
  /** Sums over what both have built. */
  readonly both: { readonly count: number; readonly first: number; readonly second: number };
}

/** What was built, by the derivation's name. */
export type BuildsByName = ReadonlyMap<string, Took>;

/** Of two derivations of one name the second is numbered: `gcc-10#2`. */
export function buildsOf(run: Run): BuildsByName {
  const found = new Map<string, Took>();
  const built = run.builds.filter(({ status, startedAt, endedAt }) => status === 'built' && startedAt !== undefined && endedAt !== undefined);
  for (const build of [...built].sort((a, b) => a.startedAt! - b.startedAt!)) {
    let name = build.name;
    for (let n = 2; found.has(name); n++) name = `${build.name}#${n}`;
    found.set(name, took(build));
  }
  return found;
}

function took({ startedAt = 0, endedAt = 0, cpuSeconds, outputs }: RunBuild): Took {
  return { seconds: (endedAt - startedAt) / 1000, cpuSeconds, size: outputs.reduce((sum, { narSize }) => sum + narSize, 0) };
}

/** The times that came with the chain, of the machine that it was measured on. */
export function referenceBuilds({ recipes }: ChainReport): BuildsByName {
  return new Map(
    recipes.flatMap(({ drvName, reference }) =>
      reference === undefined ? [] : [[drvName, { seconds: reference.seconds, cpuSeconds: reference.cpuSeconds, size: undefined }] as const],
    ),
  );
}

/** Compares by names: a recipe that has changed meanwhile is compared with what it was. */
export function compareBuilds(first: BuildsByName, second: BuildsByName): ComparedRuns {
  const names = [...first.keys(), ...[...second.keys()].filter((name) => !first.has(name))];
  const builds = names.map((name) => ({ name, first: first.get(name), second: second.get(name) }));
  const both = builds.filter((build) => build.first !== undefined && build.second !== undefined);
  const sum = (of: (build: ComparedBuild) => Took | undefined): number => both.reduce((total, build) => total + (of(build)?.seconds ?? 0), 0);
  return { builds, both: { count: both.length, first: sum((build) => build.first), second: sum((build) => build.second) } };
}
