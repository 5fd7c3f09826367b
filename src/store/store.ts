/**
 * The store on disk: a directory of immutable paths and a database of their facts, byte for byte like Nix 2.8's, so
 * both programs can work on the same store.
 */
import { existsSync, mkdirSync, readFileSync, readlinkSync, renameSync, symlinkSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import {
  isDrvPath,
  parseDerivation,
  staticOutputPath,
  storePathName,
  type DrvOutputId,
  type DrvPath,
  type PathInfo,
  type Realisation,
  type StorePath,
} from '../formats/index.js';
import { fail, ok, type Result } from '../result.js';
import { addFlatFile, addText, addTree, type FlatFileOptions, type TreeOptions } from './add.js';
import { Database, type PathFacts, type PathNode } from './database.js';
import { Durability } from './durable.js';
import type { FileLock, WaitOptions } from './file-lock.js';
import { collectGarbage, type GcOptions, type GcReport } from './gc.js';
import { attempt, isSystemError } from './io-failure.js';
import { hostPathOf, layoutOf, type Layout } from './layout.js';
import { moveTree } from './move-tree.js';
import { checkFolders, openDatabase, type OpenOptions } from './open-database.js';
import { withLocks, type LockKey } from './path-locks.js';
import { TempDirs } from './temp-dirs.js';
import { TempRoots } from './temp-roots.js';
import { canonicalise, removeTree, type HostPath } from './tree/index.js';
import { verifyStore, type VerifyOptions, type VerifyReport } from './verify.js';

/** A finished tree that is to become a store path. */
export interface NewPath {
  /** Its current path, on the store's file system. It is moved or, if the store path is already valid, deleted. */
  readonly hostPath: string;
  readonly info: PathInfo;
}

/** An open store. Closing it removes its temporary roots and directories. */
export class Store {
  readonly layout: Layout;
  #database: Database;
  /** True while there is no store; each read looks for it again. */
  #isAwaited = false;
  readonly #bigLock: FileLock | undefined;
  readonly #tempDirs: TempDirs;
  readonly #tempRoots: TempRoots;
  readonly #durability: Durability;

  private constructor(layout: Layout, database: Database, bigLock: FileLock | undefined) {
    this.layout = layout;
    this.#database = database;
    this.#bigLock = bigLock;
    this.#tempDirs = new TempDirs(layout.zilchTempDir);
    this.#tempRoots = new TempRoots(layout);
    this.#durability = new Durability(layout.storeDir);
  }

  /**
   * Opens the store below the host directory `root`. Several processes, including Nix, may have it open at the same
   * time.
   */
  static open(root: string, options: OpenOptions = {}): Result<Store> {
    const layout = layoutOf(resolve(root));
    const opened = openDatabase(layout, options);
    return opened.ok ? ok(new Store(layout, opened.value.database, opened.value.bigLock)) : opened;
  }

  /** Opens the store for reading: changes nothing, and treats a missing store as empty. */
  static openForLooking(root: string): Result<Store> {
    const opened = Store.open(root, { readOnly: true });
    if (opened.ok || opened.failure.code !== 'E_NO_STORE') return opened;
    const nothing = Database.inMemory();
    if (!nothing.ok) return nothing;
    const store = new Store(layoutOf(resolve(root)), nothing.value, undefined);
    store.#isAwaited = true;
    return ok(store);
  }

  /** The database. If the store did not exist when it was opened, this checks whether another process has made it. */
  get #db(): Database {
    if (!this.#isAwaited || !existsSync(this.layout.dbFile)) return this.#database;
    const opened = openDatabase(this.layout, { readOnly: true });
    if (!opened.ok) return this.#database;
    this.#database.close();
    this.#isAwaited = false;
    return (this.#database = opened.value.database);
  }

  close(): void {
    this.#tempDirs.close();
    this.#tempRoots.close();
    this.#db.close();
    this.#bigLock?.release();
  }

  get root(): string {
    return this.layout.root;
  }

  get readOnly(): boolean {
    return this.#bigLock === undefined;
  }

  /** The path of a store path on this machine, whether it exists or not. */
  hostPath(path: StorePath): string {
    return hostPathOf(this.layout, path);
  }

  /** True when the path is registered: then it is complete, and so is everything it refers to. */
  isValid(path: StorePath): boolean {
    return this.#db.isValid(path);
  }

  pathInfo(path: StorePath): PathInfo | undefined {
    return this.#db.pathInfo(path);
  }

  /** Every valid path, sorted. */
  allPaths(): StorePath[] {
    return this.#db.allPaths();
  }

  /** The valid paths that refer to this one, sorted. */
  referrers(path: StorePath): StorePath[] {
    return this.#db.referrers(path);
  }

  /** Every valid path, sorted, with what the garbage collector and graphs want to know of it. */
  graph(): PathNode[] {
    return this.#db.graph();
  }

  /** The paths and everything they refer to, directly or indirectly; sorted. */
  closure(paths: Iterable<StorePath>): StorePath[] {
    const found = new Set<StorePath>(paths);
    for (const path of found) for (const reference of this.#db.references(path)) found.add(reference);
    return [...found].sort();
  }

  /** The valid path with this hash part, 32 characters of base 32. */
  pathByHash(hash: string): StorePath | undefined {
    return this.#db.pathByHash(hash);
  }

  /** The realisation of a floating derivation's output, if it is known and its path is still there. */
  realisation(id: DrvOutputId): Realisation | undefined {
    return this.#db.realisation(id);
  }

  /** What the output of a floating derivation turned out to be. */
  realised(id: DrvOutputId): PathFacts | undefined {
    return this.#db.realised(id);
  }

  /**
   * Registers paths that are in the store already, and realisations, in one transaction: all become valid or none. A
   * caller that moves trees into the store without `addPaths` must hold their locks until this is done, and must have
   * them on the disk before.
   */
  registerPaths(infos: readonly PathInfo[], realisations: readonly Realisation[] = []): Result<void> {
    if (this.readOnly) return this.#readOnlyFailure();
    const staticOutputs = new Map<DrvPath, ReadonlyMap<string, StorePath>>();
    for (const { path } of infos) {
      if (!isDrvPath(path)) continue;
      const outputs = this.#staticOutputs(path);
      if (!outputs.ok) return outputs;
      staticOutputs.set(path, outputs.value);
    }
    return this.#db.register(infos, realisations, staticOutputs, Math.floor(Date.now() / 1000));
  }

  /** Registers realisations of valid paths. */
  registerRealisations(realisations: readonly Realisation[]): Result<void> {
    return this.registerPaths([], realisations);
  }

  /**
   * Moves finished trees into the store and makes them valid, all or none. They are on the disk before they are
   * registered. Their metadata is made canonical here; their NAR hashes must be right. Each path's lock is held
   * meanwhile, and each path is kept from collection until `close`.
   */
  async addPaths(news: readonly NewPath[], realisations: readonly Realisation[] = []): Promise<Result<void>> {
    if (this.readOnly) return this.#readOnlyFailure();
    for (const { info } of news) {
      const rooted = await this.addTempRoot(info.path);
      if (!rooted.ok) return rooted;
    }
    return this.withLock(
      news.map(({ info }) => info.path),
      async () => {
        const placed: string[] = [];
        for (const { hostPath, info } of news) {
          const isValid = this.isValid(info.path);
          const done = isValid ? await removeTree(hostPath) : await this.#place(hostPath, info.path);
          if (!done.ok) return done;
          if (!isValid) placed.push(this.hostPath(info.path));
        }
        const settled = await this.#durability.settle(placed);
        if (!settled.ok) return settled;
        return this.registerPaths(
          news.map(({ info }) => info),
          realisations,
        );
      },
    );
  }

  /** Adds a text, such as a `.drv` file, at the path of its bytes and references; the references must be valid. */
  addText(name: string, contents: string | Uint8Array, references: readonly StorePath[] = []): Promise<Result<StorePath>> {
    return addText(this, name, contents, references);
  }

  /** Adds a file, not executable, at the path of its bytes' SHA-256; used for tarballs. */
  addFlatFile(name: string, hostFile: string, options: FlatFileOptions = {}): Promise<Result<StorePath>> {
    return addFlatFile(this, name, hostFile, options);
  }

  /** Adds a copy of a file or a tree at the path of its NAR's SHA-256. */
  addTree(name: string, hostPath: string, options: TreeOptions = {}): Promise<Result<StorePath>> {
    return addTree(this, name, hostPath, options);
  }

  /**
   * Keeps a path, valid or not yet, from being collected until `close`. Check whether it is valid after this, not
   * before.
   */
  async addTempRoot(path: StorePath): Promise<Result<void>> {
    return this.readOnly ? ok(undefined) : this.#tempRoots.add(path);
  }

  /** Keeps a path from being collected until the root of this name is changed or deleted. */
  addRoot(name: string, path: StorePath): Result<void> {
    if (this.readOnly) return this.#readOnlyFailure();
    const link = this.#rootLink(name);
    // A rename waits for a busy disk, and most builds find the same roots as the build before.
    const isThere = this.hasRoot(name, path);
    if (!isThere.ok) return isThere;
    if (isThere.value) return ok(undefined);
    // Not beside the old one: if killed before the renaming, it would stay a root for ever.
    const fresh = this.tempPlace();
    if (!fresh.ok) return fresh;
    return attempt('make the root', link, () => {
      mkdirSync(dirname(link), { recursive: true });
      // Renamed over the old link, so there is always a link.
      symlinkSync(path, fresh.value);
      renameSync(fresh.value, link);
    });
  }

  /** Whether a root of this name keeps this path from being collected. */
  hasRoot(name: string, path: StorePath): Result<boolean> {
    const link = this.#rootLink(name);
    return attempt('read the root', link, () => {
      try {
        return readlinkSync(link) === path;
      } catch (error) {
        // There is none, or something else is there.
        if (isSystemError(error) && ['ENOENT', 'EINVAL'].includes(error.code)) return false;
        throw error;
      }
    });
  }

  #rootLink(name: string): string {
    return join(this.layout.gcRootsDir, 'zilch', name);
  }

  /** Fails if everyone may write into a folder of the store. One that is opened for writing was looked over. */
  checkFolders(): Result<void> {
    return checkFolders(this.layout);
  }

  /** Deletes what no root needs, and leftovers of killed processes; with `dryRun` only reports them. */
  async gc(options: GcOptions = {}): Promise<Result<GcReport>> {
    if (this.readOnly && options.dryRun !== true) return this.#readOnlyFailure();
    if (options.dryRun !== true) {
      await this.#tempDirs.sweep();
    }
    return collectGarbage(this.layout, this.#db, options);
  }

  /** Checks whether registered paths exist and, with `contents`, are unaltered. */
  verify(options: VerifyOptions = {}): Promise<Result<VerifyReport>> {
    return verifyStore(this, options);
  }

  /** Makes a valid path's metadata canonical again: the cure for `E_PATH_METADATA`. */
  clean(path: StorePath): Promise<Result<void>> {
    if (this.readOnly) return Promise.resolve(this.#readOnlyFailure());
    return this.withLock(path, () => canonicalise(this.hostPath(path)));
  }

  /**
   * A new directory on the store's file system. It is deleted on `close`, or by another process after this one has
   * ended.
   */
  tempDir(): Result<string> {
    return this.readOnly ? this.#readOnlyFailure() : this.#tempDirs.make();
  }

  /** An unused path on the store's file system; files there are deleted like `tempDir`. */
  tempPlace(): Result<string> {
    return this.readOnly ? this.#readOnlyFailure() : this.#tempDirs.place();
  }

  /** Runs `body` while holding the locks of store paths or names, against other processes and against this one. */
  withLock<T>(keys: LockKey | readonly LockKey[], body: () => Promise<Result<T>>, options: WaitOptions = {}): Promise<Result<T>> {
    return withLocks(this.layout, typeof keys === 'string' ? [keys] : keys, body, options);
  }

  /** Gives a tree the metadata of a store path: see `canonicalise`. */
  canonicalise(hostPath: HostPath, signal?: AbortSignal): Promise<Result<void>> {
    return canonicalise(hostPath, signal);
  }

  async #place(from: string, path: StorePath): Promise<Result<unknown>> {
    const to = this.hostPath(path);
    const canonical = await canonicalise(from);
    if (!canonical.ok) return canonical;
    // The existing tree is not registered and we hold its lock, so its maker was killed before it became valid.
    const cleared = await removeTree(to);
    if (!cleared.ok) return cleared;
    return attempt('move into the store', to, () => {
      moveTree(from, to);
    });
  }

  #staticOutputs(drvPath: DrvPath): Result<ReadonlyMap<string, StorePath>> {
    const contents = attempt('read the derivation', drvPath, () => readFileSync(this.hostPath(drvPath)));
    if (!contents.ok) return contents;
    const drv = parseDerivation(contents.value, storePathName(drvPath).slice(0, -'.drv'.length));
    if (!drv.ok) return drv;
    const outputs = new Map<string, StorePath>();
    for (const name of drv.value.outputs.keys()) {
      const path = staticOutputPath(drv.value, name);
      if (path !== undefined) outputs.set(name, path);
    }
    return ok(outputs);
  }

  #readOnlyFailure(): Result<never> {
    return fail('E_READ_ONLY', `the store at ${this.root} was opened read-only`);
  }
}
