import type { Command } from 'commander';
import { ok } from '../../result.js';
import { readPins } from '../../verify/index.js';
import { withView } from '../../workspace/index.js';
import { perform, withChain, withJson, type ChainOptions } from '../command.js';
import { printJson, printLine } from '../output.js';
import { targetRows, targetTable } from '../target-table.js';

/** `zilch list`; of a chain that is remembered, `quick.ts` has answered before. */
export function register(command: Command): void {
  withJson(withChain(command));
  command.addHelpText('after', '\nSizes and times in parentheses are expected: those of the pins and of other machines.');
  perform(command, (options: ChainOptions & { json?: true }) =>
    withView(
      options,
      (session) => {
        const pins = readPins(session.loaded.pinsFile);
        if (!pins.ok) return Promise.resolve(pins);
        const rows = targetRows(session, pins.value);
        if (options.json === true) printJson(rows);
        else for (const line of targetTable(rows, process.stdout.columns || Number.POSITIVE_INFINITY)) printLine(line);
        return Promise.resolve(ok(undefined));
      },
      { remember: true },
    ),
  );
}
