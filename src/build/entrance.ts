/**
 * The programs between Zilch and bwrap. Each executes the next, except unshare, which waits.
 *
 * setpriv asks the kernel to kill it when this process dies, however it dies. unshare makes a process namespace whose
 * first process becomes bwrap: when that dies, the kernel kills all others in it, whatever they have done to survive.
 * sh gives up if this process died before the kernel was asked. So no build outlives its zilch.
 *
 * When builds need their own users (see `build-users.ts`), the work directory is mounted at /tmp and the store below
 * it, because the user cannot pass through directories like /root, which only root can enter; then setpriv becomes that
 * user. setarch turns off address space randomisation, as in Nix. sh sets umask and limits, and the standard error that
 * Zilch reads. The programs before it have another standard error, so their messages are never taken for the builder's.
 */
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ok, type Result } from '../result.js';
import { attempt } from '../store/index.js';
import { takeBuildUser, type BuildUser } from './build-users.js';

/** The path of the work directory for a bwrap run by a build user. bwrap needs /tmp anyway, so it exists everywhere. */
const WORKPLACE_SEEN = '/tmp';

/** Where the store's directory is mounted in a work directory for a build user. */
const INPUTS = 'inputs';

/** The user that enters a sandbox, if it is not this process's own. */
export interface Entrant {
  readonly user: Pick<BuildUser, 'uid' | 'gid'>;
  /** The work directory on the host, prepared by `openWorkplace`. */
  readonly workDir: string;
  /** The directory of the inputs on the host. */
  readonly storeDir: string;
}

/** Lets a build user into a work directory. Throws the system's errors. */
export function openWorkplace(workDir: string): void {
  // The user can pass through it but not read it, and only root can reach it through the directory above.
  chmodSync(workDir, 0o711);
  mkdirSync(join(workDir, INPUTS), { recursive: true });
}

/** A host directory's path as bwrap sees it. */
export function seenBy(entrant: Entrant | undefined, hostPath: string): string {
  if (entrant === undefined) return hostPath;
  const { workDir, storeDir } = entrant;
  if (hostPath.startsWith(`${workDir}/`)) return WORKPLACE_SEEN + hostPath.slice(workDir.length);
  if (hostPath.startsWith(`${storeDir}/`)) return `${WORKPLACE_SEEN}/${INPUTS}${hostPath.slice(storeDir.length)}`;
  throw new Error(`Internal error: a build user cannot see ${hostPath}`);
}

export interface EntranceOptions {
  /**
   * Zilch reads from the open file 3; a process that cannot write to it has lost its zilch. Builders' errors go where
   * their output goes.
   */
  readonly listened?: boolean;
  /** A file, named as in `seenBy`, to open as 3. */
  readonly filter?: string;
}

/**
 * The command that runs bwrap with these arguments, as a child of this process. Its only child is the first process of
 * the namespace.
 */
export function entrance(
  entrant: Entrant | undefined,
  bwrapArguments: readonly string[],
  { listened = false, filter }: EntranceOptions = {},
): readonly [program: string, ...args: string[]] {
  // A hard limit below the usual ones is kept.
  const limits = 'ulimit -S -c 0; ulimit -S -s 8192 2>/dev/null; ulimit -S -n 1024 2>/dev/null';
  const alone = listened ? 'echo >&3 || exit; exec 2>&1; ' : '';
  const exec = `exec bwrap "$@"${filter === undefined ? '' : ' 3<"$0"'}`;
  const dressed = ['setarch', 'x86_64', '-R', 'sh', '-c', `${EXPENDABLE}; umask 022; ${limits}; ${alone}${exec}`, filter ?? 'sh', ...bwrapArguments];
  const namespaces = ['--mount', '--mount-proc', '--pid', '--fork', '--kill-child=KILL'];
  const watched = ['setpriv', '--pdeathsig', 'KILL'] as const;
  if (entrant === undefined) return [...watched, 'unshare', '--user', '--map-current-user', ...namespaces, ...watched, ...dressed];
  const { user, storeDir, workDir } = entrant;
  const mounts = `${EXPENDABLE}; mount --bind "$1" "$2/${INPUTS}" && mount --rbind "$2" ${WORKPLACE_SEEN} || exit; shift 2; exec "$@"`;
  const become = [...watched, '--reuid', String(user.uid), '--regid', String(user.gid), '--clear-groups'];
  return [...watched, 'unshare', ...namespaces, 'sh', '-c', mounts, 'sh', storeDir, workDir, ...become, ...dressed];
}

/** If memory runs out, builders are killed first; if root sets this, they cannot undo it. */
const EXPENDABLE = 'echo 1000 2>/dev/null >/proc/self/oom_score_adj';

/** A user to try the sandbox with. Fails like `takeBuildUser`. */
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
