/** What a build ends with: a table of outputs, what tests said, and whether all is as it is pinned. */
import type { BuildReport } from '../build/index.js';
import type { TargetFacts } from '../chain/index.js';
import { fail, ok, type Result } from '../result.js';
import { readPins } from '../verify/index.js';
import { BuiltOutputs, pinnedOutputs, type AnySession, type NamedTarget, type PinnedOutput } from '../workspace/index.js';
import { outputTable, type TableRow } from './build-table.js';
import type { ExitCode } from './exit-code.js';
import { print, toJson } from './output.js';
import { testLines } from './test-lines.js';

export interface Finished {
  readonly asked: readonly NamedTarget<TargetFacts>[];
  /** And all that they need. */
  readonly targets: readonly TargetFacts[];
  readonly tests: readonly string[];
  /** The seconds that each derivation built by this run took. */
  readonly durations: ReadonlyMap<string, number>;
  readonly report: Pick<BuildReport, 'summary' | 'failures'>;
}

/** What there is to show, and which outputs are not what is pinned. */
export interface Results {
  readonly text: string;
  readonly different: readonly string[];
}

/** Compares the outputs with their pins. */
export function resultsOf(
  session: AnySession,
  { targets, asked, tests, durations, report }: Finished,
  { json, built = new BuiltOutputs(session) }: { readonly json: boolean; readonly built?: BuiltOutputs },
): Result<Results> {
  const pins = readPins(session.loaded.pinsFile);
  if (!pins.ok) return pins;
  const outputs = pinnedOutputs(session, targets, pins.value, built);
  const isAsked = ({ target, outputName }: PinnedOutput<TargetFacts>): boolean =>
    asked.some((one) => one.target === target && (one.outputName ?? outputName) === outputName);
  const different = outputs.filter(({ pinned }) => pinned === 'different').map(({ key }) => key);
  // Outputs that nobody asked for get a line only if they are wrong.
  const rows = outputs
    .filter((output) => isAsked(output) || output.pinned === 'different')
    .map((output): TableRow => ({ ...output, seconds: durations.get(output.target.build.drvPath) }));
  if (json) {
    const shown = rows.map(({ key, info, seconds, pinned }) => ({
      output: key,
      path: info.path,
      narHash: info.narHash,
      narSize: info.narSize,
      seconds,
      pinned,
    }));
    return ok({ text: `${toJson({ type: 'result', outputs: shown, summary: report.summary })}\n`, different });
  }
  const width = process.stdout.columns || Number.POSITIVE_INFINITY;
  const lines = outputTable(rows, width);
  if (tests.length > 0 && report.failures.size === 0) {
    const shown = new Set(asked.map(({ target }) => target));
    lines.push(`tests: ${tests.length} passed`, ...testLines(session.store, [...shown], built, width));
  }
  return ok({ text: lines.map((line) => `${line}\n`).join(''), different });
}

/** Compares the outputs with their pins, and shows the results of the run; `verdict` says how it went. */
export async function conclude(
  session: AnySession,
  finished: Finished,
  { json, verdict }: { readonly json: boolean; readonly verdict: () => Promise<Result<ExitCode | undefined>> },
): Promise<Result<ExitCode | undefined>> {
  const results = resultsOf(session, finished, { json });
  if (!results.ok) return results;
  const { text, different } = results.value;
  print(text);
  const came = await verdict();
  if (!came.ok || came.value !== undefined) return came;
  if (different.length === 0) return ok(undefined);
  return fail(
    'E_DIFFERENT',
    `not what is pinned: ${different.join(', ')}`,
    'if a recipe was changed on purpose, `zilch pins update` pins the new outputs; else this machine builds something else than others do',
  );
}
