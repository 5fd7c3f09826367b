/**
 * The names of targets and their outputs, kept where a shell finds them: it completes names without running a program that takes a second.
 * Nothing depends on it.
 */
import { mkdirSync, readFileSync, realpathSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Chain } from '../recipe/index.js';

/** Below the user's cache directory. */
export const KNOWN_TARGETS = 'zilch/targets';

/** The file of a chain's targets, a line a target with its outputs: the name is the directory's with `%` for `/`. */
export function knownTargetsFile(directory: string): string {
  const cache = process.env['XDG_CACHE_HOME'];
  return join(cache === undefined || cache === '' ? join(homedir(), '.cache') : cache, KNOWN_TARGETS, realpathSync(directory).replaceAll('/', '%'));
}

/** Writes the names down where they have changed; where they cannot be written, completion asks for them. */
export function rememberTargets(directory: string, { targets }: Chain): void {
  const text = targets.map(({ name, recipe }) => `${[name, ...recipe.outputNames].join(' ')}\n`).join('');
  try {
    const file = knownTargetsFile(directory);
    if (isText(file, text)) return;
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(`${file}.${process.pid}`, text);
    renameSync(`${file}.${process.pid}`, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
  }
}

function isText(file: string, text: string): boolean {
  try {
    return readFileSync(file, 'utf8') === text;
  } catch {
    return false;
  }
}
