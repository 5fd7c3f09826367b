/**
 * The directory of one build: `store` becomes the sandbox's /nix/store and receives the outputs, `build` its build
 * directory where that is on disk.
 */
import { chmodSync, lstatSync, mkdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { storePathBaseName, type StorePath } from '../formats/index.js';
import type { Store } from '../store/index.js';
import type { Invocation } from './environment.js';
import { ETC_FILES, type BuildDir, type SandboxInput } from './sandbox.js';
import { seccompFilter } from './seccomp.js';

/** Where the sandbox's store lies in a workplace. */
export function storeDirOf(workDir: string): string {
  return join(workDir, 'store');
}

/** Where an output lies in a workplace. */
export function outputIn(workDir: string, path: StorePath): string {
  return join(storeDirOf(workDir), storePathBaseName(path));
}

/** Where the build directory lies in a workplace, when it is on disk. */
export function diskBuildDir(workDir: string): string {
  return join(workDir, 'build');
}

/** Lays out a new workplace, and says where /build is. Throws the system's errors. */
export function layOut(workDir: string, { files }: Invocation, buildMemory: number): BuildDir {
  mkdirSync(storeDirOf(workDir));
  chmodSync(storeDirOf(workDir), 0o1775);
  // A file that is mounted into memory could not be deleted by the builder, so such a build works on disk.
  if (buildMemory > 0 && files.size === 0) return { kind: 'memory', bytes: buildMemory };
  const hostPath = diskBuildDir(workDir);
  mkdirSync(hostPath, { mode: 0o700 });
  for (const [name, contents] of files) writeForBuilder(join(hostPath, name), contents);
  return { kind: 'disk', hostPath };
}

/** What all sandboxes can share. */
export interface Furnishings {
  readonly etcDir: string;
  /** A file with the program of `seccompFilter`. */
  readonly filter: string;
}

/** Makes furnishings in an empty directory. Throws the system's errors. */
export function furnish(directory: string): Furnishings {
  const filter = join(directory, 'filter');
  writeFileSync(filter, seccompFilter());
  const etcDir = join(directory, 'etc');
  mkdirSync(etcDir);
  for (const [name, contents] of ETC_FILES) writeForBuilder(join(etcDir, name), contents);
  return { etcDir, filter };
}

/** The mode is the same whatever this process's umask is: builders can see it. */
function writeForBuilder(file: string, contents: string): void {
  writeFileSync(file, contents);
  chmodSync(file, 0o644);
}

/** How store paths are brought into a sandbox. Throws the system's errors. */
export function sandboxInputs(store: Store, paths: readonly StorePath[]): SandboxInput[] {
  return paths.map((path) => {
    const hostPath = store.hostPath(path);
    if (!lstatSync(hostPath).isSymbolicLink()) return { kind: 'tree', path, hostPath };
    return { kind: 'symlink', path, target: readlinkSync(hostPath) };
  });
}

/** What the inputs refer to. */
export function inputGraph(store: Store, paths: readonly StorePath[]): ReadonlyMap<StorePath, readonly StorePath[]> {
  return new Map(paths.map((path) => [path, store.pathInfo(path)?.references ?? []]));
}
