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
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ok, type Result } from '../result.js';
import { attempt } from '../store/index.js';
import { takeBuildUser, type BuildUser } from './build-users.js';
import { IN_WORKPLACE, type SandboxVariation } from './variation.js';

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
  readonly surroundings?: Surroundings | undefined;
}

/** What of a variation these programs bring about, and the workplace in which it was prepared. */
export interface Surroundings extends SandboxVariation {
  readonly workDir: string;
}

/**
 * The command that runs bwrap with these arguments, as a child of this process. Its only child is the first process of
 * the namespace.
 */
export function entrance(
  entrant: Entrant | undefined,
  bwrapArguments: readonly string[],
  { listened = false, filter, surroundings }: EntranceOptions = {},
): readonly [program: string, ...args: string[]] {
  // A hard limit below the usual ones is kept.
  const limits = 'ulimit -S -c 0; ulimit -S -s 8192 2>/dev/null; ulimit -S -n 1024 2>/dev/null';
  const alone = listened ? 'echo >&3 || exit; exec 2>&1; ' : '';
  const exec = `exec ${tracing(entrant, surroundings)}bwrap "$@"${filter === undefined ? '' : ' 3<"$0"'}`;
  const script = `${EXPENDABLE}; umask ${surroundings?.umask ?? '022'}; ${limits}; ${alone}${exec}`;
  const dressed = [...personality(surroundings), 'sh', '-c', script, filter ?? 'sh', ...bwrapArguments];
  const namespaces = ['--mount', '--mount-proc', '--pid', '--fork', '--kill-child=KILL', ...furtherNamespaces(surroundings)];
  const watched = ['setpriv', '--pdeathsig', 'KILL'] as const;
  if (entrant === undefined) return [...watched, 'unshare', '--user', '--map-current-user', ...namespaces, ...watched, ...dressed];
  const { user, storeDir, workDir } = entrant;
  const mounts = `${EXPENDABLE}; ${preparations(user, surroundings)}mount --bind "$1" "$2/${INPUTS}" && mount --rbind "$2" ${WORKPLACE_SEEN} || exit; shift 2; exec "$@"`;
  const become = [...watched, '--reuid', String(user.uid), '--regid', String(user.gid), '--clear-groups'];
  return [...watched, 'unshare', ...namespaces, 'sh', '-c', mounts, 'sh', storeDir, workDir, ...become, ...dressed];
}

/** Which processors, addresses and kernel are seen. */
function personality({ processors, randomAddresses, oldKernel }: Partial<Surroundings> = {}): string[] {
  const allowed = processors === undefined ? [] : allowedProcessors().slice(0, processors);
  return [
    ...(allowed.length === 0 ? [] : ['taskset', '-c', allowed.join(',')]),
    ...['setarch', 'x86_64', ...(oldKernel === true ? ['--uname-2.6'] : []), ...(randomAddresses === true ? [] : ['-R'])],
  ];
}

function furtherNamespaces({ uptime, domain }: Partial<Surroundings> = {}): string[] {
  return [
    ...(uptime === undefined ? [] : ['--time', '--monotonic', String(uptime), '--boottime', String(uptime)]),
    ...(domain === undefined ? [] : ['--uts']),
  ];
}

/** What root does before it becomes the build user: a script's beginning, whose `$2` is the workplace. */
function preparations({ uid, gid }: Pick<BuildUser, 'uid' | 'gid'>, { domain, fileSystem }: Partial<Surroundings> = {}): string {
  const named = domain === undefined ? '' : `echo ${quote(domain)} >/proc/sys/kernel/domainname || exit; `;
  if (fileSystem === undefined) return named;
  // It goes with the mount namespace. What is in the build directory already comes along.
  const mounted = `mkdir "$2/mounted" && mount -t ${fileSystem} -o loop "$2/${IN_WORKPLACE.image}" "$2/mounted"`;
  const filled = 'rmdir "$2/mounted/lost+found" 2>/dev/null; cp -a "$2/build/." "$2/mounted" && mount --bind "$2/mounted" "$2/build"';
  return `${named}${mounted} || exit; ${filled} && chown ${uid}:${gid} "$2/build" || exit; `;
}

function tracing(entrant: Entrant | undefined, { tracer, workDir }: Partial<Surroundings> = {}): string {
  if (tracer === undefined || workDir === undefined) return '';
  return `${[seenBy(entrant, join(workDir, IN_WORKPLACE.tracer)), ...tracer.options, '--'].map(quote).join(' ')} `;
}

/** The numbers of the processors that this process may use. */
function allowedProcessors(): number[] {
  const list = /^Cpus_allowed_list:\s*(.*)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '';
  return list.split(',').flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** Where memory runs out, builders are killed before anything else; done by root, they cannot undo it. */
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
