import type { Command } from 'commander';
import { dependencyGraph } from '../../chain/index.js';
import { TargetStates } from '../../inspect/index.js';
import { formatOutputName } from '../../formats/index.js';
import { ok } from '../../result.js';
import { pinKey, readPins, type Pins } from '../../verify/index.js';
import { perform, withChain, withJson, type ChainOptions } from '../command.js';
import { formatBytes, formatTable } from '../format.js';
import { printJson, printLine } from '../output.js';
import type { PreparedTarget } from '../../chain/index.js';
import { pinnedOutputs, targetOf, withView, type Session } from '../../workspace/index.js';

/** `zilch show` */
export function register(command: Command): void {
  withJson(withChain(command.argument('<target>', 'target of the chain')));
  perform(command, (name: string, options: ChainOptions & { json?: true }) =>
    withView(options, (session) => {
      const found = targetOf(session, name);
      if (!found.ok) return Promise.resolve(found);
      const pins = readPins(session.loaded.pinsFile);
      if (!pins.ok) return Promise.resolve(pins);
      const shown = facts(session, found.value.target, pins.value);
      if (options.json === true) printJson(shown);
      else for (const line of lines(shown)) printLine(line);
      return Promise.resolve(ok(undefined));
    }),
  );
}

type Facts = ReturnType<typeof facts>;

function facts(session: Session, target: PreparedTarget, pins: Pins) {
  const { recipe, build, test } = target;
  const states = new TargetStates(session, pins);
  const testState = states.test(target);
  const built = new Map(pinnedOutputs(session, [target], pins).map((output) => [output.outputName, output]));
  const outputs = recipe.outputNames.map((name) => {
    const output = built.get(name);
    return output === undefined
      ? ({ name, built: false, expected: pins.get(pinKey(target.name, name)) } as const)
      : ({
          name,
          built: true,
          path: output.info.path,
          narHash: output.info.narHash,
          narSize: output.info.narSize,
          references: session.store.pathInfo(output.info.path)?.references ?? [],
          pinned: output.pinned,
        } as const);
  });
  return {
    target: target.name,
    stage: target.stage,
    name: recipe.name,
    version: recipe.version,
    description: recipe.description,
    state: states.of(target),
    location: recipe.location,
    drvPath: build.drvPath,
    outputs: Object.fromEntries(outputs.map((output) => [output.name, output])),
    needs: dependencyGraph(session.loaded.chain).get(target.name)?.needs ?? [],
    test: test === undefined ? undefined : { drvPath: test.drvPath, passed: testState === 'passed', state: testState },
  };
}

function lines(shown: Facts): string[] {
  const outputs = Object.values(shown.outputs).flatMap((output) => [
    [
      'output',
      output.built
        ? `${output.name}  ${formatBytes(output.narSize)}, pinned: ${output.pinned === 'different' ? 'DIFFERENT' : output.pinned}`
        : output.expected === undefined
          ? `${output.name}  not built`
          : `${output.name}  not built; expected: ${formatBytes(output.expected.narSize)}`,
    ],
    ...(output.built ? [['', output.path]] : output.expected === undefined ? [] : [['', output.expected.path]]),
  ]);
  return formatTable([
    ['target', shown.target],
    ['stage', shown.stage],
    ['state', shown.state],
    ...(shown.version === undefined ? [] : [['version', shown.version]]),
    ...(shown.description === undefined ? [] : [['what', shown.description]]),
    ...(shown.location === undefined ? [] : [['recipe', `${shown.location.file}:${shown.location.line}`]]),
    ['derivation', shown.drvPath],
    ...outputs,
    ...shown.needs.map(({ id, outputs: names }) => ['needs', names.length === 0 ? id : formatOutputName(id, names.join(','))]),
    ['test', shown.test?.state ?? 'none'],
  ]);
}
