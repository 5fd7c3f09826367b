/** What each place of the command line may hold, taken from the commands themselves. */
import type { Argument, Command, Option } from 'commander';

/** A word can be one of some words, a target or target^output, a file, a target or a file, or something that cannot be guessed. */
export type WordKind = { readonly words: readonly string[] } | 'targets' | 'files' | 'targets-or-files' | 'anything';

export interface CommandWords {
  /** `build`, `pins check`; empty for the program itself. */
  readonly path: string;
  readonly summary: string;
  readonly subcommands: readonly { readonly name: string; readonly summary: string }[];
  readonly options: readonly { readonly names: readonly string[]; readonly summary: string; readonly value: WordKind | undefined }[];
  /** By position. If the last one may be repeated, it stands for all that follow. */
  readonly arguments: readonly { readonly kind: WordKind; readonly repeated: boolean }[];
}

/** The program's commands and their subcommands. All must be registered. */
export function completionTable(program: Command): readonly CommandWords[] {
  return [describe(program, []), ...program.commands.flatMap((command) => below(command, [command.name()]))];
}

function below(command: Command, path: readonly string[]): CommandWords[] {
  return [describe(command, path), ...command.commands.flatMap((child) => below(child, [...path, child.name()]))];
}

function describe(command: Command, path: readonly string[]): CommandWords {
  return {
    path: path.join(' '),
    summary: command.summary(),
    subcommands: command.commands.map((child) => ({ name: child.name(), summary: child.summary() })),
    options: [
      ...command.options.map((option) => ({
        names: [option.short, option.long].filter((name) => name !== undefined),
        summary: option.description,
        value: option.required || option.optional ? optionKind(option) : undefined,
      })),
      { names: ['-h', '--help'], summary: 'help', value: undefined },
    ],
    arguments: command.registeredArguments.map((argument) => ({ kind: argumentKind(argument), repeated: argument.variadic })),
  };
}

function optionKind(option: Option): WordKind {
  if (option.argChoices !== undefined) return { words: option.argChoices };
  return kindOf(/[<[]([^>\]]+)/.exec(option.flags)?.[1] ?? '');
}

function argumentKind(argument: Argument): WordKind {
  return argument.argChoices === undefined ? kindOf(argument.name()) : { words: argument.argChoices };
}

/** By its name in the help. */
function kindOf(name: string): WordKind {
  if (/^(targets?|outputs?|a|b)(\.\.\.)?$/.test(name)) return 'targets';
  if (/^(names|what|first|second)(\.\.\.)?$/.test(name)) return 'targets-or-files';
  return /^(n|seconds|days|bytes|address|name|host|uri|machines|hash|count|port|format|run|identity|key-name)$/.test(name) ? 'anything' : 'files';
}
