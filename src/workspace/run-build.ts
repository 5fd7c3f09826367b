/** A build from end to end: fetch what is missing, build, and compare with what was built before. */
import {
  buildGraph,
  Journal,
  journalsDirectory,
  readDurations,
  type BuildOptions,
  type BuildReport,
  type BuildRequest,
  type Event,
} from '../build/index.js';
import { neededSources, type Wanted } from '../chain/index.js';
import type { StorePath } from '../formats/index.js';
import { sourcePath, type Source } from '../recipe/index.js';
import { fail, ok, type Result } from '../result.js';
import { rememberSeed } from '../seed/index.js';
import { readPins } from '../verify/index.js';
import { executorOf, recorderOf, type BuilderOptions } from './builder.js';
import { BuiltOutputs } from './built-outputs.js';
import { substituterOf, type CacheOptions } from './caches.js';
import { fetchAll, type FetchingOptions } from './fetch.js';
import { pinnedSizes } from './pinned-outputs.js';
import type { Session } from './session.js';

/** How to build, whoever asks for it. */
export interface BuildSettings extends FetchingOptions, CacheOptions, BuilderOptions {
  /** Builds at once. */
  readonly jobs: number;
  /** Processors that each build is told to use. */
  readonly cores: number;
  /** Build again what is there, and compare. */
  readonly rebuild?: true;
  /** In seconds, for each build. */
  readonly timeout?: number;
  readonly maxSilentTime?: number;
  readonly keepFailed?: true;
  readonly keepGoing?: true;
}

/** What a run happens in. */
export interface RunContext {
  /** What the user asked for, in his words: journals are known by it. */
  readonly asked: readonly string[];
  readonly signal: AbortSignal;
  readonly emit: (event: Event) => void;
  /** Derivations whose sources are to be fetched, though they are not to be built. */
  readonly sourcesOf?: readonly Wanted[];
}

/** Fetches what is missing, and builds; what happens goes into a journal too. */
export async function buildInSession(
  session: Session,
  wanted: readonly Wanted[],
  options: BuildSettings,
  context: RunContext,
): Promise<Result<BuildReport>> {
  const { store, loaded, chain } = session;
  const targets = context.asked.length > 0 ? context.asked : [chain.defaultTarget];
  const { jobs, cores } = options;
  const recorder = await recorderOf(store, options);
  if (!recorder.ok) return recorder;
  const journal = new Journal(journalsDirectory(store.layout.zilchDir), { chain: loaded.directory, targets, jobs, cores });
  const emit = (event: Event): void => {
    journal.emit(event);
    recorder.value?.emit(event);
    context.emit(event);
  };
  try {
    return await fetchAndBuild(session, wanted, options, { ...context, emit });
  } finally {
    journal.close();
  }
}

async function fetchAndBuild(
  session: Session,
  wanted: readonly Wanted[],
  options: BuildSettings,
  { signal, emit, sourcesOf = [] }: RunContext,
): Promise<Result<BuildReport>> {
  const { store, chain, loaded, seed } = session;
  const remembered = rememberSeed(store, seed);
  if (!remembered.ok) return remembered;
  const executor = await executorOf(session, options);
  if (!executor.ok) return executor;
  const substituter = await substituterOf(store, options, signal, emit);
  if (!substituter.ok) return substituter;
  const substituted = await substituter.value?.substitute(chain.derivations, wanted);
  if (substituted?.ok === false) return substituted;
  const builtOutputs = new BuiltOutputs(session);
  // Of what caches may have, a source is fetched when it turns out that they have not.
  const later = options.substituters !== undefined && options.rebuild !== true && executor.value === undefined;
  const needed = neededSources(
    chain,
    later ? sourcesOf : [...wanted, ...sourcesOf],
    (drvPath) => store.isValid(drvPath) && builtOutputs.areComplete(drvPath),
  );
  const missing = needed.filter((source) => !store.isValid(sourcePath(source)));
  const sourcesAt = (paths: readonly StorePath[]): Source[] => paths.flatMap((path) => (store.isValid(path) ? [] : (chain.sources.get(path) ?? [])));
  const buildOptions: BuildOptions = {
    jobs: options.jobs,
    cores: options.cores,
    keepGoing: options.keepGoing === true,
    keepFailed: options.keepFailed === true,
    rebuild: options.rebuild === true,
    limits: { timeout: options.timeout, silence: options.maxSilentTime },
    signal,
  };
  const before = executor.value === undefined ? [] : builtBefore(session, wanted);
  const pins = readPins(loaded.pinsFile);
  if (!pins.ok) return pins;
  const request: BuildRequest = {
    store,
    closure: chain.derivations,
    wanted,
    options: buildOptions,
    emit,
    referenceDurations: readDurations(loaded.durationsFile),
    sizes: pinnedSizes(chain, pins.value),
    ...(missing.length === 0
      ? {}
      : {
          fetch: {
            sources: missing.map(({ file, size }) => ({ name: file, size })),
            run: () => fetchAll(missing, store, { ...options, emit, signal }),
          },
        }),
    ...(later ? { fetchSources: oneAtATime((paths) => fetchAll(sourcesAt(paths), store, { ...options, emit, signal })) } : {}),
    ...(executor.value === undefined ? {} : { executor: executor.value }),
    ...(substituter.value === undefined ? {} : { fetchRealisations: substituter.value.fetchRealisations }),
  };
  const built = await buildGraph(request);
  const report = built.ok ? await compareBuilds({ ...request, wanted: before }, built.value) : built;
  return report.ok && signal.aborted
    ? fail('E_CANCELLED', 'stopped before everything was built', 'what was finished is kept; the same command goes on from there')
    : report;
}

/** What of all that is wanted, and of what that needs, is built already. */
function builtBefore({ store, chain, ...session }: Session, wanted: readonly Wanted[]): Wanted[] {
  const built = new BuiltOutputs({ store, chain, ...session });
  const needed = new Set(wanted.map(({ drvPath }) => drvPath));
  for (const drvPath of needed) for (const input of chain.derivations.get(drvPath)?.inputDrvs.keys() ?? []) needed.add(input);
  return [...needed]
    .filter((drvPath) => built.areComplete(drvPath))
    .map((drvPath) => ({ drvPath, outputs: [...chain.derivations.get(drvPath)!.outputs.keys()] }));
}

/** Builds again by `executor` what was built before it came into play, and adds to the report what that showed. */
async function compareBuilds(request: Parameters<typeof buildGraph>[0], report: BuildReport): Promise<Result<BuildReport>> {
  if (request.wanted.length === 0 || request.options?.signal?.aborted === true) return ok(report);
  const compared = await buildGraph({ ...request, options: { ...request.options, rebuild: true } });
  if (!compared.ok) return compared;
  return ok({
    ...report,
    failures: new Map([...report.failures, ...compared.value.failures]),
    comparisons: new Map([...report.comparisons, ...compared.value.comparisons]),
  });
}

/** Calls of an asynchronous function that wait for each other: two builds that need one tarball fetch it once. */
function oneAtATime<A, R>(call: (argument: A) => Promise<R>): (argument: A) => Promise<R> {
  let last: Promise<unknown> = Promise.resolve();
  return (argument) => {
    const next = last.then(() => call(argument));
    last = next;
    return next;
  };
}
