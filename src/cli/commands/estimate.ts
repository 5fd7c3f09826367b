import type { Command } from 'commander';
import {
  durationsFile,
  estimates,
  journalsDirectory,
  listJournals,
  planGraph,
  readDurations,
  simulate,
  workOf,
  type GraphNode,
  type Measured,
  type Simulated,
  type Work,
} from '../../build/index.js';
import { ok, type Result } from '../../result.js';
import { perform, positiveInteger, withChain, withJson, type ChainOptions } from '../command.js';
import type { ExitCode } from '../exit-code.js';
import { formatCount, formatSeconds, formatTable } from '../format.js';
import { printJson, printLine } from '../output.js';
import { readRun } from '../runs.js';
import { askedFor, targetsOf, withView, type Session } from '../../workspace/index.js';

interface EstimateOptions extends ChainOptions {
  readonly cores?: readonly number[];
  readonly jobs?: number;
  readonly tests: boolean;
  readonly all?: true;
  readonly json?: true;
}

/** Machines that are told of when nobody says which. */
const USUAL_CORES = [2, 4, 8, 64];
/** Chains' own durations are those of a machine with this many processors. */
const REFERENCE_CORES = 2;

/** `zilch estimate` */
export function register(command: Command): void {
  command.argument('[targets...]', 'targets of the chain (default: the chain’s default target)');
  withJson(withChain(command))
    .option('--cores <n>', 'processors of the machine; may be given more than once (default: 2, 4, 8 and 64)', collectNumbers)
    .option('-j, --jobs <n>', 'builds at once (default: as many as processors)', positiveInteger)
    .option('-a, --all', 'every target of the chain')
    .option('--no-tests', 'leave tests out');
  command.addHelpText(
    'after',
    '\nEvery step counts, built or not; fetching sources does not. How much of a step more processors share comes from the journals of this store\n(processor time beside the clock); without one, a step counts as one that they do not share. Of several builds of\na step the one counts that waited least for other programs and for the disk. Memory is not looked at.',
  );
  perform(command, (names: readonly string[], options: EstimateOptions) => estimate(names, options));
}

function collectNumbers(value: string, previous: readonly number[] = []): readonly number[] {
  return [...previous, positiveInteger(value)];
}

function estimate(names: readonly string[], options: EstimateOptions): Promise<Result<ExitCode | undefined>> {
  return withView(options, (session) => Promise.resolve(estimateIn(session, names, options)));
}

function estimateIn(session: Session, names: readonly string[], options: EstimateOptions): Result<undefined> {
  const { chain } = session;
  const named = targetsOf(session, names, options.all);
  if (!named.ok) return named;
  const { outputs, tests } = askedFor(session, named.value, options.tests);
  const graph = planGraph(chain.derivations, [...outputs, ...tests], () => false);
  if (!graph.ok) return graph;
  const known = knownWork(session);
  const steps = [...graph.value.values()];
  const machines = options.cores ?? USUAL_CORES;
  const simulated = machines.map((cores) => ({
    cores,
    ...simulate(graph.value, known.work, { cores, jobs: options.jobs ?? cores }),
  }));
  const nameOf = (drvPath: string): string => chain.derivations.get(drvPath as never)?.name ?? drvPath;
  const counted = { steps: steps.length, counted: steps.filter(known.isCounted).length, unknown: steps.filter(known.isUnknown).length };
  if (options.json === true) printJson({ ...counted, machines: simulated.map((one) => asJson(one, nameOf)) });
  else show(simulated, counted, nameOf);
  return ok(undefined);
}

interface KnownWork {
  readonly work: (step: GraphNode) => Work;
  /** Whether processor time was counted. */
  readonly isCounted: (step: GraphNode) => boolean;
  readonly isUnknown: (step: GraphNode) => boolean;
}

/**
 * What was measured of each step: of this store's runs the one that waited least for other programs, of the very derivation if there is one, else
 * of one of its name; else its time by the clock, here or on the reference machine.
 */
function knownWork({ store, loaded }: Session): KnownWork {
  const measured = new Map<string, Measured>();
  const directory = journalsDirectory(store.layout.zilchDir);
  for (const id of listJournals(directory)) {
    const run = readRun(directory, id);
    for (const { name, drvPath, status, startedAt, endedAt, cpuSeconds } of run?.builds ?? []) {
      if (status !== 'built' || startedAt === undefined || endedAt === undefined) continue;
      const seconds = (endedAt - startedAt) / 1000;
      for (const key of [drvPath, name])
        if (seconds < (measured.get(key)?.seconds ?? Infinity)) measured.set(key, { seconds, cpuSeconds, cores: run?.cores ?? 1 });
    }
  }
  const own = ({ drvPath, drv }: GraphNode): Measured | undefined => measured.get(drvPath) ?? measured.get(drv.name);
  const estimate = estimates(readDurations(durationsFile(store.layout.zilchDir)), readDurations(loaded.durationsFile));
  return {
    work: (step) =>
      workOf(own(step) ?? { seconds: estimate.weight(step.drv.name), cpuSeconds: estimate.cpuOf(step.drv.name), cores: REFERENCE_CORES }),
    isCounted: (step) => (own(step)?.cpuSeconds ?? estimate.cpuOf(step.drv.name)) !== undefined,
    isUnknown: (step) => own(step) === undefined && estimate.of(step.drv.name) === undefined,
  };
}

type OnMachine = Simulated & { readonly cores: number };

function asJson({ cores, seconds, busy, path }: OnMachine, nameOf: (drvPath: string) => string): object {
  return { cores, seconds, busy, path: path.map(({ drvPath, start, end }) => ({ name: nameOf(drvPath), seconds: end - start, drvPath })) };
}

/** A path has many steps that take no time. */
const LEAST_SHARE = 0.01;

function show(
  simulated: readonly OnMachine[],
  { steps, counted, unknown }: { readonly steps: number; readonly counted: number; readonly unknown: number },
  nameOf: (drvPath: string) => string,
): void {
  printLine(`${formatCount(steps, 'step')}: ${counted} with processor time counted, ${unknown} of which nothing is known`);
  const rows = simulated.map(({ cores, seconds, busy }) => [
    formatCount(cores, 'processor'),
    formatSeconds(seconds),
    `${Math.round(busy * 100)} % busy`,
  ]);
  for (const line of formatTable(rows)) printLine(line);
  let shown = '';
  for (const { cores, seconds, path } of simulated) {
    const names = path.map(({ drvPath }) => drvPath).join(' ');
    const machine = formatCount(cores, 'processor');
    printLine(names === shown ? `\nthe path on ${machine} is the same` : `\nthe path on ${machine}:`);
    if (names === shown) continue;
    shown = names;
    const long = path.filter(({ start, end }) => end - start >= LEAST_SHARE * seconds);
    for (const line of formatTable(long.map(({ drvPath, start, end }) => [formatSeconds(end - start), nameOf(drvPath)]))) printLine(`  ${line}`);
  }
}
