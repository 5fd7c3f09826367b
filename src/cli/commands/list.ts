import type { Command } from 'commander';
import { durationsFile, estimates, readDurations } from '../../build/index.js';
import { TargetStates } from '../../inspect/index.js';
import { ok } from '../../result.js';
import { pinKey, readPins } from '../../verify/index.js';
import { perform, withChain, withJson, type ChainOptions } from '../command.js';
import { fit, formatBytes, formatSeconds, formatTable } from '../format.js';
import { printJson, printLine } from '../output.js';
import { withKnownView, type AnySession } from '../../workspace/index.js';
import type { Pins } from '../../verify/index.js';

/** `zilch list` */
export function register(command: Command): void {
  withJson(withChain(command));
  command.addHelpText('after', '\nSizes and times in parentheses are expected: those of the pins and of other machines.');
  perform(command, (options: ChainOptions & { json?: true }) =>
    withKnownView(options, async (session) => {
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

function facts(session: AnySession, pins: Pins) {
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

function lines(rows: readonly Row[], width: number): string[] {
  const header = ['stage', 'target', 'version', 'state', 'size', 'time', ''];
  const table = formatTable([header, ...rows.map(({ description = '', ...row }) => [...cells(row), description])], [4, 5]);
  return table.map((line) => (Number.isFinite(width) ? fit(line, width) : line));
}

function cells({ stage, target, version = '', state, size, expectedSize, seconds, secondsFrom }: Omit<Row, 'description'>): string[] {
  const expected = expectedSize === undefined ? '' : `(${formatBytes(expectedSize)})`;
  const time = seconds === undefined ? '' : secondsFrom === 'here' ? formatSeconds(seconds) : `(${formatSeconds(seconds)})`;
  return [stage, target, version, state, size === undefined ? expected : formatBytes(size), time];
}
