import type { Command } from 'commander';
import { ok, type Result } from '../../result.js';
import { mayFindOnly, whenUpToDate } from '../../workspace/index.js';
import { withBuildOptions, withJsonEvents, type BuildCommandOptions } from '../build-options.js';
import { conclude } from '../build-results.js';
import { perform } from '../command.js';
import type { ExitCode } from '../exit-code.js';
import { printError } from '../output.js';
import { chooseReporter } from '../progress/reporters.js';

/** `zilch build` */
export function register(command: Command): void {
  command.argument('[targets...]', 'targets of the chain, or single outputs as target^output (default: the chain’s default target)');
  withJsonEvents(withBuildOptions(command));
  command.option('-a, --all', 'build every target of the chain');
  command.option('--rebuild', 'build again what is wanted, and compare with what is there');
  command.option('--bell', 'ring the terminal’s bell at the end');
  command.option('--no-tests', 'do not run the tests of what is built');
  perform(command, async (names: readonly string[], options: BuildCommandOptions & { readonly bell?: true }) => {
    const done = await nothingToDo(names, options);
    // Loaded here: with nothing to do, none of it is needed.
    const ended = done ?? (await (await import('../build-run.js')).buildTargets(names, options));
    if (options.bell === true && process.stderr.isTTY) printError('\u0007');
    return ended;
  });
}

/** Shows what is there, as a build with nothing to do would; `undefined` if there is something to do, or if that cannot be told. */
async function nothingToDo(names: readonly string[], options: BuildCommandOptions): Promise<Result<ExitCode | undefined> | undefined> {
  const { policy, claims, tests, json } = options;
  if (!mayFindOnly(options) || policy !== undefined || claims !== undefined) return undefined;
  const started = performance.now();
  const asked = { chain: options.chain, ...(options.store === undefined ? {} : { store: options.store }), ...(options.seed === undefined ? {} : { seed: options.seed }) };
  return whenUpToDate({ ...asked, names, all: options.all === true, tests }, async ({ session, built, asked, targets, wanted }) => {
    const summary = { built: 0, reused: wanted, failed: 0, skipped: 0, durationSeconds: (performance.now() - started) / 1000 };
    const reporter = chooseReporter(json === true);
    reporter.emit({ type: 'plan', drvs: [], fetch: [], estimateSeconds: 0, at: Date.now() });
    reporter.emit({ type: 'done', summary, at: Date.now() });
    reporter.close();
    const tested = tests ? targets.flatMap(({ test }) => test?.drvPath ?? []) : [];
    const finished = { asked, targets, built, tests: tested, durations: new Map<string, number>(), report: { summary, failures: new Map() } };
    return conclude(session, finished, json === true, () => Promise.resolve(ok(undefined)));
  });
}
