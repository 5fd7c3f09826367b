/**
 * What can be answered from what is remembered of a chain: `zilch list`, and `zilch build` where nothing is to be done. That is one file when
 * it is bundled, and has no parser for command lines: whatever is not one of a few plain forms, or not as it should be, is the program's
 * part, which says the same and more, but takes longer to start.
 */
import { OWN_CHAIN } from '../chain/index.js';
import { ok } from '../result.js';
import { readPins } from '../verify/index.js';
import { upToDate, withRecalled, type ChainOptions } from '../workspace/index.js';
import { resultsOf } from './build-results.js';
import { outputFailed, print, toJson } from './output.js';
import { targetRows, targetTable } from './target-table.js';

/** Options without a value that change nothing where nothing is to be done, or that this file knows. */
const FLAGS = { list: ['--json'], build: ['-a', '--all', '--no-tests', '--offline'] } as const;

interface Asked extends ChainOptions {
  readonly names: readonly string[];
  readonly flags: ReadonlySet<string>;
}

/** Writes what the program would write to its standard output, where it succeeds and writes nothing else; `false` hands over to it. */
export async function answer([command, ...args]: readonly string[]): Promise<boolean> {
  const said = await quickly(command, args);
  if (said === undefined) return false;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(outputFailed(error)));
  print(said);
  return true;
}

async function quickly(command: string | undefined, args: readonly string[]): Promise<string | undefined> {
  if (command !== 'list' && command !== 'build') return undefined;
  const asked = plain(args, FLAGS[command]);
  if (asked === undefined || (command === 'list' && asked.names.length > 0)) return undefined;
  try {
    const said = command === 'build' ? await nothingToDo(asked) : await list(asked);
    return said.ok ? said.value : undefined;
  } catch {
    // Even a defect: the program comes to it as well, and reports it.
    return undefined;
  }
}

/** A command line of names, options as they are written in full, and values after them. */
function plain(args: readonly string[], known: readonly string[]): Asked | undefined {
  let chain = OWN_CHAIN;
  let store: string | undefined;
  const names: string[] = [];
  const flags = new Set<string>();
  const left = [...args];
  for (let arg = left.shift(); arg !== undefined; arg = left.shift()) {
    if (known.includes(arg)) flags.add(arg);
    else if (/^\w[^=]*$/.test(arg)) names.push(arg);
    else {
      const value = left.shift();
      if (value === undefined || value === '' || value.startsWith('-')) return undefined;
      if (arg === '--store') store = value;
      else if (arg === '-f' || arg === '--chain') chain = value;
      else return undefined;
    }
  }
  return { chain, ...(store === undefined ? {} : { store }), names, flags };
}

function list(asked: Asked) {
  return withRecalled(asked, (session) => {
    const pins = readPins(session.loaded.pinsFile);
    if (!pins.ok) return Promise.resolve(pins);
    const rows = targetRows(session, pins.value);
    if (asked.flags.has('--json')) return Promise.resolve(ok(`${toJson(rows, 2)}\n`));
    const table = targetTable(rows, process.stdout.columns || Number.POSITIVE_INFINITY);
    return Promise.resolve(ok(table.map((line) => `${line}\n`).join('')));
  });
}

function nothingToDo({ names, flags, ...options }: Asked) {
  return withRecalled(options, (session) => {
    const tests = !flags.has('--no-tests');
    const found = upToDate(session, { names, all: flags.has('-a') || flags.has('--all'), tests });
    if (found === undefined) return Promise.resolve(ok(undefined));
    const { asked, targets, built } = found;
    const tested = tests ? targets.flatMap(({ test }) => test?.drvPath ?? []) : [];
    const summary = { built: 0, reused: 0, failed: 0, skipped: 0, durationSeconds: 0 };
    const finished = { asked, targets, tests: tested, durations: new Map<string, number>(), report: { summary, failures: new Map() } };
    const results = resultsOf(session, finished, { json: false, built });
    // Of what is not as it is pinned, the program tells, and fails.
    return Promise.resolve(results.ok ? ok(results.value.different.length > 0 ? undefined : results.value.text) : results);
  });
}
