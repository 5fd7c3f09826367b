import type { Command } from 'commander';
import type { Event } from '../../build/index.js';
import { ok, type Result } from '../../result.js';
import { askedFor, confirmByFlake, keepFromCollection, targetsOf, withSession, type Session } from '../../workspace/index.js';
import { conclude } from '../build-results.js';
import { runBuild, withBuildOptions, withJsonEvents, type BuildCommandOptions } from '../building.js';
import { perform } from '../command.js';
import type { ExitCode } from '../exit-code.js';
import { formatCount } from '../format.js';
import { interruptible } from '../interrupt.js';
import { withKeptShell } from '../kept-shell.js';
import { printError, printLine } from '../output.js';
import { chooseReporter, type Reporter } from '../progress/reporters.js';
import { verdict } from '../verdict.js';

/** `zilch build`; with nothing to do, `quick.ts` has answered before. */
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
  const build = (signal: AbortSignal): Promise<Result<ExitCode | undefined>> =>
    withSession(
      options,
      async (session) => {
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
        const finished = { targets, asked: named.value, durations, tests: tests.map(({ drvPath }) => drvPath), report: built.value };
        return conclude(session, finished, { json: options.json === true, verdict: () => verdict(session, built.value) });
      },
      { remember: true },
    );
  try {
    return await interruptible(build);
  } finally {
    reporter.close();
    if (options.bell === true && process.stderr.isTTY) printError('\u0007');
  }
}

function watching({ chain }: Session, options: BuildCommandOptions, reporter: Reporter, durations: Map<string, number>): (event: Event) => void {
  return (event) => {
    if (event.type === 'build-done') durations.set(event.drvPath, event.durationSeconds);
    reporter.emit(withKeptShell(event, chain, options));
  };
}
