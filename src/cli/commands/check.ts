import type { Command } from 'commander';
import { checkTypes, lintChain, loadChain, type Finding } from '../../chain/index.js';
import { fail, ok } from '../../result.js';
import { perform, withChainDirectory, withJson, type ChainOptions } from '../command.js';
import { formatCount } from '../format.js';
import { printError, printJson, printLine } from '../output.js';

/** `zilch check` */
export function register(command: Command): void {
  command.description(
    'Loads a chain, checks its types where a TypeScript compiler is at hand, and looks for what is missing: descriptions, tests, licences of sources; and for sources that nothing is made of.',
  );
  withJson(withChainDirectory(command)).option('--types-only', 'only what is wrong, not what is missing');
  perform(command, async (options: ChainOptions & { readonly json?: true; readonly typesOnly?: true }) => {
    const loaded = await loadChain(options.chain);
    if (!loaded.ok) return loaded;
    const types = await checkTypes(loaded.value);
    if (!types.ok) return types;
    const findings: readonly Finding[] = [...(types.value ?? []), ...(options.typesOnly === true ? [] : lintChain(loaded.value))];
    if (options.json === true) printJson({ typesChecked: types.value !== undefined, findings });
    else for (const { where, what } of findings) printLine(`${where}: ${what}`);
    if (types.value === undefined)
      printError('types were not checked: there is no TypeScript compiler at hand (`npm install typescript` beside the chain brings one)\n');
    if (findings.length > 0) return fail('E_CHECK', `${formatCount(findings.length, 'thing')} to see to in ${loaded.value.directory}`);
    if (options.json !== true) printLine(`${formatCount(loaded.value.chain.targets.length, 'target')}: nothing to see to`);
    return ok(undefined);
  });
}
