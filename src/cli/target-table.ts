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

/** As a table. */
export function targetTable(rows: readonly TargetRow[], width: number): string[] {
  const header = ['stage', 'target', 'version', 'state', 'size', 'time', ''];
  const table = formatTable([header, ...rows.map(({ description = '', ...row }) => [...cells(row), description])], [4, 5]);
  return table.map((line) => (Number.isFinite(width) ? fit(line, width) : line));
}

function cells({ stage, target, version = '', state, size, expectedSize, seconds, secondsFrom }: Omit<TargetRow, 'description'>): string[] {
  const expected = expectedSize === undefined ? '' : `(${formatBytes(expectedSize)})`;
  const time = seconds === undefined ? '' : secondsFrom === 'here' ? formatSeconds(seconds) : `(${formatSeconds(seconds)})`;
  return [stage, target, version, state, size === undefined ? expected : formatBytes(size), time];
}
