/**
 * The host as it is, but with a store's paths at /nix/store: for programs of the store that work on the user's own files. Nothing is kept
 * from them: this is no sandbox. bubblewrap lays it out in a mount namespace of its own, so the host itself stays as it is, and it takes
 * no rights that the user does not have.
 */
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { STORE_DIR } from '../formats/index.js';
import type { Result } from '../result.js';
import { attempt } from '../store/index.js';

export interface HostViewRequest {
  /** Directory on the host that has the store's paths. */
  readonly storeDir: string;
  /** Where the program starts, on the host and in the view. */
  readonly directory: string;
  readonly command: readonly string[];
}

/** The command that runs `command` in the view; the command itself where the store lies at /nix/store anyway. */
export function hostView({ storeDir, directory, command }: HostViewRequest): Result<readonly [program: string, ...args: string[]]> {
  return attempt('look at', '/', () => {
    if (storeDir === STORE_DIR) return command as [string, ...string[]];
    const user = mayMount() ? [] : ['--unshare-user'];
    const mounts = ['/', '/nix'].flatMap((place) => entriesOf(place).flatMap((name) => asItIs(join(place, name))));
    return ['bwrap', '--die-with-parent', ...user, ...mounts, '--ro-bind', storeDir, STORE_DIR, '--chdir', directory, '--', ...command];
  });
}

/** One entry at a time: where nothing is, a user who may not write to / cannot mount anything. */
function asItIs(path: string): string[] {
  if (path === '/nix' || path === STORE_DIR) return [];
  const status = lstatSync(path, { throwIfNoEntry: false });
  if (status === undefined) return [];
  return status.isSymbolicLink() ? ['--symlink', readlinkSync(path), path] : ['--dev-bind-try', path, path];
}

function entriesOf(directory: string): string[] {
  return lstatSync(directory, { throwIfNoEntry: false })?.isDirectory() === true ? readdirSync(directory) : [];
}

/** CAP_SYS_ADMIN is capability 21. Where it is there, no user namespace is needed, in which files of other users could not be told apart. */
function mayMount(): boolean {
  const [, effective = '0'] = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'latin1')) ?? [];
  return ((BigInt(`0x${effective}`) >> 21n) & 1n) === 1n;
}
