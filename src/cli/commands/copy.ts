import { resolve } from 'node:path';
import type { Command } from 'commander';
import { copyClosure } from '../../exchange/index.js';
import { fail, ok, type Result } from '../../result.js';
import { Store } from '../../store/index.js';
import { withSelection } from '../../workspace/index.js';
import { perform, withChain, type ChainOptions } from '../command.js';
import { formatCount } from '../format.js';
import { interruptible } from '../interrupt.js';
import { printLine } from '../output.js';

/** `zilch copy` */
export function register(command: Command): void {
  command
    .argument('<dir>', 'root of the store to copy to; made when there is none')
    .argument('[names...]', 'targets, target^output, or /nix/store/… (default: the chain’s default target)');
  withChain(command).option('--derivations', 'copy also how the targets are made: derivations and sources');
  perform(command, copyCommand);
}

function copyCommand(directory: string, names: readonly string[], options: ChainOptions & { derivations?: true }): Promise<Result<undefined>> {
  return interruptible((signal) =>
    withSelection(names, options, async (store, { paths, realisations }) => {
      const root = resolve(directory);
      if (root === store.root) return fail('E_USAGE', `${root} is the store to copy from`);
      const to = Store.open(root, { create: true });
      if (!to.ok) return to;
      try {
        const copied = await copyClosure(store, to.value, paths, realisations, signal);
        if (!copied.ok) return copied;
        printLine(`${formatCount(copied.value, 'path')} copied to ${root}; ${formatCount(realisations.length, 'realisation')}`);
        return ok(undefined);
      } finally {
        to.value.close();
      }
    }),
  );
}
