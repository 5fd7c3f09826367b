import type { Command } from 'commander';
import { allUsersOf, loadChain, usersOf } from '../../chain/index.js';
import { ok } from '../../result.js';
import { perform, withChainDirectory, withJson, type ChainOptions } from '../command.js';
import { formatCount, wrap } from '../format.js';
import { graphWith } from '../graph-names.js';
import { printJson, printLine } from '../output.js';

/** `zilch uses` */
export function register(command: Command): void {
  command.description('Says who needs something: directly, and through these.');
  command.argument('<what>', 'target, source’s file, file beside a recipe, `seed:tcc`; `zilch graph` shows all names');
  withJson(withChainDirectory(command));
  perform(command, async (what: string, options: ChainOptions & { json?: true }) => {
    const loaded = await loadChain(options.chain);
    if (!loaded.ok) return loaded;
    const graph = graphWith(loaded.value, [what]);
    if (!graph.ok) return graph;
    const direct = usersOf(graph.value).get(what) ?? [];
    const through = allUsersOf(graph.value, what)
      .map(({ id }) => id)
      .filter((id) => !direct.includes(id));
    if (options.json === true) printJson({ direct, through });
    else if (direct.length === 0) printLine(`nothing needs ${what}`);
    else {
      const width = process.stdout.columns || 100;
      for (const line of wrap(`directly (${formatCount(direct.length, 'recipe')}): ${direct.join(' ')}`, width, '  ')) printLine(line);
      if (through.length > 0)
        for (const line of wrap(`through these (${formatCount(through.length, 'recipe')}): ${through.join(' ')}`, width, '  ')) printLine(line);
    }
    return ok(undefined);
  });
}
