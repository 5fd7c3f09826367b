import type { Command } from 'commander';
import { durationsFile, estimates, readDurations } from '../../build/index.js';
import { allUsersOf, longestWay, type DependencyNode } from '../../chain/index.js';
import { ok } from '../../result.js';
import { perform, withChain, withJson, type ChainOptions } from '../command.js';
import { formatCount, formatSeconds, formatTable } from '../format.js';
import { graphWith } from '../graph-names.js';
import { printJson, printLine } from '../output.js';
import { withView, type Session } from '../../workspace/index.js';

/** `zilch impact` */
export function register(command: Command): void {
  command.description('Says what is built again if something changes, and about how long that takes on this machine.');
  command.argument('<what>', 'target, source’s file, file beside a recipe, `seed:tcc`; `zilch graph` shows all names');
  withJson(withChain(command));
  command.addHelpText(
    'after',
    '\nIt may turn out to be less: what comes out as it was before changes nothing above it. The longest way is what no number of processors shortens. Times are estimates, without tests.',
  );
  perform(command, (what: string, options: ChainOptions & { json?: true }) =>
    withView(options, (session) => {
      const graph = graphWith(session.loaded, [what]);
      if (!graph.ok) return Promise.resolve(graph);
      const node = graph.value.get(what)!;
      const isBuilt = node.kind === 'target' || node.kind === 'recipe';
      const again = [...(isBuilt ? [node] : []), ...allUsersOf(graph.value, what)];
      const seconds = secondsOf(session);
      const facts = again.map((one) => ({ id: one.id, stage: one.stage, seconds: seconds(one) }));
      const unknown = facts.filter((fact) => fact.seconds === undefined).length;
      const total = facts.reduce((sum, fact) => sum + (fact.seconds ?? 0), 0);
      const longest = longestWay(again, (id) => facts.find((fact) => fact.id === id)?.seconds ?? 0);
      if (options.json === true) printJson({ builds: facts, seconds: total, longestWaySeconds: longest, unknown });
      else {
        const rows = facts.map((fact) => [fact.id, fact.seconds === undefined ? '?' : formatSeconds(fact.seconds)]);
        for (const line of formatTable(rows, [1])) printLine(line);
        const lacking = unknown === 0 ? '' : `, and ${formatCount(unknown, 'build')} of unknown length`;
        printLine(
          facts.length === 0
            ? `nothing is built again if ${what} changes`
            : `${formatCount(facts.length, 'build')}: about ${formatSeconds(total)} one after the other, ${formatSeconds(longest)} on the longest way${lacking}`,
        );
      }
      return Promise.resolve(ok(undefined));
    }),
  );
}

function secondsOf({ store, loaded }: Session): (node: DependencyNode) => number | undefined {
  const estimate = estimates(readDurations(durationsFile(store.layout.zilchDir)), readDurations(loaded.durationsFile));
  const names = new Map(loaded.chain.targets.map(({ name, recipe }) => [name, recipe.drvName]));
  // If two recipes without a target have the same name, the second one gets a number.
  return ({ id }) => estimate.of(names.get(id) ?? id.replace(/#\d+$/, ''));
}
