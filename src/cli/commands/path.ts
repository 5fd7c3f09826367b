import type { Command } from 'commander';
import { ok } from '../../result.js';
import { builtOutput, targetOf, withView } from '../../workspace/index.js';
import { perform, withChain, type ChainOptions } from '../command.js';
import { printLine } from '../output.js';

/** `zilch path` */
export function register(command: Command): void {
  command.argument('<target>', 'target, or one of its outputs as target^output (default: its first output)');
  withChain(command).option('--logical', 'print the store path, /nix/store/…, not where it lies on this machine');
  perform(command, (name: string, options: ChainOptions & { logical?: true }) =>
    withView(options, (session) => {
      const found = targetOf(session, name);
      if (!found.ok) return Promise.resolve(found);
      const { target, outputName = target.recipe.outputNames[0]! } = found.value;
      const info = builtOutput(session, target, outputName);
      if (!info.ok) return Promise.resolve(info);
      printLine(options.logical === true ? info.value.path : session.store.hostPath(info.value.path));
      return Promise.resolve(ok(undefined));
    }),
  );
}
