import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Command } from 'commander';
import {
  isDrvPath,
  parseDerivation,
  parseStorePath,
  parseStorePathBaseName,
  showDerivations,
  storePathName,
  type Derivation,
  type DrvPath,
} from '../../formats/index.js';
import { fail, ok, type Result } from '../../result.js';
import { attempt, Store } from '../../store/index.js';
import { targetOf, withView } from '../../workspace/index.js';
import { perform, storeRoot, withChain, type ChainOptions, type StoreOptions } from '../command.js';
import { printJson } from '../output.js';

/** `zilch drv show` */
export function register(command: Command): void {
  const show = command.command('show').summary('print derivations as JSON').description('Prints what `nix show-derivation` of Nix 2.8 prints.');
  show
    .argument('<what...>', 'targets, or .drv files: store paths, or files anywhere')
    .option('-r, --recursive', 'print the derivations they need, too');
  perform(withChain(show), async (names: readonly string[], options: ShowOptions) => {
    const shown = await readDerivations(names, options);
    if (shown.ok) printJson(showDerivations(shown.value));
    return shown.ok ? ok(undefined) : shown;
  });
}

type ShowOptions = ChainOptions & { readonly recursive?: true };
type Shown = ReadonlyMap<DrvPath, Derivation>;

async function readDerivations(names: readonly string[], options: ShowOptions): Promise<Result<Shown>> {
  const isFile = (name: string): boolean => name.endsWith('.drv') || name.includes('/');
  const files = readFiles(names.filter(isFile), options);
  const targets = names.filter((name) => !isFile(name));
  if (!files.ok || targets.length === 0) return files;
  // No store need have them: the chain says what they are.
  return withView(options, (session) => {
    const shown = new Map(files.value);
    for (const name of targets) {
      const found = targetOf(session, name);
      if (!found.ok) return Promise.resolve(found);
      const { drvPath } = found.value.target.build;
      const queue: DrvPath[] = [drvPath];
      for (const path of queue) {
        const drv = session.chain.derivations.get(path)!;
        if (shown.has(path)) continue;
        shown.set(path, drv);
        if (options.recursive === true) queue.push(...drv.inputDrvs.keys());
      }
    }
    return Promise.resolve(ok(shown));
  });
}

function readFiles(names: readonly string[], options: ShowOptions): Result<Shown> {
  const shown = new Map<DrvPath, Derivation>();
  const queue = [...names];
  for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
    const file = locate(name, options);
    if (!file.ok) return file;
    const path = parseStorePathBaseName(basename(file.value));
    if (!path.ok) return path;
    if (!isDrvPath(path.value)) return fail('E_NOT_A_DERIVATION', `${path.value} does not end in .drv`);
    if (shown.has(path.value)) continue;
    const contents = attempt('read', file.value, () => readFileSync(file.value));
    if (!contents.ok) return contents;
    const drv = parseDerivation(contents.value, storePathName(path.value).slice(0, -'.drv'.length));
    if (!drv.ok) return drv;
    shown.set(path.value, drv.value);
    if (options.recursive === true) queue.push(...drv.value.inputDrvs.keys());
  }
  return ok(shown);
}

/** A file that exists is meant as such; a store path that does not lies in the store's directory. */
function locate(name: string, options: StoreOptions): Result<string> {
  if (existsSync(name)) return ok(name);
  const path = parseStorePath(name);
  if (!path.ok) return fail('E_NOT_FOUND', `there is no file ${name}`);
  const store = Store.open(storeRoot(options), { readOnly: true });
  if (!store.ok) return store;
  try {
    return ok(store.value.hostPath(path.value));
  } finally {
    store.value.close();
  }
}
