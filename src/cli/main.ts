import { CommanderError } from 'commander';
import { EXIT } from './exit-code.js';
import { showBug, showFailure } from './output.js';
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

// Whoever read half of an archive must not take it for whole, so no exit code 0. It need not be said, though: `zilch graph | head` is usual.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.brokenPipe);
  process.exit(showFailure({ code: 'E_IO', message: `cannot write to standard output: ${error.message}` }));
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
