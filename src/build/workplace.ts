/**
 * The directory that one sandbox is mounted from: `root` becomes its root and receives the outputs, `build` its build
 * directory where that is on disk.
 */
import { chmodSync, lstatSync, mkdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StorePath } from '../formats/index.js';
import type { Store } from '../store/index.js';
import type { Invocation } from './environment.js';
import { ROOT_FILES, type BuildDir, type SandboxInput } from './sandbox.js';

/** Where the sandbox's root lies in a workplace. */
export function rootDir(workDir: string): string {
  return join(workDir, 'root');
}

/** Where the build directory lies in a workplace, when it is on disk. */
export function diskBuildDir(workDir: string): string {
  return join(workDir, 'build');
}

/** Lays out a new workplace, and says where /build is. Throws the system's errors. */
export function layOut(workDir: string, { files }: Invocation, buildMemory: number): BuildDir {
  const root = rootDir(workDir);
  mkdirSync(root, { mode: 0o750 });
  for (const directory of ['etc', 'nix', 'tmp', 'nix/store']) mkdirSync(join(root, directory));
  chmodSync(join(root, 'tmp'), 0o1777);
  chmodSync(join(root, 'nix/store'), 0o1775);
  for (const [name, contents] of ROOT_FILES) writeFileSync(join(root, name), contents);
  // A file that is mounted into memory could not be deleted by the builder, so such a build works on disk.
  if (buildMemory > 0 && files.size === 0) return { kind: 'memory', bytes: buildMemory };
  const hostPath = diskBuildDir(workDir);
  mkdirSync(hostPath, { mode: 0o700 });
  for (const [name, contents] of files) writeFileSync(join(hostPath, name), contents);
  return { kind: 'disk', hostPath };
}

/** How store paths are brought into a sandbox. Throws the system's errors. */
export function sandboxInputs(store: Store, paths: readonly StorePath[]): SandboxInput[] {
  return paths.map((path) => {
    const hostPath = store.hostPath(path);
    if (!lstatSync(hostPath).isSymbolicLink()) return { kind: 'tree', path, hostPath };
    return { kind: 'symlink', path, target: readlinkSync(hostPath) };
  });
}
