/** Places in a chain's files, as messages name them. */
import { readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import type { Location } from '../recipe/index.js';

/** The files of a chain that are no code. */
export interface ChainPlace {
  /** Absolute path of the chain's directory. */
  readonly directory: string;
  /** File of the expected outputs; need not exist. */
  readonly pinsFile: string;
  /** File of each derivation's duration on the reference machine; need not exist. */
  readonly durationsFile: string;
}

export function chainPlace(directory: string): ChainPlace {
  const absolute = resolve(directory);
  return { directory: absolute, pinsFile: join(absolute, 'pins.json'), durationsFile: join(absolute, 'durations.json') };
}

/** As short as it can be said from where the user stands. */
export function shown(file: string): string {
  const short = relative(process.cwd(), file);
  return short.startsWith('../') ? file : short;
}

/** `file:line`; the file alone where the line is not known. */
export function place(location: Location | undefined, file: string): string {
  return location === undefined ? shown(file) : `${shown(location.file)}:${location.line}`;
}

/** A file's text; empty where it cannot be read, for messages must not fail. */
export function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
