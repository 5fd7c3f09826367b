import { isatty } from 'node:tty';
import picocolors from 'picocolors';

/** Colours for standard output. */
export const colour = coloursOf(1);

/** Colours for standard error. */
export const errorColour = coloursOf(2);

/** A terminal that can show colours gets them unless `NO_COLOR` is set. A file or a pipe never does, even if `CI` or `FORCE_COLOR` is set. */
function coloursOf(fd: number): ReturnType<typeof picocolors.createColors> {
  const { NO_COLOR: refused = '', TERM: terminal } = process.env;
  return picocolors.createColors(isatty(fd) && refused === '' && terminal !== 'dumb');
}
