/** The command, as the user types it, that opens a shell in the kept directory of a failed build. */
import type { Event } from '../build/index.js';
import type { PreparedChain } from '../chain/index.js';
import { OWN_CHAIN } from '../chain/index.js';
import type { ChainOptions } from './command.js';

/** Adds that command to the event of a failed build whose directory was kept, if a target leads to the build. */
export function withKeptShell(event: Event, { targets }: PreparedChain, options: ChainOptions): Event {
  if (event.type !== 'build-failed' || event.keptDir === undefined) return event;
  const target = targets.find(({ build, test }) => build.drvPath === event.drvPath || test?.drvPath === event.drvPath);
  if (target === undefined) return event;
  const words = [
    ...['zilch', 'shell', target.name],
    ...(target.test?.drvPath === event.drvPath ? ['--test'] : []),
    ...(options.chain === OWN_CHAIN ? [] : ['-f', options.chain]),
    ...(options.store === undefined ? [] : ['--store', options.store]),
    ...(options.seed === undefined ? [] : ['--seed', options.seed]),
    ...['--kept', event.keptDir],
  ];
  return { ...event, keptShell: words.map(quoted).join(' ') };
}

/** Quoted for a shell. */
export function quoted(word: string): string {
  return /^[\w./+:=@^-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
