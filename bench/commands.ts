/**
 * What a user waits for when there is nothing to do: help, a list, completion, and `zilch build` of what is built. The peer is Node.js
 * itself starting and doing nothing, below which no program of Node.js can be. `npx jiti bench/commands.ts [TARGET...]`: what is to
 * be built, by default stage 1, `--all` for the whole chain; builds it first, in the default store.
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { compare } from './harness.js';

const zilch = join(import.meta.dirname, '../zilch');
const run =
  (program: string, ...args: string[]) =>
  (): void =>
    void execFileSync(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });

const node = { name: 'node -e 0', run: run(process.execPath, '-e', '0') };
const targets = process.argv.slice(2);
run(zilch, 'build', ...targets)();
await compare('help', { name: 'zilch --help', run: run(zilch, '--help') }, node);
await compare('the chain, listed', { name: 'zilch list', run: run(zilch, 'list') }, node);
await compare('completion', { name: 'zilch completion bash', run: run(zilch, 'completion', 'bash') }, node);
await compare('nothing to do', { name: ['zilch build', ...targets].join(' '), run: run(zilch, 'build', '--offline', ...targets) }, node);
