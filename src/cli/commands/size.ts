import type { Command } from 'commander';
import { storePathName, type StorePath } from '../../formats/index.js';
import { closureTree } from '../../report/index.js';
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
  const closure = store.closure([path]).map((one) => {
    const { narSize = 0, references = [] } = store.pathInfo(one) ?? {};
    return { path: one, narSize, references };
  });
  const tree = closureTree(path, closure);
  const whole = new Map(tree.map((line) => [line.id, line.whole]));
  const bySize = [...closure].sort((a, b) => b.narSize - a.narSize);
  if (options.json === true) {
    printJson(
      bySize.map(({ path: one, narSize, references }) => ({
        ...{ path: one, size: narSize, closureSize: whole.get(one) },
        references: references.filter((reference) => reference !== one).sort((a, b) => (whole.get(b) ?? 0) - (whole.get(a) ?? 0)),
      })),
    );
    return ok(undefined);
  }
  const name = (one: string): string => storePathName(one as StorePath);
  const rows =
    options.tree === true
      ? tree.map(({ id, depth, own, whole: all, seenBefore }) => [
          `${'  '.repeat(depth)}${name(id)}${seenBefore ? ', as above' : ''}`,
          formatBytes(own),
          formatBytes(all),
        ])
      : bySize.map(({ path: one, narSize }) => [name(one), formatBytes(narSize), formatBytes(whole.get(one) ?? 0)]);
  for (const line of formatTable([['', 'itself', 'in all'], ...rows], [1, 2])) printLine(line);
  printLine(`${formatBytes(whole.get(path) ?? 0)} in ${formatCount(closure.length, 'path')}`);
  return ok(undefined);
}
