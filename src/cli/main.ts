import { Command, CommanderError } from 'commander';
import { COMMAND_GROUPS } from './command-table.js';
import { EXIT } from './exit-code.js';
import { print, printError, showBug } from './output.js';

/** Runs one command line; returns the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const program = new Command('zilch')
    .description('Builds a Linux system from one TinyCC binary and source tarballs, into a Nix store.')
    .version('0.1.0', '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help; `zilch COMMAND --help` for one command')
    .helpCommand(false)
    .showHelpAfterError('(zilch --help shows all commands)')
    .configureOutput({ writeOut: print, writeErr: printError })
    .exitOverride();
  for (const { title, commands } of COMMAND_GROUPS) {
    program.commandsGroup(title);
    for (const { name, summary, load } of commands) {
      const command = program.command(name).summary(summary).description(summary);
      // What the command line does not name is not loaded: help and completion stay quick.
      if (args.includes(name)) (await load()).register(command);
      else command.allowUnknownOption().allowExcessArguments();
    }
  }
  program.addHelpText('after', '\nWithout a target, the chain’s default target is meant. docs/cli.md has all options and exit codes.');
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  }
  return Number(process.exitCode ?? EXIT.done);
}

// `zilch graph | head` closes the pipe early; that is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(EXIT.done);
});

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    showBug(error);
    process.exitCode = EXIT.bug;
  },
);
