import { relative, resolve } from 'node:path';
import type { Command } from 'commander';
import { writeNewChain } from '../../chain/index.js';
import { ok } from '../../result.js';
import { perform } from '../command.js';
import { printLine } from '../output.js';

/** `zilch init` */
export function register(command: Command): void {
  command.description(
    'Writes a chain of your own that builds at once: chain.ts, a program with a test, a README, and a tsconfig.json by which editors find the types. What is there stays as it is; beside a chain that is there, only tsconfig.json is written.',
  );
  command.argument('<dir>', 'directory of the chain; made when it is not there');
  perform(command, (directory: string) => {
    const written = writeNewChain(resolve(directory));
    if (!written.ok) return Promise.resolve(written);
    const from = relative(process.cwd(), resolve(directory)) || '.';
    for (const name of written.value) printLine(`wrote ${from === '.' ? name : `${from}/${name}`}`);
    if (written.value.includes('chain.ts')) printLine(`\nnext: zilch build -f ${/^[\w./+-]+$/.test(from) ? from : `'${from}'`}`);
    return Promise.resolve(ok(undefined));
  });
}
