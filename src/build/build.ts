/** A whole run: plans, builds what is missing, and, if asked, builds again and compares. */
import { availableParallelism } from 'node:os';
import { type Derivation, type DrvPath, type Identities, identitiesOf, type StorePath } from '../formats/index.js';
import { err, ok, type Failure, type Result } from '../result.js';
import type { Store } from '../store/index.js';
import { durationsFile, readDurations, recordDurations } from './durations.js';
import { estimates, type Duration, type Durations, type Estimates } from './estimate.js';
import { emitter, type Comparison, type Emit, type PlannedBuild, type PlannedFetch, type Summary } from './event.js';
import type { Executor } from './executor.js';
import { criticalPath, makespan, planGraph, type Graph, type GraphNode } from './graph.js';
import type { BuildLimits } from './limits.js';
import { fitsMemory, memoryForBuild } from './memory.js';
import { realise, type FetchRealisations, type FetchSources, type RealiseContext, type RealiseFailure } from './realise.js';
import type { OutputPaths } from './resolved.js';
import { rebuild } from './rebuild.js';
import { SandboxExecutor } from './sandbox-executor.js';
import { schedule } from './schedule.js';

export interface BuildOptions {
  /** Builds at once; the number of processors by default. */
  readonly jobs?: number;
  /** `NIX_BUILD_CORES` for builders; the number of processors by default. */
  readonly cores?: number;
  /** Continue with builds that do not depend on a failed build. */
  readonly keepGoing?: boolean;
  /** Keep the trees of failed builds; build directories are then on disk. */
  readonly keepFailed?: boolean;
  /** Build the wanted outputs again, and compare. */
  readonly rebuild?: boolean;
  /**
   * The largest build directory in memory, in bytes; a larger one is on the store's disk. Depends on the memory by
   * default.
   */
  readonly buildMemory?: number;
  /** How much memory all builds at once may take, in bytes; what is free by default. Builds wait for each other where it is short. */
  readonly memory?: number;
  /** Limits of time and silence of each build. */
  readonly limits?: BuildLimits;
  /** Stops the run: kills running builds, and starts no more. */
  readonly signal?: AbortSignal;
}

export interface BuildRequest {
  readonly store: Store;
  /** Every derivation that may be needed. */
  readonly closure: ReadonlyMap<DrvPath, Derivation>;
  readonly wanted: readonly { readonly drvPath: DrvPath; readonly outputs: readonly string[] }[];
  readonly options?: BuildOptions;
  /** Zilch's own sandbox by default. */
  readonly executor?: Executor;
  readonly emit?: Emit;
  /** Called for each derivation before it is built. */
  readonly fetchRealisations?: FetchRealisations;
  /** Asked for the sources of each derivation that is built, when they are not there. */
  readonly fetchSources?: FetchSources;
  /** Durations of another machine, to estimate by what this one has not built yet. */
  readonly referenceDurations?: Durations;
  /** The expected sizes of outputs, in bytes, for the plan. */
  readonly sizes?: ReadonlyMap<DrvPath, number>;
  /** Fetches what is needed before building. It takes long, so it is called after the plan was reported. */
  readonly fetch?: { readonly sources: readonly PlannedFetch[]; readonly run: () => Promise<Result<unknown>> };
}

/** The results of a run. */
export interface BuildReport {
  readonly summary: Summary;
  /** Outputs of the wanted derivations, including realised outputs that were not wanted. */
  readonly outputs: ReadonlyMap<DrvPath, OutputPaths>;
  /** By failed derivation. Derivations that depend on one of them are not listed. */
  readonly failures: ReadonlyMap<DrvPath, Failure>;
  /** The result of `rebuild`. */
  readonly comparisons: ReadonlyMap<DrvPath, Comparison>;
}

/** Finds the realised part of a closure without building anything, for `path` and `list`. */
function realisedOutputs(store: Store, closure: ReadonlyMap<DrvPath, Derivation>, drvPaths: Iterable<DrvPath>): ReadonlyMap<DrvPath, OutputPaths> {
  const identities = identitiesOf(closure);
  return new Map(
    [...drvPaths].map((drvPath) => [drvPath, realisedOutputsOf(store, identities, drvPath, closure.get(drvPath)?.outputs.keys() ?? [])]),
  );
}

/**
 * Builds the wanted derivations and all their needs. The report has the failed builds. The result fails only if nothing
 * could be tried: an incomplete closure, or no sandbox.
 */
export async function buildGraph(request: BuildRequest): Promise<Result<BuildReport>> {
  const { store, closure, wanted, options = {} } = request;
  const started = performance.now();
  const jobs = options.jobs ?? availableParallelism();
  const signal = options.signal ?? new AbortController().signal;
  const emit = emitter(request.emit ?? (() => undefined));
  const identities = identitiesOf(closure);
  const planned = await planRooted(request, identities);
  if (!planned.ok) return planned;
  const graph = planned.value;

  const file = durationsFile(store.layout.zilchDir);
  const own = readDurations(file);
  const estimate = estimates(own, request.referenceDurations ?? new Map());
  const rank = criticalPath(graph, (node) => estimate.weight(node.drv.name));
  const drvs = plannedBuilds(graph, estimate, request.sizes ?? new Map());
  const known = drvs.every(({ estimateSeconds }) => estimateSeconds !== undefined);
  const estimateSeconds = known ? makespan(graph, { rank, jobs, seconds: (node) => estimate.weight(node.drv.name) }) : undefined;
  emit({ type: 'plan', drvs, fetch: request.fetch?.sources ?? [], estimateSeconds });
  const fetched = await request.fetch?.run();
  const endedEarly = (failure: Failure): Result<never> => {
    const summary = { built: 0, reused: 0, failed: 0, skipped: graph.size, durationSeconds: (performance.now() - started) / 1000 };
    emit({ type: 'done', summary, failure });
    return err(failure);
  };
  if (fetched?.ok === false) return endedEarly(fetched.failure);

  const executor = request.executor ?? new SandboxExecutor(store, jobs);
  const context: RealiseContext = {
    ...{ store, closure, identities, executor, emit, signal },
    cores: options.cores ?? availableParallelism(),
    keepFailed: options.keepFailed === true,
    limits: options.limits,
    buildMemory: () => options.buildMemory ?? memoryForBuild(jobs),
    fetchRealisations: request.fetchRealisations,
    fetchSources: request.fetchSources,
  };
  if (graph.size > 0 || options.rebuild === true) {
    const prepared = await executor.prepare();
    if (!prepared.ok) return endedEarly(prepared.failure);
  }
  const run = new Run(context, file);
  // Only for this machine's own builds is it known how much they take with so many processors.
  const fits = fitsMemory((node: GraphNode) => own.get(node.drv.name)?.memoryBytes ?? 0, options.memory ?? process.availableMemory());
  const outcomes = await schedule(graph, { jobs, rank, fits, signal, keepGoing: options.keepGoing === true, run: (node) => run.realise(node) });
  const comparisons = new Map<DrvPath, Comparison>();
  if (options.rebuild === true && run.failures.size === 0 && !signal.aborted) {
    // Rebuilds need not wait for each other, because all inputs are there.
    const again = wanted.map(({ drvPath }): [DrvPath, GraphNode] => [drvPath, unconnected(drvPath, closure)]);
    await schedule(new Map(again), { jobs, rank: new Map(), signal, keepGoing: true, run: (node) => run.rebuild(node, comparisons) });
  }
  run.recordDurations();

  const count = (outcome: string): number => [...outcomes.values()].filter((value) => value === outcome).length;
  const stopped = [...run.failures.values()].filter(({ code }) => code === 'E_CANCELLED').length;
  const summary: Summary = {
    built: run.built,
    reused: wanted.filter(({ drvPath }) => !graph.has(drvPath)).length + count('done') - run.built,
    failed: run.failures.size - stopped,
    skipped: count('skipped') + stopped,
    durationSeconds: (performance.now() - started) / 1000,
  };
  emit({ type: 'done', summary, ...(signal.aborted ? { failure: { code: 'E_CANCELLED', message: 'stopped on request' } } : {}) });
  const outputs = realisedOutputs(
    store,
    closure,
    wanted.map(({ drvPath }) => drvPath),
  );
  return ok({ summary, outputs, failures: run.failures, comparisons });
}

/**
 * Plans, and keeps what the plan needs from being collected, because a build may start hours later. A run with nothing
 * to do skips this.
 */
async function planRooted({ store, closure, wanted, options }: BuildRequest, identities: Identities): Promise<Result<Graph>> {
  for (;;) {
    const found = new Set<StorePath>();
    const planned = planGraph(closure, wanted, (drvPath, names) => {
      const paths = names.flatMap((name) => store.realisation(identities.idOf(drvPath, name))?.outPath ?? []);
      if (paths.length < names.length) return false;
      for (const path of paths) found.add(path);
      return true;
    });
    if (!planned.ok || (planned.value.size === 0 && options?.rebuild !== true)) return planned;
    for (const path of found) {
      const rooted = await store.addTempRoot(path);
      if (!rooted.ok) return rooted;
    }
    // If one was collected meanwhile, it must be built, with its needs.
    if ([...found].every((path) => store.isValid(path))) return planned;
  }
}

/** What builds record for the report. */
class Run {
  readonly failures = new Map<DrvPath, Failure>();
  built = 0;
  private readonly durations = new Map<string, Duration>();

  constructor(
    private readonly context: RealiseContext,
    private readonly durationsFile: string,
  ) {}

  /** Recorded durations survive a kill. Short builds are recorded together. */
  recordDurations(): void {
    recordDurations(this.durationsFile, this.durations);
    this.durations.clear();
  }

  async realise({ drvPath, drv, outputs }: GraphNode): Promise<boolean> {
    const { emit } = this.context;
    const realised = await realise(drvPath, outputs, this.context);
    if (!realised.ok) return this.failed(drvPath, drv, realised.failure);
    const { value } = realised;
    switch (value.kind) {
      case 'reused':
        emit({ type: 'build-reused', drvPath, name: drv.name, outputs: value.outputs });
        return true;
      case 'built':
        this.built++;
        this.durations.set(drv.name, {
          seconds: value.durationSeconds,
          cpuSeconds: value.usage.cpuSeconds,
          memoryBytes: value.usage.maxRssBytes,
        });
        if (value.durationSeconds > 5) this.recordDurations();
        emit({ type: 'build-done', drvPath, name: drv.name, outputs: value.outputs, durationSeconds: value.durationSeconds, usage: value.usage });
        return true;
    }
  }

  async rebuild({ drvPath, drv }: GraphNode, comparisons: Map<DrvPath, Comparison>): Promise<boolean> {
    const compared = await rebuild(drvPath, this.context);
    if (!compared.ok) return this.failed(drvPath, drv, compared.failure);
    comparisons.set(drvPath, compared.value);
    this.context.emit({ type: 'build-compared', drvPath, name: drv.name, comparison: compared.value });
    return true;
  }

  private failed(drvPath: DrvPath, { name }: Derivation, { lastLines = [], logPath, keptDir, ...failure }: RealiseFailure): false {
    this.failures.set(drvPath, failure);
    this.context.emit({ type: 'build-failed', drvPath, name, failure, lastLines, logPath, keptDir });
    return false;
  }
}

function unconnected(drvPath: DrvPath, closure: ReadonlyMap<DrvPath, Derivation>): GraphNode {
  return { drvPath, drv: closure.get(drvPath) as Derivation, outputs: new Set(), inputs: [], dependents: [] };
}

function realisedOutputsOf(store: Store, identities: Identities, drvPath: DrvPath, names: Iterable<string>): OutputPaths {
  return new Map(
    [...names].flatMap((name) => {
      const path = store.realisation(identities.idOf(drvPath, name))?.outPath;
      const info = path === undefined ? undefined : store.pathInfo(path);
      return info === undefined ? [] : [[name, info] as const];
    }),
  );
}

function plannedBuilds(graph: Graph, estimate: Estimates, sizes: ReadonlyMap<DrvPath, number>): PlannedBuild[] {
  return [...graph.values()].map(({ drvPath, drv, inputs }) => ({
    ...{ drvPath, name: drv.name, inputs },
    estimateSeconds: estimate.of(drv.name),
    estimateCpuSeconds: estimate.cpuOf(drv.name),
    estimateBytes: sizes.get(drvPath),
  }));
}
