import type { Command } from 'commander';
import { journalsDirectory, listJournals } from '../../build/index.js';
import {
  buildsOf,
  compareBuilds,
  drawTimeline,
  figuresOf,
  outcomeOf,
  svgFile,
  timelineOf,
  type ComparedRuns,
  type Figures,
  type Run,
  type Timeline,
  type Took,
} from '../../report/index.js';
import { fail, ok, type Result } from '../../result.js';
import { Store } from '../../store/index.js';
import { perform, storeRoot, withJson, withStore, type StoreOptions } from '../command.js';
import { fit, formatBytes, formatCount, formatMoment, formatSeconds, formatTable, stripControl, wrap } from '../format.js';
import { print, printJson, printLine } from '../output.js';
import { readRun } from '../runs.js';

interface TimelineOptions extends StoreOptions {
  readonly json?: true;
  readonly svg?: true;
  readonly table?: true;
  readonly list?: true;
  readonly against?: string;
}

const SVG_WIDTH = 960;

/** `zilch timeline` */
export function register(command: Command): void {
  withJson(withStore(command.argument('[run]', 'name of the run, as --list shows it (default: the last one)')))
    .option('--list', 'list the runs that are kept')
    .option('--svg', 'print a picture')
    .option('--table', 'print what each build took of the machine')
    .option('--against <run>', 'compare with another run, build by build');
  perform(command, (id: string | undefined, options: TimelineOptions) => Promise.resolve(timeline(id, options)));
}

function timeline(id: string | undefined, options: TimelineOptions): Result<undefined> {
  const store = Store.open(storeRoot(options), { readOnly: true });
  if (!store.ok) return store;
  const directory = journalsDirectory(store.value.layout.zilchDir);
  store.value.close();
  const ids = listJournals(directory);
  if (options.list === true) {
    const runs = ids.flatMap((one) => readRun(directory, one) ?? []);
    if (options.json === true) printJson(runs);
    else
      for (const line of formatTable(runs.map((run) => [run.id, formatMoment(run.startedAt), outcome(run), run.targets.join(' ')]))) printLine(line);
    return ok(undefined);
  }
  const wanted = id ?? ids[0];
  if (wanted === undefined) return fail('E_NO_RUN', `nothing was built in ${storeRoot(options)} yet`, 'zilch build');
  const runNamed = (name: string): Result<Run> => {
    const found = ids.includes(name) ? readRun(directory, name) : undefined;
    return found === undefined ? fail('E_NO_RUN', `there is no run "${name}"`, '`zilch timeline --list` shows those that are kept') : ok(found);
  };
  const named = runNamed(wanted);
  if (!named.ok) return named;
  const run = named.value;
  if (options.against !== undefined) {
    const other = runNamed(options.against);
    if (!other.ok) return other;
    const compared = compareBuilds(buildsOf(other.value), buildsOf(run));
    if (options.json === true) printJson(compared);
    else for (const line of comparison(compared, other.value, run)) printLine(line);
    return ok(undefined);
  }
  const laidOut = timelineOf(run, run.running ? Date.now() : run.lastAt);
  if (options.json === true) printJson({ run, criticalPath: laidOut.criticalPath, usage: laidOut.usage, figures: figuresOf(run) });
  else if (options.table === true) for (const line of figuresTable(figuresOf(run))) printLine(line);
  else if (options.svg === true) print(svgFile(drawTimeline(laidOut, SVG_WIDTH, run.cores)));
  else for (const line of chart(run, laidOut, process.stdout.columns || 100)) printLine(line);
  return ok(undefined);
}

function outcome(run: Run): string {
  const how = outcomeOf(run);
  if (how === 'going on' || run.summary === undefined) return how;
  const { built, failed, durationSeconds } = run.summary;
  const why = how === 'failed' && run.ended !== undefined ? `, FAILED: ${run.ended.code}` : how === 'stopped' ? ', stopped' : '';
  return `${built} built${failed > 0 ? `, ${failed} FAILED` : ''}${why} in ${formatSeconds(durationSeconds)}`;
}

/** A line a build: its time in the one and in the other. */
function comparison({ builds, both }: ComparedRuns, first: Run, second: Run): string[] {
  const time = (took: Took | undefined): string => (took === undefined ? '' : formatSeconds(took.seconds));
  const ratio = (one: number | undefined, other: number | undefined): string =>
    one === undefined || other === undefined || one === 0 ? '' : `x ${(other / one).toFixed(2)}`;
  return formatTable(
    [
      ['', formatMoment(first.startedAt), formatMoment(second.startedAt), ''],
      ...builds.map((build) => [build.name, time(build.first), time(build.second), ratio(build.first?.seconds, build.second?.seconds)]),
      [`${formatCount(both.count, 'build')} in both`, formatSeconds(both.first), formatSeconds(both.second), ratio(both.first, both.second)],
    ],
    [1, 2, 3],
  );
}

/** When a run that goes on will end, by its estimates. */
function left({ expected, to }: Timeline): string {
  if (expected === undefined) return '';
  return expected.overdue.length > 0 ? `, overdue: ${expected.overdue.join(' ')}` : `, about ${formatSeconds((expected.end - to) / 1000)} left`;
}

/** A line a build: its bar, `#` on the critical path, `=` off it. */
function chart(run: Run, laidOut: Timeline, width: number): string[] {
  const { bars, from, to, criticalPath } = laidOut;
  const longestName = Math.min(30, Math.max(0, ...bars.map(({ build }) => build.name.length)));
  const room = Math.max(20, width - longestName - 26);
  const span = Math.max(to - from, 1);
  const column = (at: number): number => Math.round(((at - from) / span) * room);
  const names = new Map(run.builds.map(({ drvPath, name }) => [drvPath, name]));
  return [
    fit(
      `${run.targets.join(' ')}: ${outcome(run)}${left(laidOut)}, ${formatCount(run.jobs, 'build')} at once, ${formatCount(run.cores, 'processor')}`,
      width,
    ),
    ...bars.map(({ build, from: start, to: end, critical }) => {
      const length = Math.max(1, column(end) - column(start));
      const bar = `${' '.repeat(Math.min(column(start), room - 1))}${(critical ? '#' : '=').repeat(length)}`;
      const status = build.status === 'built' ? '' : `  ${build.status}`;
      return `${fit(build.name, longestName).padEnd(longestName)}  ${bar.padEnd(room + 1)}${formatSeconds((end - start) / 1000).padStart(11)}${status}`;
    }),
    ...(criticalPath.length === 0
      ? []
      : wrap(`critical path (#): ${criticalPath.map((path) => stripControl(names.get(path) ?? path)).join(' -> ')}`, width, '  ')),
  ];
}

/** A line a build, `*` before those on the critical path. */
function figuresTable({ builds, sum, criticalSeconds }: Figures): string[] {
  const percent = (part: number | undefined): string => (part === undefined ? '' : `${Math.round(part * 100)} %`);
  const bytes = (count: number | undefined): string => (count === undefined ? '' : formatBytes(count));
  return formatTable(
    [
      ['', 'build', 'CPU s', 'wall s', 'outside compilers', 'memory', 'size', 'programs outside compilers'],
      ...builds.map((build) => [
        build.critical ? '*' : '',
        build.name,
        build.cpuSeconds?.toFixed(1) ?? '',
        build.seconds.toFixed(1),
        percent(build.outsideCompilers),
        bytes(build.maxRssBytes),
        bytes(build.size),
        build.outside.join(' '),
      ]),
      ['', 'all, one after the other', sum.cpuSeconds.toFixed(1), sum.seconds.toFixed(1)],
      ['*', 'the critical path', '', criticalSeconds.toFixed(1)],
    ],
    [2, 3, 4, 5, 6],
  );
}
