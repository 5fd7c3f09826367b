import { errorColour } from '../colour.js';
import type { Event, Summary } from '../../build/index.js';
import type { ProgressState } from './state.js';
import { formatBytes, formatCount, formatSeconds, stripControl } from '../format.js';
import { failureLines } from '../output.js';

/** The last lines of a failed build's log that are shown with the failure. */
const LAST_LINES = 15;

/** What stays on the screen of an event, as lines without their ends; most events leave nothing. */
export function describe(event: Event): readonly string[] {
  switch (event.type) {
    case 'plan':
      return plan(event);
    case 'fetch-done':
      return [`fetched  ${event.name}`];
    case 'fetch-failed':
      if (event.cache !== undefined) return [];
      // What no place has ends the run, with a failure that says what each of them answered.
      return [
        event.final
          ? `${errorColour.red('missing')}  ${event.name}`
          : `${errorColour.yellow('retried')}  ${event.name}: ${stripControl(event.failure.message)}`,
      ];
    case 'cache-refused': {
      const { message, hint } = event.failure;
      const said = message.includes(event.cache) ? message : `${event.cache}: ${message}`;
      return [`${errorColour.yellow('refused')}  ${stripControl(said)}${hint === undefined ? '' : ` (${hint})`}`];
    }
    case 'build-wait':
      return [`waiting  ${event.name}: another zilch builds it`];
    case 'build-done':
      return [`${errorColour.green('built')}    ${event.name} in ${formatSeconds(event.durationSeconds)}${usage(event)}`];
    case 'build-reused':
      return [`${errorColour.green('reused')}   ${event.name}: an equal build has been done`];
    case 'build-compared':
      return compared(event);
    case 'build-failed':
      return failed(event);
    case 'fetch-start':
    case 'fetch-progress':
    case 'build-start':
    case 'build-phase':
    case 'build-log':
    case 'done':
      return [];
  }
}

/** As `describe`, and the starts and phases too: where no live lines show them. */
export function describeMore(event: Event, nameOf: (drvPath: string) => string): readonly string[] {
  switch (event.type) {
    case 'fetch-start':
      return [`fetching ${event.name} (${formatBytes(event.size)}) from ${event.from}`];
    case 'build-start':
      return [`building ${event.name}`];
    case 'build-phase':
      return [`         ${nameOf(event.drvPath)}: ${stripControl(event.phase)}`];
    default:
      return describe(event);
  }
}

/** All that a run came to, at its end; nothing where it had nothing to do. */
export function totals(
  { built, failed, skipped, durationSeconds }: Summary,
  { fetched, cpuSeconds, savedSeconds }: Pick<ProgressState, 'fetched' | 'cpuSeconds' | 'savedSeconds'>,
): readonly string[] {
  const parts = [
    ...(built === 0 ? [] : [`${built} built`]),
    ...(fetched === 0 ? [] : [`${fetched} fetched`]),
    ...(failed === 0 ? [] : [errorColour.red(`${failed} failed`)]),
    ...(skipped === 0 ? [] : [`${skipped} not done`]),
  ];
  const cpu = cpuSeconds === 0 ? '' : errorColour.dim(` (${formatSeconds(cpuSeconds)} of processor time)`);
  const saved = savedSeconds === 0 ? '' : `; about ${formatSeconds(savedSeconds)} saved by what was there or in caches`;
  return parts.length === 0 && saved === ''
    ? []
    : [`in all: ${[...parts, ...(parts.length === 0 ? ['nothing built'] : [])].join(', ')} in ${formatSeconds(durationSeconds)}${cpu}${saved}`];
}

function plan({ drvs, fetch, estimateSeconds }: Extract<Event, { type: 'plan' }>): readonly string[] {
  if (drvs.length === 0) return [];
  const download = fetch.reduce((sum, { size }) => sum + size, 0);
  const outputs = drvs.reduce((sum, { estimateBytes = 0 }) => sum + estimateBytes, 0);
  const fetches = fetch.length === 0 ? '' : `, ${formatCount(fetch.length, 'source')} to fetch (${formatBytes(download)})`;
  const cpu = drvs.reduce<number | undefined>(
    (sum, { estimateCpuSeconds }) => (sum === undefined || estimateCpuSeconds === undefined ? undefined : sum + estimateCpuSeconds),
    0,
  );
  const time =
    estimateSeconds === undefined
      ? ''
      : `; about ${formatSeconds(estimateSeconds)}${cpu === undefined ? '' : ` (${formatSeconds(cpu)} of processor time)`}`;
  const disk = outputs === 0 ? '' : `; about ${formatBytes(outputs + download)} more in the store`;
  return [`${formatCount(drvs.length, 'build')} to do${fetches}${time}${disk}`];
}

function usage({ usage: { cpuSeconds, maxRssBytes } }: Extract<Event, { type: 'build-done' }>): string {
  const parts = [
    ...(cpuSeconds === undefined ? [] : [`${formatSeconds(cpuSeconds)} of processor time`]),
    ...(maxRssBytes === undefined ? [] : [`${formatBytes(maxRssBytes)} of memory`]),
  ];
  return parts.length === 0 ? '' : errorColour.dim(` (${parts.join(', ')})`);
}

function compared({ name, comparison }: Extract<Event, { type: 'build-compared' }>): readonly string[] {
  if (comparison.kind === 'same') return [`${errorColour.green('same')}     ${name}, built again in ${formatSeconds(comparison.durationSeconds)}`];
  return [
    `${errorColour.red('DIFFERS')}  ${name}, built again`,
    ...comparison.differences.flatMap(({ outputName, path, kept, first }) => [
      stripControl(`  output ${outputName}, ${first.file === '' ? 'the output itself' : first.file}: ${first.what}`),
      `  first: ${path}`,
      `  again: ${kept}`,
    ]),
  ];
}

function failed({ name, failure, lastLines, logPath, keptDir, keptShell }: Extract<Event, { type: 'build-failed' }>): readonly string[] {
  if (failure.code === 'E_CANCELLED') return [`${errorColour.yellow('stopped')}  ${name}`];
  return [
    `${errorColour.red('FAILED')}   ${name}`,
    ...lastLines.slice(-LAST_LINES).map((line) => errorColour.dim(`  | ${stripControl(line)}`)),
    ...failureLines(failure).map((line) => line.trimEnd()),
    ...(logPath === undefined ? [] : [`  whole log: ${logPath}`]),
    ...(keptDir === undefined ? [] : [`  kept: ${keptDir}`]),
    ...(keptShell === undefined ? [] : [`  a shell in it: ${keptShell}`]),
  ];
}
