/**
 * The programs between Zilch and bwrap; each becomes the next.
 *
 * When builds need users of their own (see `build-users.ts`), unshare makes a mount namespace in which the workplace is at
 * /tmp and the store below it, since the user has no way through directories that are root's alone, such as /root. setpriv
 * becomes that user, and has the kernel kill what it becomes when this process dies, however it dies; bwrap does the same
 * one step below, so that no build outlives its zilch. setarch turns off address space randomisation, as Nix does. sh sets
 * umask and limits, and gives up if this process died before the kernel was told.
 */
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ok, type Result } from '../result.js';
import { attempt } from '../store/index.js';
import { takeBuildUser, type BuildUser } from './build-users.js';

/** Where bwrap, run by a build user, finds the workplace. bwrap needs the directory anyway, so it is everywhere. */
const WORKPLACE_SEEN = '/tmp';

/** In a workplace, where the directory of the store's paths is mounted for a build user. */
const INPUTS = 'inputs';

/** Who enters a sandbox, other than this process's own user. */
export interface Entrant {
  readonly user: Pick<BuildUser, 'uid' | 'gid'>;
  /** The workplace on the host; `openWorkplace` has prepared it. */
  readonly workDir: string;
  /** The directory on the host that has the inputs. */
  readonly storeDir: string;
}

/** Lets a build user through to what is in a workplace. Throws the system's errors. */
export function openWorkplace(workDir: string): void {
  // Passable, not readable; and nobody but root reaches it, through the directory above.
  chmodSync(workDir, 0o711);
  mkdirSync(join(workDir, INPUTS), { recursive: true });
}

/** A directory of the host by the name that bwrap finds it by. */
export function seenBy(entrant: Entrant | undefined, hostPath: string): string {
  if (entrant === undefined) return hostPath;
  const { workDir, storeDir } = entrant;
  if (hostPath.startsWith(`${workDir}/`)) return WORKPLACE_SEEN + hostPath.slice(workDir.length);
  if (hostPath.startsWith(`${storeDir}/`)) return `${WORKPLACE_SEEN}/${INPUTS}${hostPath.slice(storeDir.length)}`;
  throw new Error(`Internal error: a build user cannot see ${hostPath}`);
}

/** The command that runs bwrap, as a child of this process, with these arguments; with `filter`, a file as `seenBy` names it, open as 3. */
export function entrance(
  entrant: Entrant | undefined,
  bwrapArguments: readonly string[],
  filter?: string,
): readonly [program: string, ...args: string[]] {
  const become = entrant === undefined ? [] : ['--reuid', String(entrant.user.uid), '--regid', String(entrant.user.gid), '--clear-groups'];
  // A hard limit below the usual ones stays.
  const limits = 'ulimit -S -c 0; ulimit -S -s 8192 2>/dev/null; ulimit -S -n 1024 2>/dev/null';
  const exec = `exec bwrap "$@"${filter === undefined ? '' : ' 3<"$filter"'}`;
  const script = `umask 022; ${limits}; test "$PPID" = "$0" || exit; filter=$1; shift; ${exec}`;
  const dressed = ['setarch', 'x86_64', '-R', 'sh', '-c', script, String(process.pid), filter ?? '', ...bwrapArguments];
  const own = ['setpriv', '--pdeathsig', 'KILL', ...become, ...dressed] as const;
  if (entrant === undefined) return ['setpriv', ...own.slice(1)];
  const mounts = `mount --bind "$1" "$2/${INPUTS}" && mount --rbind "$2" ${WORKPLACE_SEEN} || exit; shift 2; exec "$@"`;
  return ['unshare', '--mount', 'sh', '-c', mounts, 'sh', entrant.storeDir, entrant.workDir, ...own];
}

/** Somebody to try the sandbox with. Fails as `takeBuildUser` does. */
export async function takeTrialEntrant(): Promise<Result<{ readonly entrant: Entrant | undefined; readonly release: () => void }>> {
  const taken = await takeBuildUser();
  if (!taken.ok) return taken;
  const user = taken.value;
  if (user === undefined) return ok({ entrant: undefined, release: () => undefined });
  return attempt('make a directory in', tmpdir(), () => {
    const workDir = mkdtempSync(join(tmpdir(), 'zilch-trial-'));
    openWorkplace(workDir);
    const release = (): void => {
      user.release();
      rmSync(workDir, { recursive: true });
    };
    return { entrant: { user, workDir, storeDir: '/' }, release };
  });
}
