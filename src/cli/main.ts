import { CommanderError } from 'commander';
import { ThrownFailure } from '../result.js';
import { EXIT, type ExitCode } from './exit-code.js';
import { stopUnheard } from './interrupt.js';
import { outputFailed, showBug, showFailure } from './output.js';
import { makeProgram } from './program.js';

/** Runs one command line; returns the exit code. */
async function main(given: readonly string[]): Promise<number> {
  // Other programs do the same.
  const args = given[0] === 'help' ? [...given.slice(1), '--help'] : given;
  // Completion needs all commands.
  const program = await makeProgram((name) => args.includes(name) || args[0] === 'completion');
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  }
  // Set by the command that ran.
  return Number(process.exitCode);
}

/** Set when output could not be written. */
let unheard: ExitCode | undefined;

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (unheard !== undefined) return;
  unheard = outputFailed(error);
  stopUnheard(unheard);
});

// A message that nobody reads any more ends the program, as a result does. If only the disk is full, the work goes on: the exit code
// tells its result.
process.stderr.on('error', (error: NodeJS.ErrnoException) => {
  if (unheard !== undefined || error.code !== 'EPIPE') return;
  unheard = EXIT.brokenPipe;
  stopUnheard(unheard);
});

// As with Nix, others may read the store's folders and files but not write them.
process.umask(0o022);

// An error that nobody catches is a defect, except when memory runs out, which can happen anywhere.
process.on('uncaughtException', (error) => {
  process.exit(
    isWantOfMemory(error) ? showFailure({ code: 'E_MEMORY', message: error.message, hint: 'is there a limit, as of `ulimit -v`?' }) : showBug(error),
  );
});

// Node.js ends when nothing is left that could wake it, even if a command still waits for something that never comes. If the program
// ends before its command does, it has failed.
process.exitCode = EXIT.bug;
const whenStalled = (): void => {
  process.exitCode = showFailure({
    code: 'E_UNFINISHED',
    message: 'the command has not ended, and nothing is left that it could wait for: what it was asked for is not done',
    hint: 'this is a defect of Zilch; please report it with the command line',
  });
};
process.once('beforeExit', whenStalled);

function isWantOfMemory(error: Error): boolean {
  return /out of memory|memory allocation|ENOMEM|ERR_WORKER_OUT_OF_MEMORY/i.test(`${error.message} ${String((error as NodeJS.ErrnoException).code)}`);
}

main(process.argv.slice(2))
  .finally(() => process.off('beforeExit', whenStalled))
  .then(
    (code) => {
      process.exitCode = unheard ?? code;
    },
    (error: unknown) => {
      process.exitCode = error instanceof ThrownFailure ? showFailure(error.failure) : showBug(error);
    },
  );
