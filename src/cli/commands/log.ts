import type { Command } from 'commander';
import { LogFile, logPath } from '../../build/index.js';
import { fail, ok, type Result } from '../../result.js';
import { targetOf, withView } from '../../workspace/index.js';
import { perform, positiveInteger, withChain, type ChainOptions } from '../command.js';
import { printBytes, printLine } from '../output.js';

interface LogOptions extends ChainOptions {
  readonly test?: true;
  readonly path?: true;
  readonly tail?: number;
}

/** `zilch log` */
export function register(command: Command): void {
  withChain(command.argument('<target>', 'target of the chain'))
    .option('--test', 'the log of its test')
    .option('--tail <n>', 'only the last so many lines', positiveInteger)
    .option('--path', 'print where the log lies');
  perform(command, (name: string, options: LogOptions) =>
    withView(options, async (session) => {
      const found = targetOf(session, name);
      if (!found.ok) return found;
      const { target } = found.value;
      const derivation = options.test === true ? target.test : target.build;
      if (derivation === undefined) return fail('E_NO_TEST', `${target.name} has no test`);
      const { root } = session.store;
      const path = logPath(root, derivation.drvPath);
      const log = LogFile.open(path);
      if (!log.ok) return log;
      if (log.value === undefined) {
        return fail(
          'E_NO_LOG',
          `there is no log of ${derivation.recipe.drvName} in ${root}`,
          `it was not built here as it is now: zilch build ${target.name}`,
        );
      }
      try {
        if (options.path !== true) return await show(log.value, options.tail);
        printLine(path);
        return ok(undefined);
      } finally {
        log.value.close();
      }
    }),
  );
}

async function show(log: LogFile, lines: number | undefined): Promise<Result<undefined>> {
  const start = lines === undefined ? ok(0) : log.startOfLast(lines);
  if (!start.ok) return start;
  for (const piece of log.pieces(start.value)) {
    if (!piece.ok) return piece;
    await printBytes(piece.value);
  }
  return ok(undefined);
}
