import { realpathSync } from 'node:fs';
import { Argument, type Command } from 'commander';
import { OWN_CHAIN } from '../../chain/index.js';
import { ok } from '../../result.js';
import { perform } from '../command.js';
import { COMPLETION_SCRIPTS, SHELLS } from '../completion-scripts.js';
import { completionTable } from '../completion-table.js';
import { print } from '../output.js';

/** `zilch completion SHELL` */
export function register(command: Command): void {
  command.addArgument(new Argument('<shell>', 'the shell to write a script for').choices(SHELLS));
  command.addHelpText(
    'after',
    '\nFor bash: eval "$(zilch completion bash)"; likewise for zsh; for fish: zilch completion fish | source. The script knows commands, options and choices by itself, and targets from what zilch wrote down when it last read the chain.',
  );
  perform(command, (shell: (typeof SHELLS)[number]) => {
    print(COMPLETION_SCRIPTS[shell]({ table: completionTable(command.parent!), ownChain: realpathSync(OWN_CHAIN) }));
    return Promise.resolve(ok(undefined));
  });
}
