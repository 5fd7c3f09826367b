/** Files that whoever started this process left open for it. */
import { readdirSync } from 'node:fs';
import { setCloseOnExec } from '../system-calls.js';

/**
 * Keeps all open files but the three standard ones from programs that are run: a builder with an open directory of the
 * host is out of its sandbox. Node itself keeps back those it inherits only up to the first gap in their numbers.
 */
export function closeOnExec(): void {
  for (const fd of readdirSync('/proc/self/fd').map(Number)) {
    if (fd < 3) continue;
    try {
      setCloseOnExec(fd, true);
    } catch (error) {
      // Closed meanwhile, as the one that the listing itself was read from.
      if ((error as NodeJS.ErrnoException).code !== 'EBADF') throw error;
    }
  }
}
