/** Places in a chain's files, as messages name them. */
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import type { Location } from '../recipe/index.js';

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
