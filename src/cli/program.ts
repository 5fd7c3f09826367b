import { Command } from 'commander';
import { errorColour } from './colour.js';
import { COMMAND_GROUPS } from './command-table.js';
import { print, printError } from './output.js';
import { zilchVersion } from '../version.js';

/**
 * The whole command line. Only commands whose name `isMentioned` are loaded; of the others, help shows name and summary,
 * which keeps help quick.
 */
export async function makeProgram(isMentioned: (name: string) => boolean): Promise<Command> {
  const program = new Command('zilch')
    .description('Builds a Linux system from one TinyCC binary and source tarballs, into a Nix store.')
    .version(zilchVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand(false)
    .showHelpAfterError('(zilch --help shows all commands)')
    .configureOutput({ writeOut: print, writeErr: printError, outputError: (text, write) => write(withCode(text)) })
    .exitOverride();
  for (const { title, commands } of COMMAND_GROUPS) {
    program.commandsGroup(title);
    for (const { name, alias, summary, load } of commands) {
      const command = program.command(name).summary(summary).description(summary);
      if (alias !== undefined) command.alias(alias);
      if (isMentioned(name) || (alias !== undefined && isMentioned(alias))) (await load()).register(command);
      else command.allowUnknownOption().allowExcessArguments();
    }
  }
  return program.addHelpText(
    'after',
    '\n`zilch COMMAND --help` says more of a command. Without a target, the chain’s default target is meant. docs/cli.md has all options and exit codes.',
  );
}

/** Turns a command line that cannot be understood into a failure. */
function withCode(text: string): string {
  return `${errorColour.red('error')} ${errorColour.bold('E_USAGE')}: ${text.replace(/^error: /, '')}`;
}
