/** How `nix` is started: this machine's, or one from our own store in its own root. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { STORE_DIR, type StorePath } from '../../formats/index.js';
import { attempt, type Store } from '../../store/index.js';
import { fail, ok, type Result } from '../../result.js';

export interface NixProgram {
  /** The command that runs Nix with these arguments. */
  readonly command: (args: readonly string[]) => readonly [file: string, ...args: string[]];
  /** The hint if it cannot be run. */
  readonly hint: string;
  /** The signal that ends it and all its processes. */
  readonly stopSignal: 'SIGTERM' | 'SIGKILL';
}

/** This machine's Nix, from `PATH`. */
export const MACHINE_NIX: NixProgram = {
  command: (args) => ['nix', ...args],
  hint: 'apt-get install nix-bin, or build without --via nix',
  stopSignal: 'SIGTERM',
};

/** The path of Nix in its store path. */
const NIX = 'bin/nix';

/**
 * Locks on the ids of root's builders. Two Nixes that do not share this folder would give one id to two builds, and
 * kill one with the other.
 */
const ID_LOCKS = '/nix/var/nix/userpool2';

/** A home for root and other users, where Nix keeps its caches. */
const HOME = '/home';

/**
 * A Nix in our store, in a root with only its closure and the directories that it works in: no program, shell, library
 * or configuration of the machine, and no network. `directories` are at the same places as on the machine. If root
 * builds, so are the locks that all Nixes of a machine share. Builds are made in `scratch`. Fails with `E_NOT_VALID`.
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
  // bwrap covers parts of its /proc, and then the kernel forbids another one, which Nix's sandbox needs. So unshare
  // makes this one.
  const namespaces = [...(isRoot ? [] : ['--user', '--map-current-user']), '--mount', '--mount-proc', '--pid', '--fork', '--kill-child=KILL'];
  const root = [
    ...['--unshare-net', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup-try', '--die-with-parent', '--new-session'],
    // Its sandbox mounts, and runs builders as other users; other users than root can do that in a user namespace.
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
    // unshare ignores other signals; when it ends, so does everything in its namespace.
    stopSignal: 'SIGKILL',
  });
}
