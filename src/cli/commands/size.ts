import type { Command } from 'commander';
import { treeOf } from '../../chain/index.js';
import { storePathName, type StorePath } from '../../formats/index.js';
import { ok, type Result } from '../../result.js';
import type { Store } from '../../store/index.js';
import { perform, withChain, withJson, type ChainOptions } from '../command.js';
import { formatBytes, formatCount, formatTable } from '../format.js';
import { printJson, printLine } from '../output.js';
import { builtOutput, targetOf, withView } from '../../workspace/index.js';

interface SizeOptions extends ChainOptions {
  readonly json?: true;
  readonly tree?: true;
}

/** `zilch size` */
export function register(command: Command): void {
  command.description('Says how large a target is with all that it refers to: what has to be copied for it to run elsewhere.');
  command.argument('<target>', 'target, or one of its outputs as target^output (default: its first output)');
  withJson(withChain(command)).option('--tree', 'show what refers to what, each with all that it refers to');
  perform(command, (name: string, options: SizeOptions) =>
    withView(options, (session) => {
      const found = targetOf(session, name);
      if (!found.ok) return Promise.resolve(found);
      const { target, outputName = target.recipe.outputNames[0]! } = found.value;
      const info = builtOutput(session, target, outputName);
      return Promise.resolve(info.ok ? show(session.store, info.value.path, options) : info);
    }),
  );
}

function show(store: Store, path: StorePath, options: SizeOptions): Result<undefined> {
  const own = (one: StorePath): number => store.pathInfo(one)?.narSize ?? 0;
  const whole = (one: StorePath): number => store.closure([one]).reduce((sum, part) => sum + own(part), 0);
  const referred = (one: StorePath): StorePath[] =>
    (store.pathInfo(one)?.references ?? []).filter((reference) => reference !== one).sort((a, b) => whole(b) - whole(a));
  const closure = [...store.closure([path])].sort((a, b) => own(b) - own(a));
  if (options.json === true) {
    printJson(closure.map((one) => ({ path: one, size: own(one), closureSize: whole(one), references: referred(one) })));
    return ok(undefined);
  }
  const rows =
    options.tree === true
      ? treeOf(path, (one) => referred(one as StorePath)).map(({ id, depth, seenBefore }) => [
          `${'  '.repeat(depth)}${storePathName(id as StorePath)}${seenBefore ? ', as above' : ''}`,
          formatBytes(own(id as StorePath)),
          formatBytes(whole(id as StorePath)),
        ])
      : closure.map((one) => [storePathName(one), formatBytes(own(one)), formatBytes(whole(one))]);
  for (const line of formatTable([['', 'itself', 'with all it refers to'], ...rows], [1, 2])) printLine(line);
  printLine(`${formatBytes(whole(path))} in ${formatCount(closure.length, 'path')}`);
  return ok(undefined);
}
