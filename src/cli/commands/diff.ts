import { createReadStream, existsSync, mkdirSync } from 'node:fs';
import { mkdtemp, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { parseStorePathBaseName } from '../../formats/index.js';
import { diffTrees } from '../../diff/index.js';
import { fail, ok, type Result } from '../../result.js';
import { removeTree, restoreTree, type Store } from '../../store/index.js';
import { findTarget, loadChain } from '../../chain/index.js';
import { builtOutput, targetOf, withStoreForLooking, withView } from '../../workspace/index.js';
import { perform, withChain, withJson, type ChainOptions } from '../command.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { differenceLines } from '../difference-lines.js';
import { printJson, printLine } from '../output.js';

/** `zilch diff` */
export function register(command: Command): void {
  const what = 'file, directory, NAR file, store path or target^output';
  withJson(withChain(command.argument('<first>', what).argument('<second>', what)));
  command.addHelpText('after', '\nExit code 0 when they are the same, 3 when they differ.');
  perform(command, (first: string, second: string, options: ChainOptions & { json?: true }) =>
    withStoreForLooking(options, (store) => compare(first, second, store, options)),
  );
}

async function compare(first: string, second: string, store: Store, options: ChainOptions & { json?: true }): Promise<Result<ExitCode>> {
  // Outside the store, because commands that look write nothing there.
  const scratch = await mkdtemp(join(tmpdir(), 'zilch-diff-'));
  try {
    const [a, b] = [await find(first, store, join(scratch, 'first'), options), await find(second, store, join(scratch, 'second'), options)];
    if (!a.ok) return a;
    if (!b.ok) return b;
    const difference = await diffTrees(a.value, b.value);
    if (!difference.ok) return difference;
    if (options.json === true) printJson(difference.value);
    else for (const line of differenceLines(difference.value)) printLine(line);
    return ok<ExitCode>(difference.value.files.length === 0 ? EXIT.done : EXIT.different);
  } finally {
    await removeTree(scratch);
  }
}

/** The path of the tree that the word names; a NAR is unpacked in `scratch`. */
async function find(what: string, store: Store, scratch: string, options: ChainOptions): Promise<Result<string>> {
  const baseName = /^\/nix\/store\/([^/]+)(\/.*)?$/.exec(what);
  if (baseName !== null) {
    const path = parseStorePathBaseName(baseName[1] ?? '');
    if (!path.ok) return path;
    const host = store.hostPath(path.value) + (baseName[2] ?? '');
    return existsSync(host) ? ok(host) : fail('E_NOT_FOUND', `${what} is not in ${store.root}`);
  }
  if (existsSync(what)) {
    if (!(await isNar(what))) return ok(what);
    mkdirSync(scratch, { recursive: true });
    const restored = await restoreTree(createReadStream(what), join(scratch, 'tree'));
    return restored.ok ? ok(join(scratch, 'tree')) : restored;
  }
  const loaded = await loadChain(options.chain);
  const named = loaded.ok ? findTarget(loaded.value.chain, what) : loaded;
  if (!named.ok) return fail('E_TARGET', `${what} is neither a file nor a target`, '`zilch list` shows all targets');
  return withView(options, (session) => {
    const target = targetOf(session, what);
    if (!target.ok) return Promise.resolve(target);
    const { outputName = target.value.target.recipe.outputNames[0] ?? 'out' } = target.value;
    const info = builtOutput(session, target.value.target, outputName);
    return Promise.resolve(info.ok ? ok(store.hostPath(info.value.path)) : info);
  });
}

/** A NAR begins with the length and the text of its magic. */
async function isNar(path: string): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    if (!(await file.stat()).isFile()) return false;
    const { bytesRead, buffer } = await file.read(Buffer.alloc(24), 0, 24, 0);
    return bytesRead === 24 && buffer.toString('latin1', 8, 21) === 'nix-archive-1';
  } finally {
    await file.close();
  }
}
