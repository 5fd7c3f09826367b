import { InvalidArgumentError, type Command } from 'commander';
import { ok } from '../../result.js';
import { Store } from '../../store/index.js';
import { perform, storeRoot, withJson, withStore, type StoreOptions } from '../command.js';
import { formatBytes, formatCount, visible } from '../format.js';
import { interruptible } from '../interrupt.js';
import { printJson, printLine } from '../output.js';

/** `zilch gc` */
export function register(command: Command): void {
  command.description(
    'Deletes store paths that nothing needs. What the last build of each target used stays, sources included. Trees of failed builds, and outputs that came out differently, go when they have been kept for 30 days.',
  );
  withJson(withStore(command))
    .option('--dry-run', 'delete nothing, say what would be')
    .option('--keep-days <n>', 'keep what is not older than this, too; and kept trees as long, not 30 days', days);
  perform(command, (options: StoreOptions & { dryRun?: true; keepDays?: number; json?: true }) =>
    interruptible(async (signal) => {
      const store = Store.open(storeRoot(options), { readOnly: options.dryRun === true });
      if (!store.ok) return store;
      try {
        const collected = await store.value.gc({ dryRun: options.dryRun, keepDays: options.keepDays, signal });
        if (!collected.ok) return collected;
        const { dead, leftovers, outdated, liveCount, freedBytes } = collected.value;
        if (options.json === true) {
          printJson(collected.value);
          return ok(undefined);
        }
        for (const { path, narSize } of dead) printLine(`${path}  ${formatBytes(narSize)}`);
        for (const name of leftovers) printLine(`${visible(name)}  left over`);
        for (const place of outdated) printLine(`${visible(place)}  kept long enough`);
        const deleted = formatCount(dead.length + leftovers.length + outdated.length, 'path');
        printLine(
          `${deleted} ${options.dryRun === true ? 'would be deleted, about' : 'deleted,'} ${formatBytes(freedBytes)} set free; ${liveCount} kept`,
        );
        return ok(undefined);
      } finally {
        store.value.close();
      }
    }),
  );
}

function days(text: string): number {
  const number = Number(text);
  if (text.trim() === '' || !Number.isFinite(number) || number < 0) throw new InvalidArgumentError('A number of days is wanted.');
  return number;
}
