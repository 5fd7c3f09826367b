/** The targets of a chain, as `zilch list` shows them. */
import { durationsFile, estimates, readDurations } from '../build/index.js';
import { TargetStates } from '../inspect/index.js';
import { pinKey, type Pins } from '../verify/index.js';
import type { AnySession } from '../workspace/index.js';
import { fit, formatBytes, formatSeconds, formatTable } from './format.js';

/** A target, as `--json` shows it. */
export type TargetRow = ReturnType<typeof targetRows>[number];

/** What is known of all targets. */
export function targetRows(session: AnySession, pins: Pins) {
  const { store, loaded, chain } = session;
  const states = new TargetStates(session, pins);
  const own = readDurations(durationsFile(store.layout.zilchDir));
  const estimate = estimates(own, readDurations(loaded.durationsFile));
  return chain.targets.map((target) => {
    const { name, stage, recipe, build, test } = target;
    const built = states.outputsOf(build.drvPath);
    const sizes = recipe.outputNames.map((output) => built.get(output)?.narSize);
    const pinned = recipe.outputNames.map((output) => pins.get(pinKey(name, output))?.narSize);
    return {
      target: name,
      stage,
      version: recipe.version,
      outputs: recipe.outputNames,
      description: recipe.description,
      tested: test !== undefined,
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
  stage: ({ stage }: TargetRow) => stage,
  target: ({ target }: TargetRow) => target,
  version: ({ version = '' }: TargetRow) => version,
  state: ({ state }: TargetRow) => state,
  size: ({ size, expectedSize }: TargetRow) =>
    size !== undefined ? formatBytes(size) : expectedSize === undefined ? '' : `(${formatBytes(expectedSize)})`,
  time: ({ seconds, secondsFrom }: TargetRow) =>
    seconds === undefined ? '' : secondsFrom === 'here' ? formatSeconds(seconds) : `(${formatSeconds(seconds)})`,
  '': ({ description = '' }: TargetRow) => description,
};

type ColumnName = keyof typeof COLUMNS;

const NUMBERS: readonly ColumnName[] = ['size', 'time'];
/** What a narrow terminal goes without, one after the other, before states are cut off. The description may be cut. */
const LEAST_WANTED: readonly ColumnName[] = ['', 'version', 'stage', 'time'];

/** As a table. */
export function targetTable(rows: readonly TargetRow[], width: number): string[] {
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
