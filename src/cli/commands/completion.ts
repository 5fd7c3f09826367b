import { Argument, type Command } from 'commander';
import { ok } from '../../result.js';
import { perform } from '../command.js';
import { print } from '../output.js';

const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** `zilch completion SHELL` */
export function register(command: Command): void {
  command.addArgument(new Argument('<shell>', 'the shell to write a script for').choices(SHELLS));
  command.addHelpText('after', '\nFor bash: eval "$(zilch completion bash)"');
  perform(command, (shell: (typeof SHELLS)[number]) => {
    const commands = command.parent?.commands ?? [];
    print(SCRIPTS[shell](commands.map((sibling) => ({ name: sibling.name(), summary: sibling.summary() }))));
    return Promise.resolve(ok(undefined));
  });
}

type Commands = readonly { readonly name: string; readonly summary: string }[];

/** Targets are asked for when they are completed, so that they are those of the chain as it is then. */
const TARGETS = 'zilch list --json 2>/dev/null | sed -n \'s/^ *"target": "\\(.*\\)",$/\\1/p\'';

const SCRIPTS: Readonly<Record<(typeof SHELLS)[number], (commands: Commands) => string>> = {
  bash: (commands) => `_zilch() {
  local word=\${COMP_WORDS[COMP_CWORD]}
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${commands.map(({ name }) => name).join(' ')}" -- "$word"))
  elif [[ $word == -* ]]; then
    COMPREPLY=($(compgen -W "$(zilch "\${COMP_WORDS[1]}" --help 2>/dev/null | grep -o -- '--[a-z-]*')" -- "$word"))
  else
    COMPREPLY=($(compgen -W "$(${TARGETS})" -- "$word") $(compgen -f -- "$word"))
  fi
}
complete -F _zilch zilch
`,
  zsh: (commands) => `#compdef zilch
_zilch() {
  local -a commands targets
  commands=(
${commands.map(({ name, summary }) => `    '${name}:${summary.replaceAll("'", '’')}'`).join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
  else
    targets=(\${(f)"$(${TARGETS})"})
    _describe target targets
    _files
  fi
}
compdef _zilch zilch
`,
  fish: (commands) => `complete -c zilch -f
${commands.map(({ name, summary }) => `complete -c zilch -n __fish_use_subcommand -a ${name} -d '${summary.replaceAll("'", '’')}'`).join('\n')}
complete -c zilch -n 'not __fish_use_subcommand' -a '(${TARGETS})'
`,
};
