/** The only place that writes to standard output and standard error. */
import { once } from 'node:events';
import { errorColour } from './colour.js';
import type { Failure } from '../result.js';
import { EXIT, exitCodeOf, type ExitCode } from './exit-code.js';
import { stripControlInLines } from './format.js';

/** To standard output, as it is. */
export function print(text: string): void {
  write(process.stdout, text);
}

/** Some streams throw what others tell of later. */
function write(stream: NodeJS.WriteStream, text: string): void {
  try {
    stream.write(text);
  } catch (error) {
    stream.emit('error', error);
  }
}

/** To standard output, as they are; ends when more can be taken. */
export async function printBytes(bytes: Uint8Array): Promise<void> {
  if (!process.stdout.write(bytes)) await once(process.stdout, 'drain');
}

/** One line to standard output. */
export function printLine(line: string): void {
  print(`${line}\n`);
}

/** To standard error, as it is. */
export function printError(text: string): void {
  write(process.stderr, text);
}

/** A value for scripts: indented JSON; maps as objects, sets as lists. */
export function printJson(value: unknown): void {
  printLine(toJson(value, 2));
}

/** JSON of a value that may hold maps and sets. */
export function toJson(value: unknown, indent?: number): string {
  const replacer = (_key: string, item: unknown): unknown => {
    if (item instanceof Map) return Object.fromEntries(item);
    if (item instanceof Set) return [...item];
    if (item instanceof Error) return item.message;
    return item;
  };
  // Of the characters that move a terminal's cursor, JSON escapes only some.
  return JSON.stringify(value, replacer, indent).replace(/[\u007f-\u009f]/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`);
}

/** Says what went wrong, what led to it, and what to do; returns the exit code. */
export function showFailure(failure: Failure): ExitCode {
  printError(failureLines(failure).join(''));
  return exitCodeOf(failure);
}

/** A failure as people read it; every line ends in a newline. */
export function failureLines(failure: Failure): string[] {
  const lines = [`${errorColour.red('error')} ${errorColour.bold(failure.code)}: ${stripControlInLines(failure.message)}\n`];
  let { hint } = failure;
  for (let { cause } = failure; cause !== undefined && !(cause instanceof Error); cause = cause.cause) {
    if (!failure.message.includes(cause.message)) lines.push(`  because ${stripControlInLines(cause.message)} (${cause.code})\n`);
    hint ??= cause.hint;
  }
  if (hint !== undefined) lines.push(`  ${errorColour.cyan('hint')}: ${stripControlInLines(hint)}\n`);
  return lines;
}

/** Something that must not happen did; returns the exit code. */
export function showBug(error: unknown): ExitCode {
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
  printError(`${errorColour.red('internal error')}: this is a defect of Zilch; please report it with what follows\n${trace}\n`);
  return EXIT.bug;
}
