/**
 * The sandbox: bubblewrap's arguments that turn a directory into Nix's sandbox. Pure. Source: Nix's
 * `local-derivation-goal.cc`, `startBuilder` and `runChild`; bwrap(1).
 *
 * Differences from Nix's sandbox: inputs and the files of /etc are bound read-only, while Nix relies on their
 * permissions; /dev is read-only, also has `core` and never `kvm`; standard output and error are a pipe and not a
 * terminal; stack and open files have the usual soft limits, 8 MiB and 1024, while Nix passes on its own. A builder can
 * see these parts of the host: the NIS domain name, which Nix overwrites, hard limits, and the number of the user's
 * supplementary groups.
 */
import { STORE_DIR } from '../formats/index.js';
import { BUILD_DIR } from './environment.js';
import { procMasks } from './proc-masks.js';

/** User and group of the builder, as in the sandbox's /etc/passwd. */
const BUILD_UID = 1000;
const BUILD_GID = 100;

/** The files of a sandbox's /etc, by name. */
export const ETC_FILES: ReadonlyMap<string, string> = new Map([
  [
    'passwd',
    `root:x:0:0:Nix build user:${BUILD_DIR}:/noshell\n` +
      `nixbld:x:${BUILD_UID}:${BUILD_GID}:Nix build user:${BUILD_DIR}:/noshell\n` +
      'nobody:x:65534:65534:Nobody:/:/noshell\n',
  ],
  ['group', `root:x:0:\nnixbld:!:${BUILD_GID}:\nnogroup:x:65534:\n`],
  ['hosts', '127.0.0.1 localhost\n::1 localhost\n'],
]);

/** An input of a build on the host. */
export type SandboxInput =
  | { readonly kind: 'tree'; readonly path: string; readonly hostPath: string }
  /** A bind mount would follow the symlink, so it is created again. */
  | { readonly kind: 'symlink'; readonly path: string; readonly target: string };

/** The host path or kind of /build. */
export type BuildDir =
  /** In memory: it disappears with the sandbox. */
  { readonly kind: 'memory'; readonly bytes: number } | { readonly kind: 'disk'; readonly hostPath: string };

export interface SandboxSpec {
  /**
   * Directory that becomes /nix/store and gets the builder's outputs. This and the other paths are as bwrap sees them.
   */
  readonly storeDir: string;
  /** Directory with the `ETC_FILES`. */
  readonly etcDir: string;
  readonly buildDir: BuildDir;
  /** The limit, in bytes, of the root directory with /tmp, and the same for /dev/shm. */
  readonly scratchMemory: number;
  readonly inputs: readonly SandboxInput[];
  /** See there. */
  readonly procNames: ReadonlySet<string>;
  readonly env: ReadonlyMap<string, string>;
  /** Keeps the terminal, for a shell. Builds get their own session. */
  readonly interactive?: boolean;
  /** `localhost` for every build; another one shows whether a build depends on it. */
  readonly hostname?: string;
}

/** Arguments for bwrap, without the command to run. */
export function sandboxArguments(spec: SandboxSpec): string[] {
  return [
    ...['--unshare-user', '--unshare-pid', '--unshare-net', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup-try'],
    // The builder is process 1, so when it ends the kernel kills all its processes, before its end can be noticed.
    ...['--as-pid-1', '--die-with-parent', ...(spec.interactive === true ? [] : ['--new-session'])],
    ...['--uid', String(BUILD_UID), '--gid', String(BUILD_GID), '--cap-drop', 'ALL'],
    ...['--hostname', spec.hostname ?? 'localhost'],
    // Everything else is in memory, because making and deleting directories takes longer than a small build.
    ...['--size', String(spec.scratchMemory), '--tmpfs', '/'],
    ...['--perms', '1777', '--dir', '/tmp', '--dir', '/etc', '--dir', '/nix', '--bind', spec.storeDir, STORE_DIR],
    ...[...ETC_FILES.keys()].flatMap((name) => ['--ro-bind', `${spec.etcDir}/${name}`, `/etc/${name}`]),
    ...spec.inputs.flatMap((input) => (input.kind === 'tree' ? ['--ro-bind', input.hostPath, input.path] : ['--symlink', input.target, input.path])),
    ...['--proc', '/proc', ...procMasks(spec.procNames), '--dev', '/dev'],
    ...['--perms', '1777', '--size', String(spec.scratchMemory), '--tmpfs', '/dev/shm', '--remount-ro', '/dev'],
    ...buildDirArguments(spec.buildDir),
    ...['--chmod', '0750', '/', '--chdir', BUILD_DIR, '--clearenv'],
    ...[...spec.env].flatMap(([key, value]) => ['--setenv', key, value]),
  ];
}

function buildDirArguments(buildDir: BuildDir): string[] {
  switch (buildDir.kind) {
    case 'memory':
      return ['--perms', '0700', '--size', String(buildDir.bytes), '--tmpfs', BUILD_DIR];
    case 'disk':
      return ['--bind', buildDir.hostPath, BUILD_DIR];
  }
}
