import { join } from 'node:path';
import { storePathBaseName, type StorePath } from '../formats/index.js';

/** The places of a store's parts below its root directory. All except `zilch*` are Nix's own. */
export interface Layout {
  readonly root: string;
  /** Holds the store paths: logical `/nix/store`. */
  readonly storeDir: string;
  /** Nix's hard links by content, made when it optimises. */
  readonly linksDir: string;
  readonly stateDir: string;
  readonly dbDir: string;
  readonly dbFile: string;
  readonly gcRootsDir: string;
  readonly profilesDir: string;
  readonly tempRootsDir: string;
  readonly gcLockFile: string;
  /** The socket on which a running garbage collection receives new roots. */
  readonly gcSocket: string;
  /** Zilch's own files, on the same file system as the store, so that results can be moved into it by renaming. */
  readonly zilchDir: string;
  readonly zilchTempDir: string;
  readonly zilchLocksDir: string;
  readonly zilchTrashDir: string;
  /** Partial downloads, `<sha256>.part`. */
  readonly partialDir: string;
  /** Kept for inspection: trees of failed builds, and outputs that differed. */
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

/** The path of a store path on this machine. */
export function hostPathOf(layout: Layout, path: StorePath): string {
  return join(layout.storeDir, storePathBaseName(path));
}
