import type { Command } from 'commander';
import { colour } from '../colour.js';
import { ok } from '../../result.js';
import { perform, storeRoot, withJson, withStore, type StoreOptions } from '../command.js';
import { examine, type Finding } from '../doctor-checks.js';
import { EXIT } from '../exit-code.js';
import { formatTable } from '../format.js';
import { printJson, printLine } from '../output.js';

const COLOUR: Readonly<Record<Finding['state'], (text: string) => string>> = { good: colour.green, poor: colour.yellow, bad: colour.red };
const WORD: Readonly<Record<Finding['state'], string>> = { good: 'ok  ', poor: 'note', bad: 'BAD ' };

/** `zilch doctor` */
export function register(command: Command): void {
  withJson(withStore(command)).addHelpText('after', '\nExits with 4 when something is missing that builds need; a note alone is no reason.');
  perform(command, async (options: StoreOptions & { json?: true }) => {
    const findings = await examine(storeRoot(options));
    if (options.json === true) printJson(findings);
    else {
      const lines = formatTable(findings.map(({ subject, says }) => [subject, says]));
      findings.forEach(({ state, remedy }, index) => {
        printLine(`${COLOUR[state](WORD[state])}  ${lines[index] ?? ''}`);
        if (state !== 'good' && remedy !== undefined) printLine(`      ${colour.cyan('remedy')}: ${remedy}`);
      });
    }
    return ok(findings.some(({ state }) => state === 'bad') ? EXIT.machine : undefined);
  });
}
