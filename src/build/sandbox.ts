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
import { procMasks } from './proc-masks.js';
import { buildPathOf, type SandboxVariation } from './variation.js';

/** User and group of the builder, as in the sandbox's /etc/passwd. */
const BUILD_UID = 1000;
const BUILD_GID = 100;

/** The files of a sandbox's /etc, by name. */
export function etcFiles(variation: SandboxVariation): ReadonlyMap<string, string> {
  const { uid, gid } = idsOf(variation);
  const home = buildPathOf(variation);
  return new Map([
    [
      'passwd',
      `root:x:0:0:Nix build user:${home}:/noshell\n` +
        `nixbld:x:${uid}:${gid}:Nix build user:${home}:/noshell\n` +
        'nobody:x:65534:65534:Nobody:/:/noshell\n',
    ],
    ['group', `root:x:0:\nnixbld:!:${gid}:\nnogroup:x:65534:\n`],
    ['hosts', '127.0.0.1 localhost\n::1 localhost\n'],
  ]);
}

function idsOf({ ids }: SandboxVariation): NonNullable<SandboxVariation['ids']> {
  return ids ?? { uid: BUILD_UID, gid: BUILD_GID };
}

/** A file of /etc's neighbour on the host that stands in for one of /proc or /dev. */
export function standInName(path: string): string {
  return path.slice(1).replaceAll('/', '-');
}

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
  /** Directory with the `etcFiles`. */
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
  /** What is not as in every build. */
  readonly variation?: SandboxVariation;
}

/** Arguments for bwrap, without the command to run. */
export function sandboxArguments(spec: SandboxSpec): string[] {
  const { variation = {} } = spec;
  const { uid, gid } = idsOf(variation);
  const buildPath = buildPathOf(variation);
  return [
    ...['--unshare-user', '--unshare-pid', '--unshare-net', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup-try'],
    // As process 1 the builder takes everything it left behind with it: the kernel sees to that before it can be waited for.
    ...[...(variation.laterProcess === true ? [] : ['--as-pid-1']), '--die-with-parent', ...(spec.interactive === true ? [] : ['--new-session'])],
    ...['--uid', String(uid), '--gid', String(gid), '--cap-drop', 'ALL'],
    ...['--hostname', variation.hostname ?? 'localhost'],
    // All else is in memory: nothing to lay out before and to delete after, which takes longer than a small build.
    ...['--size', String(spec.scratchMemory), '--tmpfs', '/'],
    ...['--perms', '1777', '--dir', '/tmp', '--dir', '/etc', '--dir', '/nix', '--bind', spec.storeDir, STORE_DIR],
    ...[...etcFiles(variation).keys()].flatMap((name) => ['--ro-bind', `${spec.etcDir}/${name}`, `/etc/${name}`]),
    ...spec.inputs.flatMap((input) => (input.kind === 'tree' ? ['--ro-bind', input.hostPath, input.path] : ['--symlink', input.target, input.path])),
    ...['--proc', '/proc', ...procMasks(spec.procNames), '--dev', '/dev'],
    ...['--perms', '1777', '--size', String(spec.scratchMemory), '--tmpfs', '/dev/shm', '--remount-ro', '/dev'],
    ...[...(variation.files?.keys() ?? [])].flatMap((path) => ['--ro-bind', `${spec.etcDir}/${standInName(path)}`, path]),
    ...buildDirArguments(spec.buildDir, buildPath),
    ...['--chmod', '0750', '/', '--chdir', buildPath, '--clearenv'],
    ...[...spec.env].flatMap(([key, value]) => ['--setenv', key, value]),
  ];
}

function buildDirArguments(buildDir: BuildDir, buildPath: string): string[] {
  switch (buildDir.kind) {
    case 'memory':
      return ['--perms', '0700', '--size', String(buildDir.bytes), '--tmpfs', buildPath];
    case 'disk':
      return ['--bind', buildDir.hostPath, buildPath];
  }
}
