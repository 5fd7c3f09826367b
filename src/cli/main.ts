import { CommanderError } from 'commander';
import { EXIT } from './exit-code.js';
import { showBug } from './output.js';
import { makeProgram } from './program.js';

/** Runs one command line; returns the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const program = await makeProgram((name) => args.includes(name));
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
