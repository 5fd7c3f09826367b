import { availableParallelism } from 'node:os';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { OWN_CHAIN } from '../chain/index.js';
import type { Result } from '../result.js';
import { checkNames } from './empty-names.js';
import { EXIT } from './exit-code.js';
import { showFailure } from './output.js';

// Types only, because most commands do not use the workspace and start faster without it.
export type { ChainOptions, StoreOptions } from '../workspace/index.js';
export { storeRoot } from '../store/index.js';

/** What a file of commands/ exports: it adds arguments, options and an action to its command. */
export interface CommandFile {
  readonly register: (command: Command) => void;
}

/** Sets a command's action. A failure is printed. Success gives the exit code, 0 by default: one of ours, or that of a program that was run. */
export function perform(command: Command, run: (...args: never[]) => Promise<Result<number | undefined>>): Command {
  return command.action(async (...args: unknown[]) => {
    const named = checkNames(command);
    const result = named.ok ? await run(...(args as never[])) : named;
    process.exitCode = result.ok ? (result.value ?? EXIT.done) : showFailure(result.failure);
  });
}

/** Adds `--store`. */
export function withStore(command: Command): Command {
  return command.option('--store <dir>', 'root of the store (default: $ZILCH_STORE, else ~/.local/share/zilch)');
}

/** Adds `-f`. */
export function withChainDirectory(command: Command): Command {
  return command.addOption(
    new Option('-f, --chain <dir>', 'directory of the chain: the one that holds chain.ts').default(OWN_CHAIN, 'the chain that comes with Zilch'),
  );
}

/** Adds `--store`, `-f` and `--seed`. */
export function withChain(command: Command): Command {
  return withChainDirectory(withStore(command)).option('--seed <file>', 'static TinyCC to start from (default: the chain’s own)');
}

/** Adds `--json`. */
export function withJson(command: Command): Command {
  return command.option('--json', 'print JSON, for scripts');
}

/** The number of processors that builds may use. */
export function processors(): number {
  return availableParallelism();
}

/** Reads an option's value that must be a whole number from 1. */
export function positiveInteger(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1) throw new InvalidArgumentError('A whole number from 1 is wanted.');
  return number;
}

/** Reads an option's value that must be a whole number from 0. */
export function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 0) throw new InvalidArgumentError('A whole number from 0 is wanted.');
  return number;
}

/** Reads a port number; 0 means any free port. */
export function portNumber(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 0 || number > 65535) throw new InvalidArgumentError('A number from 0 to 65535 is wanted.');
  return number;
}

/** Adds a value to a list, for options that may be given more than once. */
export function collect(value: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, value];
}
