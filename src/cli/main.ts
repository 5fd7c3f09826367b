import { CommanderError } from 'commander';
import { ThrownFailure } from '../result.js';
import { EXIT, type ExitCode } from './exit-code.js';
import { stopUnheard } from './interrupt.js';
import { showBug, showFailure } from './output.js';
import { makeProgram } from './program.js';

/** Runs one command line; returns the exit code. */
async function main(given: readonly string[]): Promise<number> {
  // As other programs have it.
  const args = given[0] === 'help' ? [...given.slice(1), '--help'] : given;
  // Completion is of all commands.
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

/** Set when what was to be written could not be. */
let unheard: ExitCode | undefined;

// Whoever read half of an archive must not take it for whole, so no exit code 0. It need not be said, though: `zilch graph | head` is usual.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (unheard !== undefined) return;
  const isGone = error.code === 'EPIPE';
  unheard = isGone ? EXIT.brokenPipe : showFailure({ code: 'E_IO', message: `cannot write to standard output: ${error.message}` });
  stopUnheard(unheard);
});

// A message that nobody reads any more ends the program, as a result does. If only the disk is full, the work goes on: the exit code
// tells its result.
process.stderr.on('error', (error: NodeJS.ErrnoException) => {
  if (unheard !== undefined || error.code !== 'EPIPE') return;
  unheard = EXIT.brokenPipe;
  stopUnheard(unheard);
});

// The modes of a store's folders and files are given without what this takes away, as Nix's are: others read, and write nothing.
process.umask(0o022);

// What is thrown where nobody waits for it is a defect, but for want of memory, which may be met anywhere.
process.on('uncaughtException', (error) => {
  process.exit(
    isWantOfMemory(error) ? showFailure({ code: 'E_MEMORY', message: error.message, hint: 'is there a limit, as of `ulimit -v`?' }) : showBug(error),
  );
});

// Node.js ends when nothing is left that could wake it, also in the middle of a command that waits for what never comes. Whatever ends
// the program before its command has ended, it has failed.
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
