import type { Command } from 'commander';
import { loadChain } from '../../chain/index.js';
import { ok } from '../../result.js';
import { perform, withChainDirectory, withJson, type ChainOptions } from '../command.js';
import { formatTable } from '../format.js';
import { printJson, printLine } from '../output.js';

/** `zilch list` */
export function register(command: Command): void {
  withJson(withChainDirectory(command));
  perform(command, async ({ chain: directory, json }: ChainOptions & { json?: true }) => {
    const loaded = await loadChain(directory);
    if (!loaded.ok) return loaded;
    const { targets, defaultTarget } = loaded.value.chain;
    const rows = targets.map(({ name, stage, recipe }) => ({
      target: name,
      stage,
      version: recipe.version,
      outputs: recipe.outputNames,
      description: recipe.description,
      tested: recipe.test !== undefined,
      default: name === defaultTarget,
    }));
    if (json === true) printJson(rows);
    else
      for (const line of formatTable(rows.map((row) => [row.stage, row.target, row.version ?? '', row.outputs.join(' '), row.description ?? ''])))
        printLine(line);
    return ok(undefined);
  });
}
