import { Option, type Command } from 'commander';
import { buildGraph, Journal, journalsDirectory, readDurations, type BuildOptions, type BuildReport, type Event } from '../../build/index.js';
import { neededSources, targetClosure, type PreparedTarget, type Wanted } from '../../chain/index.js';
import { fail, ok, type Result } from '../../result.js';
import { readPins } from '../../verify/index.js';
import { outputTable, type TableRow } from '../build-table.js';
import { collect, perform, positiveInteger, processors, withChain, type ChainOptions } from '../command.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { interruptible } from '../interrupt.js';
import { printJson, printLine } from '../output.js';
import { chooseReporter, type Reporter } from '../progress/reporters.js';
import { pinnedOutputs, type PinnedOutput } from '../pinned-outputs.js';
import { BuiltOutputs, fetchAll, targetsOf, withSession, type Session } from '../session.js';

export interface BuildCommandOptions extends ChainOptions {
  readonly jobs: number;
  readonly cores: number;
  readonly offline?: true;
  readonly sources?: readonly string[];
  readonly all?: true;
  readonly rebuild?: true;
  readonly keepFailed?: true;
  readonly keepGoing?: true;
  readonly tests: boolean;
  readonly json?: true;
}

/** `zilch build` */
export function register(command: Command): void {
  command.argument('[targets...]', 'targets of the chain, or single outputs as target^output (default: the chain’s default target)');
  withBuildOptions(command);
  command.option('-a, --all', 'build every target of the chain');
  command.option('--rebuild', 'build again what is wanted, and compare with what is there');
  command.option('--no-tests', 'do not run the tests of what is built');
  perform(command, (names: readonly string[], options: BuildCommandOptions) => buildCommand(names, options));
}

/** The options that building needs, whichever command builds. */
export function withBuildOptions(command: Command): Command {
  return withChain(command)
    .addOption(new Option('-j, --jobs <n>', 'builds at once').argParser(positiveInteger).default(processors(), 'number of processors'))
    .addOption(
      new Option('--cores <n>', 'processors that each build is told to use').argParser(positiveInteger).default(processors(), 'number of processors'),
    )
    .option('--offline', 'never touch the network')
    .option('--sources <dir>', 'directory or bundle to take tarballs from; may be given more than once', collect)
    .option('--keep-failed', 'keep the directory of a failed build')
    .option('--keep-going', 'go on with what does not depend on a failed build')
    .option('--json', 'print every event as a line of JSON, and the outputs last');
}

async function buildCommand(names: readonly string[], options: BuildCommandOptions): Promise<Result<ExitCode | undefined>> {
  const reporter = chooseReporter(options.json === true);
  try {
    return await interruptible((signal) =>
      withSession({ ...options, emit: reporter.emit, signal }, async (session) => {
        const named =
          options.all === true ? ok(session.chain.targets.map((target) => ({ target, outputName: undefined }))) : targetsOf(session, names);
        if (!named.ok) return named;
        const targets = targetClosure(
          session.chain,
          named.value.map(({ target }) => target),
        );
        const tests = options.tests ? targets.flatMap(({ test }) => (test === undefined ? [] : [{ drvPath: test.drvPath, outputs: ['out'] }])) : [];
        const wanted = named.value.map(({ target, outputName }) => ({
          drvPath: target.build.drvPath,
          outputs: outputName === undefined ? target.recipe.outputNames : [outputName],
        }));
        const durations = new Map<string, number>();
        const built = await runBuild(session, names, [...wanted, ...tests], options, signal, watching(reporter, durations));
        if (!built.ok) return built;
        reporter.close();
        return conclude(session, built.value, { targets, asked: named.value, durations, tests: tests.map(({ drvPath }) => drvPath) }, options);
      }),
    );
  } finally {
    reporter.close();
  }
}

/** Fetches what is missing, and builds; what happens goes into a journal too. `names` is what the user asked for. */
export async function runBuild(
  session: Session,
  names: readonly string[],
  wanted: readonly Wanted[],
  options: BuildCommandOptions,
  signal: AbortSignal,
  show: (event: Event) => void,
): Promise<Result<BuildReport>> {
  const { store, loaded, chain } = session;
  const targets = names.length > 0 ? names : [options.all === true ? 'all' : chain.defaultTarget];
  const journal = new Journal(journalsDirectory(store.layout.zilchDir), {
    chain: loaded.directory,
    targets,
    jobs: options.jobs,
    cores: options.cores,
  });
  try {
    return await fetchAndBuild(session, wanted, options, signal, (event) => {
      journal.emit(event);
      show(event);
    });
  } finally {
    journal.close();
  }
}

async function fetchAndBuild(
  session: Session,
  wanted: readonly Wanted[],
  options: BuildCommandOptions,
  signal: AbortSignal,
  emit: (event: Event) => void,
): Promise<Result<BuildReport>> {
  const { store, chain, loaded } = session;
  const builtOutputs = new BuiltOutputs(session);
  const missing = neededSources(chain, wanted, (drvPath) => store.isValid(drvPath) && builtOutputs.areComplete(drvPath));
  if (missing.length > 0) {
    const fetched = await fetchAll(missing, store, { ...options, emit, signal });
    if (!fetched.ok) return fetched;
  }
  const buildOptions: BuildOptions = {
    jobs: options.jobs,
    cores: options.cores,
    keepGoing: options.keepGoing === true,
    keepFailed: options.keepFailed === true,
    rebuild: options.rebuild === true,
    signal,
  };
  const report = await buildGraph({
    store,
    closure: chain.derivations,
    wanted,
    options: buildOptions,
    emit,
    referenceDurations: readDurations(loaded.durationsFile),
  });
  return report.ok && signal.aborted
    ? fail('E_INTERRUPTED', 'stopped before everything was built', 'what was finished is kept; the same command goes on from there')
    : report;
}

interface Asked {
  /** Everything that was needed. */
  readonly targets: readonly PreparedTarget[];
  readonly asked: readonly { readonly target: PreparedTarget; readonly outputName: string | undefined }[];
  readonly tests: readonly string[];
  /** Seconds, by derivation, of what was built now. */
  readonly durations: ReadonlyMap<string, number>;
}

/** Holds the outputs against their pins, and shows what came of the run. */
async function conclude(
  session: Session,
  report: BuildReport,
  { targets, asked, tests, durations }: Asked,
  options: BuildCommandOptions,
): Promise<Result<ExitCode | undefined>> {
  const pins = await readPins(session.loaded.pinsFile);
  if (!pins.ok) return pins;
  const outputs = pinnedOutputs(session, targets, pins.value);
  const isAsked = ({ target, outputName }: PinnedOutput): boolean =>
    asked.some((one) => one.target === target && (one.outputName ?? outputName) === outputName);
  const rooted = keepFromCollection(session, outputs);
  if (!rooted.ok) return rooted;
  const different = outputs.filter(({ pinned }) => pinned === 'different');
  // Of what was not asked for, only what is wrong is worth a line.
  const rows = outputs
    .filter((output) => isAsked(output) || output.pinned === 'different')
    .map((output): TableRow => ({ ...output, seconds: durations.get(output.target.build.drvPath) }));
  const failedTests = tests.filter((drvPath) => [...report.failures.keys()].some((failed) => failed === drvPath)).length;
  if (options.json === true) {
    printJson({
      outputs: rows.map(({ key, info, seconds, pinned }) => ({
        output: key,
        path: info.path,
        narHash: info.narHash,
        narSize: info.narSize,
        seconds,
        pinned,
      })),
      summary: report.summary,
    });
  } else {
    for (const line of outputTable(rows, process.stdout.columns || Number.POSITIVE_INFINITY)) printLine(line);
    if (tests.length > 0 && report.failures.size === 0) printLine(`tests: ${tests.length - failedTests} passed`);
  }
  if (report.failures.size > 0) return ok(EXIT.failed);
  const changed = [...report.comparisons.values()].filter(({ kind }) => kind === 'different').length;
  if (changed > 0)
    return fail(
      'E_DIFFERENT',
      `${changed} of ${report.comparisons.size} builds came out different when built again`,
      'the first difference of each is shown above',
    );
  if (different.length > 0) {
    const names = different.map(({ key }) => key).join(', ');
    return fail(
      'E_DIFFERENT',
      `not what is pinned: ${names}`,
      'if a recipe was changed on purpose, `zilch pins update` pins the new outputs; else this machine builds something else than others do',
    );
  }
  return ok(undefined);
}

/**
 * Roots what this run used, so that the garbage collector takes only what has been outdated: each target's outputs, and its
 * derivation, which refers to sources, the seed and the recipe's files.
 */
function keepFromCollection(session: Session, outputs: readonly PinnedOutput[]): Result<void> {
  const { store, loaded } = session;
  const directory = encodeURIComponent(loaded.directory);
  for (const { target, key, info } of outputs) {
    const output = store.addRoot(`${directory}/${key}`, info.path);
    if (!output.ok) return output;
    const derivation = store.isValid(target.build.drvPath) ? store.addRoot(`${directory}/${target.name}.drv`, target.build.drvPath) : ok(undefined);
    if (!derivation.ok) return derivation;
  }
  return ok(undefined);
}

function watching(reporter: Reporter, durations: Map<string, number>): (event: Event) => void {
  return (event) => {
    if (event.type === 'build-done') durations.set(event.drvPath, event.durationSeconds);
    reporter.emit(event);
  };
}
