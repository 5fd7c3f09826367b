import { isatty } from 'node:tty';
import picocolors from 'picocolors';

/** For what goes to standard output. */
export const colour = coloursOf(1);

/** For what goes to standard error. */
export const errorColour = coloursOf(2);

/** On a terminal that shows colours, unless `NO_COLOR` is set; a file or a pipe gets none, also where `CI` or `FORCE_COLOR` is set. */
function coloursOf(fd: number): ReturnType<typeof picocolors.createColors> {
  const { NO_COLOR: refused = '', TERM: terminal } = process.env;
  return picocolors.createColors(isatty(fd) && refused === '' && terminal !== 'dumb');
}
