/** The only place that writes to standard output and standard error. */
import { once } from 'node:events';
import { errorColour } from './colour.js';
import type { Failure } from '../result.js';
import { EXIT, exitCodeOf, type ExitCode } from './exit-code.js';
import { stripControlInLines } from './format.js';

/** Writes text to standard output unchanged. */
export function print(text: string): void {
  write(process.stdout, text);
}

/** Some streams throw an error that others report later. */
function write(stream: NodeJS.WriteStream, text: string): void {
  try {
    stream.write(text);
  } catch (error) {
    stream.emit('error', error);
  }
}

/** Writes bytes to standard output unchanged. Resolves when more can be written. */
export async function printBytes(bytes: Uint8Array): Promise<void> {
  if (!process.stdout.write(bytes)) await once(process.stdout, 'drain');
}

/** Writes one line to standard output. */
export function printLine(line: string): void {
  print(`${line}\n`);
}

/** Writes text to standard error unchanged. */
export function printError(text: string): void {
  write(process.stderr, text);
}

/** Prints a value for scripts: indented JSON, with maps as objects and sets as lists. */
export function printJson(value: unknown): void {
  printLine(toJson(value, 2));
}

/** Turns a value that may hold maps and sets into JSON. */
export function toJson(value: unknown, indent?: number): string {
  const replacer = (_key: string, item: unknown): unknown => {
    if (item instanceof Map) return Object.fromEntries(item);
    if (item instanceof Set) return [...item];
    if (item instanceof Error) return item.message;
    return item;
  };
  // JSON escapes only some of the characters that move a terminal's cursor.
  return JSON.stringify(value, replacer, indent).replace(/[\u007f-\u009f]/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`);
}

/** Prints a failure, its causes and what to do about it; returns the exit code. */
export function showFailure(failure: Failure): ExitCode {
  printError(failureLines(failure).join(''));
  return exitCodeOf(failure);
}

/** A failure as text for people. Every line ends in a newline. */
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

/** What the program ends with when its output cannot be written. */
export function outputFailed(error: NodeJS.ErrnoException): ExitCode {
  // A reader of half an archive must not take it for the whole, so the exit code is not 0. There is no message: `zilch graph | head` is usual.
  return error.code === 'EPIPE' ? EXIT.brokenPipe : showFailure({ code: 'E_IO', message: `cannot write to standard output: ${error.message}` });
}

/** Reports a defect of Zilch; returns the exit code. */
export function showBug(error: unknown): ExitCode {
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
  printError(`${errorColour.red('internal error')}: this is a defect of Zilch; please report it with what follows\n${trace}\n`);
  return EXIT.bug;
}
