/**
 * What a user waits for when there is nothing to do: help, a list, completion, and `zilch build` of what is built. The peer is Node.js
 * itself starting and doing nothing, below which no program of Node.js can be. TAB starts no program: its peer is the shell's own
 * completion of a name from a list as long. `npx jiti bench/commands.ts [TARGET...]`: what is to
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

/** Presses TAB this often in one shell, after it has read what it knows. */
const TABS = 50;

/** Milliseconds of one TAB: the shell itself takes the times, in microseconds. */
function tab(definitions: string, complete: string): number {
  const script = `${definitions}
    one() { ${complete}; }
    one; [ "\${#COMPREPLY[@]}" -gt 0 ] || exit 1
    begin=\${EPOCHREALTIME/[.,]/}
    for ((n = 0; n < ${TABS}; n++)); do COMPREPLY=(); one; done
    echo $((\${EPOCHREALTIME/[.,]/} - begin))`;
  return Number(execFileSync('bash', ['-c', script], { encoding: 'utf8' })) / 1000 / TABS;
}

const completion = execFileSync(zilch, ['completion', 'bash'], { encoding: 'utf8' });
const names = execFileSync(zilch, ['list', '--json'], { encoding: 'utf8' });
const targetNames = (JSON.parse(names) as readonly { readonly target: string }[]).map(({ target }) => target).join(' ');
await compare(
  'TAB after `zilch build t`',
  { name: 'zilch’s completion in bash', run: () => tab(completion, 'COMP_WORDS=(zilch build t); COMP_CWORD=2; _zilch') },
  { name: 'compgen -W, of the same names', run: () => tab(`names='${targetNames}'`, 'COMPREPLY=($(compgen -W "$names" -- t))') },
);
