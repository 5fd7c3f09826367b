import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Option, type Command } from 'commander';
import {
  BuildRecorder,
  identitiesOf,
  makeTracer,
  readBuildRecords,
  resolvedDerivation,
  type BuildRecord,
  type OutputDifference,
} from '../../build/index.js';
import {
  planRuns,
  variationsHere,
  vary,
  type Available,
  type Breakage,
  type Cover,
  type Finding,
  type PlannedRun,
  type RunOutcome,
  type Varied,
  nameOf,
} from '../../evidence/index.js';
import { NixDialect, NixExecutor } from '../../exchange/index.js';
import type { DrvPath } from '../../formats/index.js';
import { diffTrees } from '../../diff/index.js';
import { fail, ok, type Result } from '../../result.js';
import { runBuild, withBuildOptions, withJsonEvents, type BuildCommandOptions } from '../building.js';
import { collect, perform } from '../command.js';
import { verdict } from '../verdict.js';
import type { ExitCode } from '../exit-code.js';
import { formatCount, formatSeconds, formatTable, stripControl, wrap } from '../format.js';
import { interruptible } from '../interrupt.js';
import { printJson, printLine, toJson } from '../output.js';
import { chooseReporter } from '../progress/reporters.js';
import { buildsOf, withSession, type Session } from '../../workspace/index.js';
import { differenceLines } from '../difference-lines.js';
import { zilchVersion } from '../../version.js';

interface VaryOptions extends BuildCommandOptions {
  readonly plan?: true;
  readonly cover: Cover;
  readonly only?: readonly string[];
  readonly without?: readonly string[];
  readonly needed?: true;
  readonly resume?: true;
}

/** `zilch vary` */
export function register(command: Command): void {
  command.argument('[targets...]', 'targets that are built again and again (default: the chain’s default target)');
  withJsonEvents(withBuildOptions(command))
    .option('--plan', 'print the runs, and build nothing')
    .addOption(
      new Option('--cover <how>', 'pairs: every two settings are together in some run; each: every setting once, in as few runs as possible')
        .choices(['pairs', 'each'] satisfies Cover[])
        .default('pairs'),
    )
    .option('--only <variation>', 'vary only this, `time` or one setting of it, `time: 2039`; may be given more than once', collect)
    .option('--without <variation>', 'do not vary this, or one setting of it; may be given more than once', collect)
    .option('--needed', 'also vary everything that the targets need')
    .option('--resume', 'leave out the runs that this store has records of, made by this Zilch on this machine');
  command.addHelpText(
    'after',
    '\nEach run that gives the same outputs is recorded, and `zilch attest` claims it. A difference is reported with its file and the smallest\nchange that shows it; exit code 3. If a build fails, its log is kept, the smallest change that it fails with is found, and the other\nruns go on without this change.',
  );
  perform(command, varyCommand);
}

async function varyCommand(names: readonly string[], options: VaryOptions): Promise<Result<ExitCode | undefined>> {
  if (options.via !== undefined) return fail('E_USAGE', 'vary has no --via: if Nix is installed, it makes the last run');
  const scratch = mkdtempSync(join(tmpdir(), 'zilch-vary-'));
  try {
    const tracer = await makeTracer(scratch);
    const available = chosenOf(
      options,
      variationsHere({ noTracer: tracer.ok ? undefined : tracer.failure.message, asRoot: process.geteuid?.() === 0 }),
    );
    if (!available.ok) return available;
    const nix = isVaried('builder', options) ? await NixDialect.find() : undefined;
    const runs = planRuns(available.value.variations, options.cover);
    if (options.plan === true) {
      printPlan(runs, available.value, nix?.ok === true ? nix.value.said : undefined, options);
      return ok(undefined);
    }
    return await varyBuilds(names, options, {
      available: available.value,
      runs,
      tracer: tracer.ok ? tracer.value : undefined,
      nix: nix?.ok === true ? nix.value.said : undefined,
    });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Whether the options want a variation, or one setting of it. */
function isVaried(name: string, { only, without = [] }: VaryOptions, setting?: string): boolean {
  const names = setting === undefined ? [name] : [name, `${name}: ${setting}`];
  return (only?.some((one) => names.includes(one)) ?? true) && !without.some((one) => names.includes(one));
}

function chosenOf(options: VaryOptions, { variations, absent }: Available): Result<Available> {
  const known = ['builder', ...variations.map(({ name }) => name)];
  const settings = variations.flatMap((variation) => variation.settings.map((setting) => nameOf({ variation, setting })));
  const unknown = [...(options.only ?? []), ...(options.without ?? [])].find((name) => !known.includes(name) && !settings.includes(name));
  if (unknown !== undefined) return fail('E_USAGE', `there is no variation ${unknown} here`, `there is ${known.join(', ')}`);
  const chosen = variations.map((variation) => ({
    ...variation,
    settings: variation.settings.filter((setting) => isVaried(variation.name, options, setting.name)),
  }));
  return ok({
    variations: chosen.filter((variation) => variation.settings.length > 0),
    absent: absent.filter(({ name }) => isVaried(name.replace(/:.*/, ''), options)),
  });
}

interface Means {
  readonly available: Available;
  readonly runs: readonly PlannedRun[];
  readonly tracer: string | undefined;
  /** The Nix of the last run. */
  readonly nix: string | undefined;
}

async function varyBuilds(
  names: readonly string[],
  options: VaryOptions,
  { available, runs, tracer, nix }: Means,
): Promise<Result<ExitCode | undefined>> {
  const reporter = chooseReporter(options.json === true);
  try {
    return await interruptible((signal) =>
      withSession(options, async (session) => {
        const roots = buildsOf(session, names);
        if (!roots.ok) return roots;
        const { derivations } = session.chain;
        const wanted = new Set(roots.value);
        if (options.needed === true) for (const drvPath of wanted) for (const input of derivations.get(drvPath)!.inputDrvs.keys()) wanted.add(input);
        const context = { asked: names, signal, emit: reporter.emit };
        const first = await runBuild(
          session,
          [...wanted].map((drvPath) => ({ drvPath, outputs: [...derivations.get(drvPath)!.outputs.keys()] })),
          options,
          context,
        );
        if (!first.ok || first.value.failures.size > 0) return first.ok ? verdict(session, first.value) : first;
        // What came from a cache or another store came without its inputs.
        const inputs = [...wanted].flatMap((drvPath) =>
          [...derivations.get(drvPath)!.inputDrvs].map(([input, outputs]) => ({ drvPath: input, outputs })),
        );
        const second = await runBuild(session, inputs, options, context);
        if (!second.ok || second.value.failures.size > 0) return second.ok ? verdict(session, second.value) : second;
        reporter.close();
        const { store } = session;
        const varied = await vary({
          ...{ store, closure: derivations, wanted: [...wanted], runs, signal, tracer, jobs: options.jobs, cores: options.cores },
          version: zilchVersion(),
          emit: (event) => {
            if (options.json === true) printLine(toJson(event));
          },
          describe: (difference) => describe(session, difference),
          records: options.resume === true ? recordsOf(session) : undefined,
          onRun: (run) => {
            if (options.json !== true) for (const line of runLines(run, session)) printLine(line);
          },
          other:
            nix === undefined
              ? undefined
              : {
                  name: nix,
                  executor: new NixExecutor(store, { storeUri: join(store.layout.zilchDir, 'via-nix') }),
                  recorder: new BuildRecorder(store, { builder: 'nix', builderVersion: nix }),
                },
        });
        if (!varied.ok) return varied;
        if (options.json === true) printLine(toJson({ type: 'result', ...varied.value, absent: available.absent }));
        else for (const line of resultLines(varied.value, available, process.stdout.columns || 120)) printLine(line);
        return conclude(varied.value);
      }),
    );
  } finally {
    reporter.close();
  }
}

/** The records that the store has of a derivation's builds. */
function recordsOf({ store, chain }: Session): (drvPath: DrvPath) => readonly BuildRecord[] {
  const records = readBuildRecords(store.layout.zilchDir);
  const context = { store, closure: chain.derivations, identities: identitiesOf(chain.derivations) };
  return (drvPath) => {
    const resolved = resolvedDerivation(drvPath, context);
    return resolved === undefined ? [] : (records.get(resolved.drvPath) ?? []);
  };
}

async function describe({ store }: Session, { path, kept }: OutputDifference): Promise<readonly string[]> {
  const difference = await diffTrees(store.hostPath(path), kept);
  return difference.ok ? differenceLines(difference.value).slice(0, -1) : [difference.failure.message];
}

function conclude({ findings, failures }: Varied): Result<undefined> {
  const [first] = findings;
  if (first !== undefined)
    return fail('E_DIFFERENT', `${formatCount(findings.length, 'build')} gave different outputs: ${findings.map(({ name }) => name).join(', ')}`);
  const [failed] = failures;
  if (failed !== undefined)
    return fail(
      'E_BUILD',
      `${failed.name} cannot be built with ${failed.changed.join(' and ') || 'nothing changed'}: ${failed.failure.message}`,
      failed.logPath === undefined ? failed.failure.hint : `its log is ${failed.logPath}`,
    );
  return ok(undefined);
}

function runLines({ number, of, changed, seconds, verdicts, leftOut }: RunOutcome, { chain }: Session): string[] {
  const nameOfDrv = (drvPath: DrvPath): string => chain.derivations.get(drvPath)!.name;
  const all = [...verdicts.values()];
  const odd = [...verdicts].filter(([, verdict]) => verdict === 'different' || verdict === 'failed');
  const what = odd.map(([drvPath, verdict]) => `${verdict === 'failed' ? 'failed' : 'DIFFERENT'} ${nameOfDrv(drvPath)}`);
  const result = what.length > 0 ? what.join(', ') : all.every((verdict) => verdict === 'recorded') ? 'recorded' : 'same';
  const begin = `run ${String(number).padStart(String(of).length)} of ${of}  `;
  const without = [...leftOut].map(([drvPath, names]) => `${nameOfDrv(drvPath)} was built without ${names.join(' and ')}`);
  return [`${begin}${result}  ${formatSeconds(seconds)}  ${changed.length === 0 ? 'nothing changed' : changed.join(', ')}`, ...without].flatMap(
    (line, index) => wrap(index === 0 ? line : ' '.repeat(begin.length) + line, process.stdout.columns || 120, ' '.repeat(begin.length)),
  );
}

const MOST_DETAILS = 12;
const LAST_LINES = 6;

function resultLines({ runs, findings, failures }: Varied, { absent }: Available, width: number): string[] {
  return [
    '',
    ...findings.flatMap((finding) => findingLines(finding, width)),
    ...failures.flatMap((breakage) => breakageLines(breakage, width)),
    ...absent.flatMap(({ name, why }) => wrap(`not varied  ${name}: ${why}`, width, '            ')),
    `${formatCount(runs.length, 'run')}, ${formatCount(findings.length, 'leak')} found, ${formatCount(failures.length, 'failure')}; \`zilch attest\` claims each run that gave the same outputs`,
  ];
}

function findingLines({ name, outputName, file, what, shownBy, cause, details }: Finding, width: number): string[] {
  const shown = shownBy.length === 0 ? 'with nothing changed' : `with ${shownBy.join(' and ')}`;
  return [
    ...wrap(`LEAK  ${name}^${outputName}${file === '' ? '' : ` ${file}`}: ${what}, ${shown}. It likely ${cause}.`, width, '      '),
    ...details.slice(0, MOST_DETAILS).map((line) => `      ${line}`),
    ...(details.length > MOST_DETAILS ? [`      and ${details.length - MOST_DETAILS} lines more (--json has them)`] : []),
  ];
}

function breakageLines({ name, changed, failure, lastLines, logPath }: Breakage, width: number): string[] {
  return [
    ...wrap(`FAILED  ${name} with ${changed.join(' and ') || 'nothing changed'}: ${failure.message}`, width, '        '),
    ...lastLines.slice(-LAST_LINES).map((line) => `        | ${stripControl(line)}`),
    ...(logPath === undefined ? [] : [`        log: ${logPath}`]),
  ];
}

function printPlan(runs: readonly PlannedRun[], { variations, absent }: Available, nix: string | undefined, options: VaryOptions): undefined {
  const last = nix === undefined ? [] : [[`builder: ${nix}`]];
  const all = [...runs.map((run) => run.map(nameOf)), ...last];
  if (options.json === true) {
    printJson({
      runs: all,
      variations: variations.map(({ name, settings, cause }) => ({ name, settings: settings.map((setting) => setting.name), cause })),
      absent,
    });
    return undefined;
  }
  for (const line of formatTable([
    ['variation', 'settings besides the usual one'],
    ...variations.map(({ name, settings }) => [name, settings.map((one) => one.name).join(', ')]),
  ]))
    printLine(line);
  printLine('');
  const width = process.stdout.columns || 120;
  all.forEach((run, index) => {
    const begin = `run ${String(index + 1).padStart(String(all.length).length)}  `;
    for (const line of wrap(`${begin}${run.length === 0 ? 'nothing changed' : run.join(', ')}`, width, ' '.repeat(begin.length))) printLine(line);
  });
  for (const { name, why } of absent) for (const line of wrap(`not varied  ${name}: ${why}`, width, '            ')) printLine(line);
  return undefined;
}
