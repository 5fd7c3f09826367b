/** Files that this process inherited open. */
import { readdirSync } from 'node:fs';
import { setCloseOnExec } from '../system-calls.js';

/**
 * Closes all open files except the three standard ones in programs that are run: a builder with an open directory of
 * the host is out of its sandbox. Node itself does this for inherited files, but only up to the first gap in their
 * numbers.
 */
export function closeOnExec(): void {
  for (const fd of readdirSync('/proc/self/fd').map(Number)) {
    if (fd < 3) continue;
    try {
      setCloseOnExec(fd, true);
    } catch (error) {
      // Closed meanwhile, like the one that the listing itself was read from.
      if ((error as NodeJS.ErrnoException).code !== 'EBADF') throw error;
    }
  }
}
