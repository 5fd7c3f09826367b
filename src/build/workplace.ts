/**
 * The work directory of one build: `store` becomes the sandbox's /nix/store and receives the outputs, `build` is its
 * build directory if that is on disk, `etc` has the files of its /etc.
 */
import { chmodSync, chownSync, lstatSync, mkdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { storePathBaseName, type StorePath } from '../formats/index.js';
import { ok, type Result } from '../result.js';
import { attempt, giveTree, type Store } from '../store/index.js';
import { needsBuildUsers } from './build-users.js';
import { openWorkplace, seenBy, type Entrant } from './entrance.js';
import type { Invocation } from './environment.js';
import { procNames } from './proc-masks.js';
import { etcFiles, standInName, type BuildDir, type SandboxInput } from './sandbox.js';
import type { SandboxVariation } from './variation.js';

/** Where the sandbox's store is in a work directory. */
export function storeDirOf(workDir: string): string {
  return join(workDir, 'store');
}

/** Where an output is in a work directory. */
export function outputIn(workDir: string, path: StorePath): string {
  return join(storeDirOf(workDir), storePathBaseName(path));
}

/** Where the build directory is in a work directory, if it is on disk. */
export function diskBuildDir(workDir: string): string {
  return join(workDir, 'build');
}

function etcDirOf(workDir: string): string {
  return join(workDir, 'etc');
}

/** bwrap's paths of a work directory. */
export interface LaidOut {
  readonly storeDir: string;
  readonly etcDir: string;
  readonly buildDir: BuildDir;
  readonly procNames: ReadonlySet<string>;
}

/** Lays out a new workplace. Throws the system's errors. */
export function layOut(
  workDir: string,
  { files }: Invocation,
  buildMemory: number,
  entrant: Entrant | undefined,
  variation: SandboxVariation,
): LaidOut {
  mkdirSync(storeDirOf(workDir));
  chmodSync(storeDirOf(workDir), 0o1775);
  give(storeDirOf(workDir), entrant);
  // A file that is mounted into memory could not be deleted by the builder, so such a build works on disk.
  if (buildMemory > 0 && files.size === 0) return { ...furnish(workDir, entrant, variation), buildDir: { kind: 'memory', bytes: buildMemory } };
  const hostPath = diskBuildDir(workDir);
  mkdirSync(hostPath, { mode: 0o700 });
  give(hostPath, entrant);
  for (const [name, contents] of files) {
    writeForBuilder(join(hostPath, name), contents);
    give(join(hostPath, name), entrant);
  }
  return furnish(workDir, entrant, variation);
}

/** Makes what a workplace has besides what the builder works on. Throws the system's errors. */
export function furnish(workDir: string, entrant: Entrant | undefined, variation: SandboxVariation): LaidOut {
  if (entrant !== undefined) openWorkplace(workDir);
  const etcDir = etcDirOf(workDir);
  mkdirSync(etcDir, { recursive: true });
  chmodSync(etcDir, 0o755);
  for (const [name, contents] of etcFiles(variation)) writeForBuilder(join(etcDir, name), contents);
  for (const [path, contents] of variation.files ?? []) writeForBuilder(join(etcDir, standInName(path)), contents);
  return {
    storeDir: seenBy(entrant, storeDirOf(workDir)),
    etcDir: seenBy(entrant, etcDir),
    buildDir: { kind: 'disk', hostPath: seenBy(entrant, diskBuildDir(workDir)) },
    procNames: procNames(),
  };
}

/** Gives a file or a directory to the builder's user. Throws the system's errors. */
export function give(file: string, entrant: Entrant | undefined): void {
  if (entrant !== undefined) chownSync(file, entrant.user.uid, entrant.user.gid);
}

/** Gives the tree of a finished build back to this process's user. */
export async function takeOver(workDir: string): Promise<Result<void>> {
  const closed = attempt('close', workDir, () => {
    chmodSync(workDir, 0o700);
  });
  if (!closed.ok || !needsBuildUsers()) return closed;
  return await giveTree(workDir, process.geteuid?.() ?? 0, process.getegid?.() ?? 0);
}

/** Gives the builder's files in the tree of a finished build to another build's user. */
export async function giveWork(workDir: string, { user }: Entrant): Promise<Result<void>> {
  for (const directory of [storeDirOf(workDir), diskBuildDir(workDir)]) {
    const given = await giveTree(directory, user.uid, user.gid);
    if (!given.ok) return given;
  }
  return ok(undefined);
}

/** The mode is the same whatever this process's umask is: builders can see it. */
export function writeForBuilder(file: string, contents: string | Uint8Array): void {
  writeFileSync(file, contents);
  chmodSync(file, 0o644);
}

/** The inputs of a sandbox for store paths. Throws the system's errors. */
export function sandboxInputs(store: Store, paths: readonly StorePath[], entrant: Entrant | undefined): SandboxInput[] {
  return paths.map((path) => {
    const hostPath = store.hostPath(path);
    if (!lstatSync(hostPath).isSymbolicLink()) return { kind: 'tree', path, hostPath: seenBy(entrant, hostPath) };
    return { kind: 'symlink', path, target: readlinkSync(hostPath) };
  });
}

/** The references of the inputs. */
export function inputGraph(store: Store, paths: readonly StorePath[]): ReadonlyMap<StorePath, readonly StorePath[]> {
  return new Map(paths.map((path) => [path, store.pathInfo(path)?.references ?? []]));
}
