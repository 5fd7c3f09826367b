/** How `nix` is started: the one that this machine has, or one out of our own store in a root of its own. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { STORE_DIR, type StorePath } from '../../formats/index.js';
import { attempt, type Store } from '../../store/index.js';
import { fail, ok, type Result } from '../../result.js';

export interface NixProgram {
  /** The command that runs Nix with these arguments. */
  readonly command: (args: readonly string[]) => readonly [file: string, ...args: string[]];
  /** What is said to do where it cannot be run. */
  readonly hint: string;
  /** What ends it, and all that it has begun. */
  readonly stopSignal: 'SIGTERM' | 'SIGKILL';
}

/** Of this machine, as its `PATH` has it. */
export const MACHINE_NIX: NixProgram = {
  command: (args) => ['nix', ...args],
  hint: 'apt-get install nix-bin, or build without --via nix',
  stopSignal: 'SIGTERM',
};

/** Where Nix is in a store path that has it. */
const NIX = 'bin/nix';

/** Locks on the ids that root's builders run as: whoever has not this folder in common gives one id to two builds, and kills either with the other. */
const ID_LOCKS = '/nix/var/nix/userpool2';

/** A home for root and for others alike: Nix keeps its caches there. */
const HOME = '/home';

/**
 * A Nix in our store, in a root that holds its closure, the directories that it works in, and nothing else: no program, shell, library or
 * configuration of the machine, and no network. `directories` are seen at the places that they have on the machine, and where root builds, the locks
 * that all Nixes of a machine share; builds are made in `scratch`.
 * Fails with `E_NOT_VALID`.
 */
export function nixInItsRoot(
  store: Store,
  path: StorePath,
  { directories, scratch }: { readonly directories: readonly string[]; readonly scratch: string },
): Result<NixProgram> {
  const closure = store.closure([path]);
  if (closure.length === 0) return fail('E_NOT_VALID', `${path} is not in ${store.root}`, 'build it first');
  const isRoot = process.geteuid?.() === 0;
  const seen = [...directories, ...(isRoot ? [ID_LOCKS] : [])];
  const made = attempt('make', scratch, () => {
    mkdirSync(scratch, { recursive: true });
    for (const directory of seen) mkdirSync(directory, { recursive: true });
  });
  if (!made.ok) return made;
  // bwrap covers parts of the /proc that it makes, and then the kernel lets nobody make another one, as Nix's sandbox has to. So this one is unshare's.
  const namespaces = [...(isRoot ? [] : ['--user', '--map-current-user']), '--mount', '--mount-proc', '--pid', '--fork', '--kill-child=KILL'];
  const root = [
    ...['--unshare-net', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup-try', '--die-with-parent', '--new-session'],
    // Its sandbox mounts, and runs builders as other users; whoever is not root gets all that in a user namespace.
    ...(isRoot ? ['--cap-add', 'ALL'] : ['--unshare-user']),
    ...['--tmpfs', '/', '--dir', STORE_DIR, '--dir', HOME],
    ...closure.flatMap((one) => ['--ro-bind', store.hostPath(one), one]),
    ...['--bind', '/proc', '/proc', '--dev', '/dev', '--bind', scratch, '/tmp'],
    ...seen.flatMap((directory) => ['--bind', directory, directory]),
    ...['--chdir', '/', '--clearenv', '--setenv', 'HOME', HOME, '--setenv', 'TMPDIR', '/tmp'],
  ];
  return ok({
    command: (args) => ['unshare', ...namespaces, 'bwrap', ...root, join(path, NIX), ...args],
    hint: '`zilch doctor` says whether bwrap works here',
    // unshare heeds no other; with it goes all that runs in its namespace.
    stopSignal: 'SIGKILL',
  });
}
