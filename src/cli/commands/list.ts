import type { Command } from 'commander';
import { durationsFile, estimates, readDurations } from '../../build/index.js';
import { TargetStates } from '../../inspect/index.js';
import { ok } from '../../result.js';
import { pinKey, readPins } from '../../verify/index.js';
import { perform, withChain, withJson, type ChainOptions } from '../command.js';
import { fit, formatBytes, formatSeconds, formatTable } from '../format.js';
import { printJson, printLine } from '../output.js';
import { withView, type Session } from '../../workspace/index.js';
import type { Pins } from '../../verify/index.js';

/** `zilch list` */
export function register(command: Command): void {
  withJson(withChain(command));
  command.addHelpText('after', '\nSizes and times in parentheses are expected: those of the pins and of other machines.');
  perform(command, (options: ChainOptions & { json?: true }) =>
    withView(options, async (session) => {
      const pins = await readPins(session.loaded.pinsFile);
      if (!pins.ok) return pins;
      const rows = facts(session, pins.value);
      if (options.json === true) printJson(rows);
      else for (const line of lines(rows, process.stdout.columns || Number.POSITIVE_INFINITY)) printLine(line);
      return ok(undefined);
    }),
  );
}

type Row = ReturnType<typeof facts>[number];

function facts(session: Session, pins: Pins) {
  const { store, loaded, chain } = session;
  const states = new TargetStates(session, pins);
  const own = readDurations(durationsFile(store.layout.zilchDir));
  const estimate = estimates(own, readDurations(loaded.durationsFile));
  return chain.targets.map((target) => {
    const { name, stage, recipe, build } = target;
    const built = states.outputsOf(build.drvPath);
    const sizes = recipe.outputNames.map((output) => built?.get(output)?.narSize);
    const pinned = recipe.outputNames.map((output) => pins.get(pinKey(name, output))?.narSize);
    return {
      target: name,
      stage,
      version: recipe.version,
      outputs: recipe.outputNames,
      description: recipe.description,
      tested: recipe.test !== undefined,
      default: name === chain.defaultTarget,
      state: states.of(target),
      test: states.test(target),
      /** Bytes of all outputs; missing if an output is not in the store. */
      size: sum(sizes),
      expectedSize: sum(pinned),
      seconds: estimate.of(recipe.drvName),
      secondsFrom: own.has(recipe.drvName) ? ('here' as const) : ('elsewhere' as const),
    };
  });
}

function sum(sizes: readonly (number | undefined)[]): number | undefined {
  return sizes.reduce((total, size) => (total === undefined || size === undefined ? undefined : total + size), 0);
}

const COLUMNS = {
  stage: ({ stage }: Row) => stage,
  target: ({ target }: Row) => target,
  version: ({ version = '' }: Row) => version,
  state: ({ state }: Row) => state,
  size: ({ size, expectedSize }: Row) =>
    size !== undefined ? formatBytes(size) : expectedSize === undefined ? '' : `(${formatBytes(expectedSize)})`,
  time: ({ seconds, secondsFrom }: Row) =>
    seconds === undefined ? '' : secondsFrom === 'here' ? formatSeconds(seconds) : `(${formatSeconds(seconds)})`,
  '': ({ description = '' }: Row) => description,
};

type ColumnName = keyof typeof COLUMNS;

const NUMBERS: readonly ColumnName[] = ['size', 'time'];
/** What a narrow terminal goes without, one after the other, before states are cut off. The description may be cut. */
const LEAST_WANTED: readonly ColumnName[] = ['', 'version', 'stage', 'time'];

export function lines(rows: readonly Row[], width: number): string[] {
  const tableOf = (names: readonly ColumnName[]): string[] =>
    formatTable(
      [[...names], ...rows.map((row) => names.map((name) => COLUMNS[name](row)))],
      NUMBERS.map((name) => names.indexOf(name)),
    );
  const all = Object.keys(COLUMNS) as ColumnName[];
  const narrower = LEAST_WANTED.map((_, index) => all.filter((name) => !LEAST_WANTED.slice(0, index + 1).includes(name)));
  const fits = (names: readonly ColumnName[]): boolean => tableOf(names).every((line) => line.length <= width);
  const names = narrower.find(fits) ?? narrower.at(-1)!;
  return tableOf(names === narrower[0] ? all : names).map((line) => (Number.isFinite(width) ? fit(line, width) : line));
}
