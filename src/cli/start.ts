/** The launcher runs this: the program, with V8's compiled code kept for the next start. */
import module from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type * as quick from './quick.js';

/** The first Node.js that Zilch is tested on: docs/decisions/0020-one-node.md. */
const LEAST_MAJOR = 24;

if (Number(process.versions.node.split('.')[0]) < LEAST_MAJOR) {
  process.stderr.write(
    `zilch: Node.js ${process.version} is too old: delete node_modules/.bin/node of the checkout, and ./zilch takes another; elsewhere install ${LEAST_MAJOR} or newer\n`,
  );
  process.exit(4);
}
// Kept for each user, because the checkout may belong to somebody else. The program also runs if nothing can be kept.
module.enableCompileCache(join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'zilch', 'code'));

/** What is known already is answered by a small part of the program. Whatever goes wrong there is the program's to say. */
async function start(args: readonly string[]): Promise<void> {
  const isQuick = args[0] === 'list' || args[0] === 'build';
  const { answer } = isQuick ? (module.createRequire(import.meta.url)('./quick.cjs') as typeof quick) : { answer: undefined };
  if ((await answer?.(args)) !== true) await import('./main.js');
}

void start(process.argv.slice(2));
