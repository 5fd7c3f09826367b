/**
 * What of a build can be changed that must not show in what it makes. Each field is one change to the sandbox or to what runs
 * around it; without fields it is the sandbox that every build has. Pure.
 */
import type { Derivation } from '../formats/index.js';
import { BUILD_DIR } from './environment.js';

/** File systems that are made in a file and mounted for one build. */
export const IMAGE_FILE_SYSTEMS = ['ext4', 'xfs', 'btrfs'] as const;
export type ImageFileSystem = (typeof IMAGE_FILE_SYSTEMS)[number];

export interface SandboxVariation {
  /** `localhost` otherwise. */
  readonly hostname?: string;
  /** The NIS domain: only where root builds. */
  readonly domain?: string;
  /** `/build` otherwise. */
  readonly buildPath?: string;
  /** 1000 and 100 otherwise. */
  readonly ids?: { readonly uid: number; readonly gid: number };
  /** The builder is not the first process of its namespace. */
  readonly laterProcess?: true;
  /** Variables that the builder has where its derivation does not set them itself. */
  readonly env?: Readonly<Record<string, string>>;
  /** A directory more, last in PATH. */
  readonly pathEnd?: string;
  /** Octal, `022` otherwise. */
  readonly umask?: string;
  /** Addresses are chosen at random. */
  readonly randomAddresses?: true;
  /** uname(2) tells of a kernel 2.6. */
  readonly oldKernel?: true;
  /** The number of processors, if the machine has that many. */
  readonly processors?: number;
  /** Seconds since the start of a machine that has been up for this much longer. */
  readonly uptime?: number;
  /** The build directory lies on one of these: only where root builds, with mkfs at hand. */
  readonly fileSystem?: ImageFileSystem;
  /** Files of /proc and /dev that say something else, by path. */
  readonly files?: ReadonlyMap<string, Uint8Array>;
  /** runtime/tracer.c, compiled, and its options. */
  readonly tracer?: { readonly program: string; readonly options: readonly string[] };
}

/** Where the builder finds its build directory. */
export function buildPathOf({ buildPath }: SandboxVariation): string {
  return buildPath ?? BUILD_DIR;
}

/** What the builder has in its environment. */
export function variedEnvironment(
  env: ReadonlyMap<string, string>,
  drv: Derivation,
  { env: more = {}, pathEnd }: SandboxVariation,
): ReadonlyMap<string, string> {
  const varied = new Map(env);
  for (const [key, value] of Object.entries(more)) if (!drv.env.has(key)) varied.set(key, value);
  if (pathEnd !== undefined) varied.set('PATH', `${varied.get('PATH') ?? ''}:${pathEnd}`);
  return varied;
}

/** In a workplace: the tracer, and the file with a file system for the build directory. */
export const IN_WORKPLACE = { tracer: 'tracer', image: 'image' } as const;
