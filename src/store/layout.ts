import { join } from 'node:path';
import { storePathBaseName, type StorePath } from '../formats/index.js';

/** Where the parts of a store lie below its root directory. All but `zilch*` are Nix's own places. */
export interface Layout {
  readonly root: string;
  /** Holds the store paths: logical `/nix/store`. */
  readonly storeDir: string;
  /** Nix's hard links by content, where it was asked to optimise. */
  readonly linksDir: string;
  readonly stateDir: string;
  readonly dbDir: string;
  readonly dbFile: string;
  readonly gcRootsDir: string;
  readonly profilesDir: string;
  readonly tempRootsDir: string;
  readonly gcLockFile: string;
  /** Where a running garbage collection is told of new roots. */
  readonly gcSocket: string;
  /** What is Zilch's alone, on the same file system as the store so that work is moved into it by renaming. */
  readonly zilchDir: string;
  readonly zilchTempDir: string;
  readonly zilchLocksDir: string;
  readonly zilchTrashDir: string;
  /** Beginnings of downloads, `<sha256>.part`. */
  readonly partialDir: string;
  /** What people may want to look at: trees of failed builds, and outputs that came out differently. */
  readonly keptDir: string;
}

/** The layout below a root, `/` for the machine's own Nix store. */
export function layoutOf(root: string): Layout {
  const stateDir = join(root, 'nix/var/nix');
  const zilchDir = join(root, 'nix/var/zilch');
  const storeDir = join(root, 'nix/store');
  return {
    root,
    storeDir,
    linksDir: join(storeDir, '.links'),
    stateDir,
    dbDir: join(stateDir, 'db'),
    dbFile: join(stateDir, 'db/db.sqlite'),
    gcRootsDir: join(stateDir, 'gcroots'),
    profilesDir: join(stateDir, 'profiles'),
    tempRootsDir: join(stateDir, 'temproots'),
    gcLockFile: join(stateDir, 'gc.lock'),
    gcSocket: join(stateDir, 'gc-socket/socket'),
    zilchDir,
    zilchTempDir: join(zilchDir, 'tmp'),
    zilchLocksDir: join(zilchDir, 'locks'),
    zilchTrashDir: join(zilchDir, 'trash'),
    partialDir: join(zilchDir, 'partial'),
    keptDir: join(zilchDir, 'kept'),
  };
}

/** Where a store path lies on this machine. */
export function hostPathOf(layout: Layout, path: StorePath): string {
  return join(layout.storeDir, storePathBaseName(path));
}
