/** Completion, asked of the shells themselves. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { rigFor } from './rig.js';

const rig = rigFor(
  `const tool = make({ name: 'tool', outputs: ['bin', 'doc'], script: sh\`echo > $bin; echo > $doc\` });
     const user = make({ name: 'user', script: sh\`echo > $out\` });`,
  ['user', 'tool'],
);

let env: NodeJS.ProcessEnv;
beforeAll(async () => {
  const programs = join(rig.directory, 'programs');
  mkdirSync(programs);
  // What the shells find as zilch: whoever runs it is told of.
  writeFileSync(join(programs, 'zilch'), `#!/bin/sh\necho "$*" >> '${rig.directory}/ran'\n`);
  chmodSync(join(programs, 'zilch'), 0o755);
  env = { ...process.env, PATH: `${programs}:${process.env['PATH'] ?? ''}`, XDG_CACHE_HOME: join(rig.directory, 'cache'), HOME: rig.directory };
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { stdout } = await rig.run(['completion', shell]);
    writeFileSync(join(rig.directory, `completion.${shell}`), stdout);
  }
  // It has read the chain once.
  expect(await rig.run(['list', '-f', rig.chain], { env })).toMatchObject({ status: 0 });
  writeFileSync(join(rig.directory, 'file'), '');
});

/** What a shell offers for the last of some words. */
const OFFERS: Readonly<Record<string, (words: readonly string[]) => string[]>> = {
  bash: (words) => {
    const script = `source completion.bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _zilch; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return linesOf(spawnSync('bash', ['-c', script, 'bash', ...words], { cwd: rig.directory, env, encoding: 'utf8' }).stdout);
  },
  zsh: (words) => {
    // As bashcompinit calls them, for which there is no line editor here.
    const script = `autoload -U +X compinit && compinit -u -D; autoload -U +X bashcompinit && bashcompinit
      eval "$(sed -n '/^_zilch_words/,/^complete/p' completion.zsh)"
      COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=()
      () { emulate -L sh; setopt kshglob noshglob braceexpand; _zilch; }
      print -rl -- "\${COMPREPLY[@]}"`;
    const { stdout } = spawnSync('zsh', ['-fc', script, 'zsh', ...words], { cwd: rig.directory, env, encoding: 'utf8' });
    // zsh itself leaves out what does not begin with the word.
    return linesOf(stdout).filter((offer) => offer.startsWith(words.at(-1)!));
  },
  fish: (words) => {
    const line = words.map((word) => word.replaceAll('^', '\\^')).join(' ');
    const { stdout } = spawnSync('fish', ['--no-config', '-c', `source completion.fish; complete -C ${JSON.stringify(line)}`], {
      cwd: rig.directory,
      env,
      encoding: 'utf8',
    });
    return linesOf(stdout).map((offer) => offer.split('\t')[0]!);
  },
};

function linesOf(text: string): string[] {
  return text.split('\n').filter(Boolean).sort();
}

const isThere = (shell: string): boolean => spawnSync(shell, ['-c', 'true']).error === undefined;

describe.each(Object.keys(OFFERS))('%s', (shell) => {
  if (!isThere(shell)) console.log(`skipped: ${shell} is not installed`);
  const offers = (...words: readonly string[]): string[] => OFFERS[shell]!(words);

  it.skipIf(!isThere(shell))('offers what may stand there, and runs nothing for it', () => {
    const chain = ['-f', rig.chain];
    expect(offers('zilch', 'verify')).toEqual(['verify', 'verify-store']);
    expect(offers('zilch', 'pins', '')).toEqual(expect.arrayContaining(['check', 'update']));
    expect(offers('zilch', 'build', '--keep-')).toEqual(['--keep-failed', '--keep-going']);
    expect(offers('zilch', 'build', '--via', '')).toEqual(['nix']);
    expect(offers('zilch', 'graph', '--format', 's')).toEqual(['svg']);
    expect(offers('zilch', 'completion', 'z')).toEqual(['zsh']);
    expect(offers('zilch', 'build', ...chain, '')).toEqual(['tool', 'user']);
    expect(offers('zilch', 'build', ...chain, 'user', 't')).toEqual(['tool']);
    expect(offers('zilch', 'why', ...chain, 'user', 't')).toEqual(['tool']);
    expect(offers('zilch', 'path', ...chain, 'tool^')).toEqual(['tool^bin', 'tool^doc']);
    expect(offers('zilch', 'build', ...chain, '--sources', 'fi')).toEqual(['file']);
    expect(offers('zilch', 'diff', ...chain, 'fi')).toEqual(['file']);
    expect(offers('zilch', 'diff', ...chain, 'to')).toEqual(['tool']);
    expect(offers('zilch', 'build', '--jobs', '')).toEqual([]);
    expect(spawnSync('cat', [join(rig.directory, 'ran')], { encoding: 'utf8' }).stdout).toBe('');
  });

  it.skipIf(!isThere(shell))('asks once for the targets of a chain that was never read', () => {
    const fresh = mkdtempSync(join(rig.directory, 'fresh-'));
    offers('zilch', 'build', '-f', fresh, '');
    const { stdout } = spawnSync('cat', [join(rig.directory, 'ran')], { encoding: 'utf8' });
    expect(stdout).toContain(`list -f ${fresh}\n`);
    spawnSync('rm', [join(rig.directory, 'ran')]);
  });
});
