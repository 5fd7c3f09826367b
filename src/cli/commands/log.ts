import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { logPath, readLog } from '../../build/index.js';
import { fail, ok } from '../../result.js';
import { perform, withChain, type ChainOptions } from '../command.js';
import { print, printLine } from '../output.js';
import { targetOf, withView } from '../session.js';

/** `zilch log` */
export function register(command: Command): void {
  withChain(command.argument('<target>', 'target of the chain')).option('--test', 'the log of its test').option('--path', 'print where the log lies');
  perform(command, (name: string, options: ChainOptions & { test?: true; path?: true }) =>
    withView(options, (session) => {
      const found = targetOf(session, name);
      if (!found.ok) return Promise.resolve(found);
      const { target } = found.value;
      const derivation = options.test === true ? target.test : target.build;
      if (derivation === undefined) return Promise.resolve(fail('E_NO_TEST', `${target.name} has no test`));
      const { root } = session.store;
      if (!existsSync(logPath(root, derivation.drvPath))) {
        return Promise.resolve(
          fail(
            'E_NO_LOG',
            `there is no log of ${derivation.recipe.drvName} in ${root}`,
            `it was not built here as it is now: zilch build ${target.name}`,
          ),
        );
      }
      if (options.path === true) printLine(logPath(root, derivation.drvPath));
      else print(readLog(root, derivation.drvPath) ?? '');
      return Promise.resolve(ok(undefined));
    }),
  );
}
