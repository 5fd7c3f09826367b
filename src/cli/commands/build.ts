import type { Command } from 'commander';
import type { BuildReport, Event } from '../../build/index.js';
import type { PreparedTarget } from '../../chain/index.js';
import { fail, ok, type Result } from '../../result.js';
import { readPins } from '../../verify/index.js';
import {
  askedFor,
  confirmByFlake,
  keepFromCollection,
  pinnedOutputs,
  targetsOf,
  withSession,
  type PinnedOutput,
  type Session,
} from '../../workspace/index.js';
import { outputTable, type TableRow } from '../build-table.js';
import { runBuild, withBuildOptions, withJsonEvents, type BuildCommandOptions } from '../building.js';
import { perform } from '../command.js';
import { verdict } from '../verdict.js';
import type { ExitCode } from '../exit-code.js';
import { formatCount } from '../format.js';
import { interruptible } from '../interrupt.js';
import { withKeptShell } from '../kept-shell.js';
import { printError, printLine, toJson } from '../output.js';
import { chooseReporter, type Reporter } from '../progress/reporters.js';
import { testLines } from '../test-lines.js';

/** `zilch build` */
export function register(command: Command): void {
  command.argument('[targets...]', 'targets of the chain, or single outputs as target^output (default: the chain’s default target)');
  withJsonEvents(withBuildOptions(command));
  command.option('-a, --all', 'build every target of the chain');
  command.option('--rebuild', 'build again what is wanted, and compare with what is there');
  command.option('--bell', 'ring the terminal’s bell at the end');
  command.option('--no-tests', 'do not run the tests of what is built');
  perform(command, (names: readonly string[], options: BuildCommandOptions) => buildCommand(names, options));
}

async function buildCommand(
  names: readonly string[],
  options: BuildCommandOptions & { readonly bell?: true },
): Promise<Result<ExitCode | undefined>> {
  const reporter = chooseReporter(options.json === true);
  try {
    return await interruptible((signal) =>
      withSession(options, async (session) => {
        const named = targetsOf(session, names, options.all);
        if (!named.ok) return named;
        const { targets, outputs, tests } = askedFor(session, named.value, options.tests);
        const durations = new Map<string, number>();
        const built = await runBuild(session, [...outputs, ...tests], options, {
          ...{ asked: options.all === true ? ['all'] : names, signal, emit: watching(session, options, reporter, durations) },
          // Nix evaluates the flake with all of them present.
          ...(options.nix === undefined
            ? {}
            : { sourcesOf: targets.map(({ build, recipe }) => ({ drvPath: build.drvPath, outputs: recipe.outputNames })) }),
        });
        // The finished part of a stopped run is kept too: the same command continues from there.
        const rooted = built.ok || built.failure.code === 'E_CANCELLED' ? keepFromCollection(session, targets) : ok(undefined);
        if (!built.ok) return built;
        if (!rooted.ok) return rooted;
        if (options.nix !== undefined && built.value.failures.size === 0) {
          const confirmed = await confirmByFlake(session, targets, options, signal);
          if (!confirmed.ok) return confirmed;
          reporter.close();
          if (options.json !== true)
            printLine(`by its flake, Nix comes to the same derivations and outputs of ${formatCount(targets.length, 'target')}`);
        }
        reporter.close();
        return conclude(session, built.value, { targets, asked: named.value, durations, tests: tests.map(({ drvPath }) => drvPath) }, options);
      }),
    );
  } finally {
    reporter.close();
    if (options.bell === true && process.stderr.isTTY) printError('\u0007');
  }
}

interface Asked {
  /** All outputs that were needed. */
  readonly targets: readonly PreparedTarget[];
  readonly asked: readonly { readonly target: PreparedTarget; readonly outputName: string | undefined }[];
  readonly tests: readonly string[];
  /** The seconds that each derivation built by this run took. */
  readonly durations: ReadonlyMap<string, number>;
}

/** Compares the outputs with their pins, and shows the results of the run. */
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
  const different = outputs.filter(({ pinned }) => pinned === 'different');
  // Outputs that nobody asked for get a line only if they are wrong.
  const rows = outputs
    .filter((output) => isAsked(output) || output.pinned === 'different')
    .map((output): TableRow => ({ ...output, seconds: durations.get(output.target.build.drvPath) }));
  const failedTests = tests.filter((drvPath) => [...report.failures.keys()].some((failed) => failed === drvPath)).length;
  if (options.json === true) {
    const shown = rows.map(({ key, info, seconds, pinned }) => ({
      output: key,
      path: info.path,
      narHash: info.narHash,
      narSize: info.narSize,
      seconds,
      pinned,
    }));
    printLine(toJson({ type: 'result', outputs: shown, summary: report.summary }));
  } else {
    const width = process.stdout.columns || Number.POSITIVE_INFINITY;
    for (const line of outputTable(rows, width)) printLine(line);
    if (tests.length > 0 && report.failures.size === 0) {
      printLine(`tests: ${tests.length - failedTests} passed`);
      const shown = new Set(asked.map(({ target }) => target));
      for (const line of testLines(session, [...shown], width)) printLine(line);
    }
  }
  const came = await verdict(session, report);
  if (!came.ok || came.value !== undefined) return came;
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

function watching({ chain }: Session, options: BuildCommandOptions, reporter: Reporter, durations: Map<string, number>): (event: Event) => void {
  return (event) => {
    if (event.type === 'build-done') durations.set(event.drvPath, event.durationSeconds);
    reporter.emit(withKeptShell(event, chain, options));
  };
}
