/** Completion for three shells, from one table. A script runs zilch only if no chain of this name has been read before. */
import type { CommandWords, WordKind } from './completion-table.js';

export interface CompletionFacts {
  readonly table: readonly CommandWords[];
  /** The real path of the chain that is used without -f. */
  readonly ownChain: string;
}

export const SHELLS = ['bash', 'zsh', 'fish'] as const;

export const COMPLETION_SCRIPTS: Readonly<Record<(typeof SHELLS)[number], (facts: CompletionFacts) => string>> = {
  bash: (facts) => `${bashFunctions(facts)}complete -o filenames -F _zilch zilch ./zilch\n`,
  // zsh runs the script for bash.
  zsh: (facts) =>
    `#compdef zilch\nautoload -U +X compinit && compinit -u\nautoload -U +X bashcompinit && bashcompinit\n${bashFunctions(facts)}complete -o filenames -F _zilch zilch ./zilch\n`,
  fish: fishScript,
};

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** As one word: \`=a,b\` for some words. */
function shortKind(kind: WordKind): string {
  return typeof kind === 'string' ? kind : `=${kind.words.join(',')}`;
}

function bashFunctions({ table, ownChain }: CompletionFacts): string {
  const cases = table.map(({ path, subcommands, options, arguments: positions }) => {
    const values = options.flatMap(({ names, value }) => (value === undefined ? [] : names.map((name) => `${name}:${shortKind(value)}`)));
    const last = positions.at(-1);
    return [
      `  ${quote(path)})`,
      `    subs=${quote(subcommands.map(({ name }) => name).join(' '))}`,
      `    opts=${quote(options.flatMap(({ names }) => names).join(' '))}`,
      `    values=${quote(` ${values.join(' ')} `)}`,
      `    kinds=${quote(positions.map(({ kind }) => shortKind(kind)).join(' '))} rest=${quote(last?.repeated === true ? shortKind(last.kind) : '')}`,
      '    ;;',
    ].join('\n');
  });
  return `# What may stand where, by command.
_zilch_words() {
  case $1 in
${cases.join('\n')}
  *) return 1 ;;
  esac
}
# The names of targets; after ^, of a target's outputs.
_zilch_targets() {
  local dir file name outputs output
  dir=$(cd -- "$1" 2>/dev/null && pwd -P) || return 0
  file=\${XDG_CACHE_HOME:-$HOME/.cache}/zilch/targets/$(printf %s "$dir" | tr / %)
  [ -e "$file" ] || zilch list -f "$dir" >/dev/null 2>&1
  [ -e "$file" ] || return 0
  while read -r name outputs; do
    case $2 in
    "$name"^*) for output in $(printf %s "$outputs"); do printf '%s\\n' "$name^$output"; done ;;
    *^*) ;;
    *) printf '%s\\n' "$name" ;;
    esac
  done <"$file"
}
_zilch_complete() {
  local kind=$1 word=$2 chain=$3
  case $kind in
  =*) COMPREPLY=($(compgen -W "$(printf %s "\${kind#=}" | tr , ' ')" -- "$word")) ;;
  targets) COMPREPLY=($(compgen -W "$(_zilch_targets "$chain" "$word")" -- "$word")) ;;
  files) COMPREPLY=($(compgen -f -- "$word")) ;;
  targets-or-files) COMPREPLY=($(compgen -W "$(_zilch_targets "$chain" "$word")" -- "$word") $(compgen -f -- "$word")) ;;
  *) COMPREPLY=() ;;
  esac
}
_zilch() {
  # Not \`path\`, which in zsh is PATH.
  local IFS=$' \\t\\n'
  local word=\${COMP_WORDS[$COMP_CWORD]} chain=${quote(ownChain)} at= subs= opts= values= kinds= rest=
  local index=1 position=0 one= kind= pending=
  _zilch_words ''
  while [ "$index" -lt "$COMP_CWORD" ]; do
    one=\${COMP_WORDS[$index]}
    index=$((index + 1))
    if [ -n "$pending" ]; then
      case $pending in -f | --chain) chain=$one ;; esac
      pending=
      continue
    fi
    case $one in
    -*) case $values in *" $one:"*) pending=$one ;; esac ;;
    *)
      if [ -n "$subs" ]; then
        [ "$one" = source ] && one=sources
        at=\${at:+$at }$one
        _zilch_words "$at" || return 0
      else
        position=$((position + 1))
      fi
      ;;
    esac
  done
  if [ -n "$pending" ]; then
    kind=\${values#*" $pending:"}
    _zilch_complete "\${kind%% *}" "$word" "$chain"
    return 0
  fi
  case $word in
  -*)
    COMPREPLY=($(compgen -W "$opts" -- "$word"))
    return 0
    ;;
  esac
  if [ -n "$subs" ]; then
    COMPREPLY=($(compgen -W "$subs" -- "$word"))
    return 0
  fi
  for kind in $(printf %s "$kinds"); do
    [ "$position" -gt 0 ] || break
    position=$((position - 1))
    kind=$rest
  done
  _zilch_complete "$kind" "$word" "$chain"
}
`;
}

function fishScript({ table, ownChain }: CompletionFacts): string {
  const described = (text: string): string => quote(text.replaceAll("'", '’'));
  const choices = (kind: WordKind): string => {
    if (typeof kind !== 'string') return `-x -a ${quote(kind.words.join(' '))}`;
    return { targets: "-x -a '(__zilch_targets)'", 'targets-or-files': "-r -F -a '(__zilch_targets)'", files: '-r -F', anything: '-x' }[kind];
  };
  const lines = table.flatMap(({ path, subcommands, options, arguments: positions }) => {
    const here = path === '' ? '__zilch_at' : `__zilch_at ${path}`;
    const names = (one: readonly string[]): string =>
      one.map((name) => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`)).join(' ');
    return [
      ...subcommands.map(({ name, summary }) => `complete -c zilch -n ${quote(here)} -a ${name} -d ${described(summary)}`),
      ...options.map(
        (option) =>
          `complete -c zilch -n ${quote(here)} ${names(option.names)}${option.value === undefined ? '' : ` ${choices(option.value)}`} -d ${described(option.summary)}`,
      ),
      ...[...new Set(positions.map(({ kind }) => choices(kind).replace(/^-[xr] ?/, '')))]
        .filter(Boolean)
        .map((kind) => `complete -c zilch -n ${quote(here)} ${kind}`),
    ];
  });
  const commands = table.filter(({ path }) => path !== '').map(({ path }) => quote(path));
  return `set -g __zilch_commands ${commands.join(' ')}
# Whether the words so far name just this command.
function __zilch_at
  set -l path
  for word in (commandline -opc)[2..-1]
    string match -q -- '-*' $word; and continue
    contains -- (string join ' ' $path $word) $__zilch_commands; and set -a path $word
  end
  test "$path" = "$argv"
end
function __zilch_targets
  # fish asks even where a name of an option is being typed.
  string match -q -- '-*' (commandline -ct); and return
  set -l dir ${quote(ownChain)}
  set -l words (commandline -opc)
  for index in (seq (count $words))
    contains -- $words[$index] -f --chain; and set dir $words[(math $index + 1)]
  end
  set -l cache $XDG_CACHE_HOME
  test -n "$cache"; or set cache ~/.cache
  set -l real (realpath -- $dir 2>/dev/null); or return
  set -l file $cache/zilch/targets/(string replace -a / % -- $real)
  test -e $file; or zilch list -f $real >/dev/null 2>&1
  test -e $file; or return
  while read -l -a line
    echo $line[1]
    string match -q -- '*^*' (commandline -ct); and for output in $line[2..-1]; echo $line[1]^$output; end
  end <$file
end
complete -c zilch -f
${lines.join('\n')}
`;
}
