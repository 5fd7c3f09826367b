/** What the commands that build have in common. */
import { Option, type Command } from 'commander';
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
import { sourcePath } from '../recipe/index.js';
import { fail, type Result } from '../result.js';
import { rememberSeed } from '../seed/index.js';
import { readPins } from '../verify/index.js';
import { collect, positiveInteger, processors, withChain, type ChainOptions } from './command.js';
import { builtBefore, compareBuilds, executorOf, recorderOf, substituterOf, withElsewhere, type ElsewhereOptions } from './elsewhere.js';
import { pinnedSizes } from './pinned-outputs.js';
import { BuiltOutputs, fetchAll, type Session } from './session.js';

/** Their options. */
export interface BuildCommandOptions extends ChainOptions, ElsewhereOptions {
  readonly jobs: number;
  readonly cores: number;
  readonly offline?: true;
  readonly sources?: readonly string[];
  readonly all?: true;
  readonly rebuild?: true;
  readonly keepFailed?: true;
  /** In seconds, for each build. */
  readonly timeout?: number;
  readonly maxSilentTime?: number;
  readonly keepGoing?: true;
  readonly tests: boolean;
  readonly json?: true;
}

/** The options that building needs, whichever command builds. */
export function withBuildOptions(command: Command): Command {
  return withElsewhere(withChain(command))
    .addOption(new Option('-j, --jobs <n>', 'builds at once').argParser(positiveInteger).default(processors(), 'number of processors'))
    .addOption(
      new Option('--cores <n>', 'processors that each build is told to use').argParser(positiveInteger).default(processors(), 'number of processors'),
    )
    .option('--offline', 'never touch the network')
    .option('--sources <dir>', 'directory or bundle to take tarballs from; may be given more than once', collect)
    .option('--timeout <seconds>', 'stop a build that takes longer', positiveInteger)
    .option('--max-silent-time <seconds>', 'stop a build that says nothing for so long', positiveInteger)
    .option('--keep-failed', 'keep the directory of a failed build')
    .option('--keep-going', 'go on with what does not depend on a failed build');
}

/** Adds `--json` to those that end with results. */
export function withJsonEvents(command: Command): Command {
  return command.option('--json', 'print every event as a line of JSON, and the results last');
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
export async function runBuild(
  session: Session,
  wanted: readonly Wanted[],
  options: BuildCommandOptions,
  context: RunContext,
): Promise<Result<BuildReport>> {
  const { store, loaded, chain } = session;
  const targets = context.asked.length > 0 ? context.asked : [options.all === true ? 'all' : chain.defaultTarget];
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
  options: BuildCommandOptions,
  { signal, emit, sourcesOf = [] }: RunContext,
): Promise<Result<BuildReport>> {
  const { store, chain, loaded, seed } = session;
  const remembered = rememberSeed(store, seed);
  if (!remembered.ok) return remembered;
  const executor = await executorOf(session, options);
  if (!executor.ok) return executor;
  const substituter = await substituterOf(session, options, signal, emit);
  if (!substituter.ok) return substituter;
  const substituted = await substituter.value?.substitute(chain.derivations, wanted);
  if (substituted?.ok === false) return substituted;
  const builtOutputs = new BuiltOutputs(session);
  const isThere = ({ drvPath, outputs }: Wanted): boolean => outputs.every((name) => builtOutputs.find(drvPath, name) !== undefined);
  // What caches gave comes without its derivation and that one's sources: only what is still to be built needs those.
  const mayLackSources = options.substituters !== undefined && options.rebuild !== true && executor.value === undefined;
  const open = mayLackSources ? wanted.filter((one) => !isThere(one)) : wanted;
  const needed = neededSources(chain, [...open, ...sourcesOf], (drvPath) => store.isValid(drvPath) && builtOutputs.areComplete(drvPath));
  const missing = needed.filter((source) => !store.isValid(sourcePath(source)));
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
  const pins = await readPins(loaded.pinsFile);
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
    ...(executor.value === undefined ? {} : { executor: executor.value }),
    ...(substituter.value === undefined ? {} : { fetchRealisations: substituter.value.fetchRealisations }),
  };
  const built = await buildGraph(request);
  const report = built.ok ? await compareBuilds({ ...request, wanted: before }, built.value) : built;
  return report.ok && signal.aborted
    ? fail('E_CANCELLED', 'stopped before everything was built', 'what was finished is kept; the same command goes on from there')
    : report;
}
