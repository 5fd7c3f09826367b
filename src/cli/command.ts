import { availableParallelism, homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { OWN_CHAIN } from '../chain/index.js';
import type { Result } from '../result.js';
import { checkNames } from './empty-names.js';
import { EXIT } from './exit-code.js';
import { showFailure } from './output.js';

/** What a file of commands/ exports: it adds arguments, options and an action to its command. */
export interface CommandFile {
  readonly register: (command: Command) => void;
}

/** Options of every command that opens a store. */
export interface StoreOptions {
  readonly store?: string;
}

/** Options of every command that reads a chain. */
export interface ChainOptions extends StoreOptions {
  readonly chain: string;
  readonly seed?: string;
}

/** Sets a command's action. A failure is shown; success gives the exit code, 0 when nothing is said: one of ours, or that of a program that was run. */
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

/** The store's root directory. */
export function storeRoot(options: StoreOptions): string {
  return resolve(options.store ?? setTo('ZILCH_STORE') ?? join(setTo('XDG_DATA_HOME') ?? join(homedir(), '.local', 'share'), 'zilch'));
}

/** A variable of the environment; one that is set to nothing is not set. */
function setTo(name: string): string | undefined {
  const value = process.env[name];
  return value === '' ? undefined : value;
}

/** How many processors there are to use. */
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

/** Reads a port's number; 0 is any that is free. */
export function portNumber(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 0 || number > 65535) throw new InvalidArgumentError('A number from 0 to 65535 is wanted.');
  return number;
}

/** Adds a value to a list, for options that may be given more than once. */
export function collect(value: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, value];
}
