import type { Command } from 'commander';
import { parseStorePath, type StorePath } from '../../formats/index.js';
import { fail, ok, type Result } from '../../result.js';
import { Store, type Defect } from '../../store/index.js';
import { perform, storeRoot, withJson, withStore, type StoreOptions } from '../command.js';
import { formatBytes, formatCount, stripControl, visible } from '../format.js';
import { interruptible } from '../interrupt.js';
import { printError, printJson, printLine } from '../output.js';
import type { ExitCode } from '../exit-code.js';

interface VerifyStoreOptions extends StoreOptions {
  readonly quick?: true;
  readonly repair?: true;
  readonly json?: true;
}

/** `zilch verify-store` */
export function register(command: Command): void {
  command.description(
    'Reads every store path and compares its hash with the registered one; looks for what a hash does not say, such as capabilities.',
  );
  command.argument('[paths...]', 'store paths to check (default: all)');
  withJson(withStore(command))
    .option('--quick', 'only look whether each path is there')
    .option('--repair', 'delete what is wrong and all that refers to it: the next build makes it again; take away extended attributes and modes');
  perform(command, (texts: readonly string[], options: VerifyStoreOptions) =>
    interruptible(async (signal): Promise<Result<ExitCode | undefined>> => {
      const paths: StorePath[] = [];
      for (const text of texts) {
        const path = parseStorePath(text);
        if (!path.ok) return path;
        paths.push(path.value);
      }
      const store = Store.open(storeRoot(options), { readOnly: options.repair !== true });
      if (!store.ok) return store;
      try {
        const verified = await store.value.verify({ contents: options.quick !== true, signal, ...(paths.length === 0 ? {} : { paths }) });
        if (!verified.ok) return verified;
        const { defects, leftovers, checkedCount, checkedBytes } = verified.value;
        if (options.json === true) printJson(verified.value);
        else {
          for (const { failure } of defects) printLine(`WRONG  ${stripControl(failure.message)}`);
          for (const name of leftovers) printLine(`left over  ${visible(name)} is registered by nobody; zilch gc deletes it`);
          printLine(
            `${formatCount(checkedCount, 'path')} checked${options.quick === true ? '' : `, ${formatBytes(checkedBytes)}`}; ${defects.length} wrong`,
          );
        }
        if (defects.length === 0) return ok(undefined);
        return options.repair === true
          ? await repair(store.value, defects)
          : fail(
              'E_DIFFERENT',
              `${formatCount(defects.length, 'store path')} of ${store.value.root} changed on disk`,
              '--repair deletes them, or takes away what is too much; then build again',
            );
      } finally {
        store.value.close();
      }
    }),
  );
}

async function repair(store: Store, all: readonly Defect[]): Promise<Result<undefined>> {
  const isUnclean = ({ failure }: Defect): boolean => failure.code === 'E_PATH_METADATA';
  for (const { path } of all.filter(isUnclean)) {
    const cleaned = await store.clean(path);
    if (!cleaned.ok) return cleaned;
    printError(`cleaned  ${path}\n`);
  }
  const defects = all.filter((defect) => !isUnclean(defect));
  const collected = await store.gc({ only: defects.map(({ path }) => path) });
  if (!collected.ok) return collected;
  for (const { path } of collected.value.dead) printError(`deleted  ${path}\n`);
  const held = defects.filter(({ path }) => store.isValid(path)).map(({ path }) => path);
  if (held.length === 0) return ok(undefined);
  return fail('E_STORE_BUSY', `in use, and so still there: ${held.join(', ')}`, 'stop the other zilch, or Nix, and try again');
}
