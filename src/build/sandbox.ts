/**
 * The sandbox: bubblewrap's arguments that make of a directory what Nix's sandbox is. Pure. Source: Nix's
 * `local-derivation-goal.cc`, `startBuilder` and `runChild`; bwrap(1).
 *
 * Where it differs from Nix's: inputs and the files of /etc are bound read-only, where Nix relies on their permissions;
 * /dev is read-only, also has `core` and never `kvm`; standard output and error are a pipe and not a terminal; stack and open files have
 * the usual soft limits, 8 MiB and 1024, where Nix passes on those it was started under. Of the host a builder can see the
 * NIS domain name, which Nix overwrites, hard limits, and how many supplementary groups the user has.
 */
import { STORE_DIR } from '../formats/index.js';
import { BUILD_DIR } from './environment.js';
import { procMasks } from './proc-masks.js';

/** User and group of the builder, as /etc/passwd of the sandbox names them. */
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

/** An input of a build, as it lies on the host. */
export type SandboxInput =
  | { readonly kind: 'tree'; readonly path: string; readonly hostPath: string }
  /** Binding would follow it, so it is made anew. */
  | { readonly kind: 'symlink'; readonly path: string; readonly target: string };

/** Where /build is. */
export type BuildDir =
  /** Gone with the sandbox, however that ends. */
  { readonly kind: 'memory'; readonly bytes: number } | { readonly kind: 'disk'; readonly hostPath: string };

export interface SandboxSpec {
  /** Directory that becomes /nix/store: what the builder makes there appears in it. This and the others as bwrap finds them. */
  readonly storeDir: string;
  /** Directory with the `ETC_FILES`. */
  readonly etcDir: string;
  readonly buildDir: BuildDir;
  /** How much can be put, in bytes, into the root directory with /tmp, and as much into /dev/shm. */
  readonly scratchMemory: number;
  readonly inputs: readonly SandboxInput[];
  /** See there. */
  readonly procNames: ReadonlySet<string>;
  readonly env: ReadonlyMap<string, string>;
  /** Keeps the terminal, for a shell. Builds get a session of their own. */
  readonly interactive?: boolean;
  /** `localhost` for every build; a shell says what it is. */
  readonly hostname?: string;
}

/** Arguments for bwrap, all but the command that it shall run. */
export function sandboxArguments(spec: SandboxSpec): string[] {
  return [
    ...['--unshare-user', '--unshare-pid', '--unshare-net', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup-try'],
    // As process 1 the builder takes everything it left behind with it: the kernel sees to that before it can be waited for.
    ...['--as-pid-1', '--die-with-parent', ...(spec.interactive === true ? [] : ['--new-session'])],
    ...['--uid', String(BUILD_UID), '--gid', String(BUILD_GID), '--cap-drop', 'ALL'],
    ...['--hostname', spec.hostname ?? 'localhost'],
    // All else is in memory: nothing to lay out before and to delete after, which takes longer than a small build.
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
