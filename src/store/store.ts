/**
 * The store on disk: a directory of immutable paths and a database of what is known of them, byte for byte as Nix 2.8
 * keeps it, so that either can work on what the other made.
 */
import { existsSync, lstatSync, mkdirSync, readFileSync, readlinkSync, renameSync, symlinkSync } from 'node:fs';
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
import { Database, type PathNode } from './database.js';
import { Durability } from './durable.js';
import type { FileLock, WaitOptions } from './file-lock.js';
import { collectGarbage, type GcOptions, type GcReport } from './gc.js';
import { attempt } from './io-failure.js';
import { hostPathOf, layoutOf, type Layout } from './layout.js';
import { moveTree } from './move-tree.js';
import { openDatabase, type OpenOptions } from './open-database.js';
import { withLocks, type LockKey } from './path-locks.js';
import { TempDirs } from './temp-dirs.js';
import { TempRoots } from './temp-roots.js';
import { canonicalise, removeTree, type HostPath } from './tree/index.js';
import { verifyStore, type VerifyOptions, type VerifyReport } from './verify.js';

/** A finished tree that is to become a store path. */
export interface NewPath {
  /** Where it lies now, on the store's file system; it is moved or, if the path is valid already, deleted. */
  readonly hostPath: string;
  readonly info: PathInfo;
}

/** An open store. Close it: its temporary roots and directories go with it. */
export class Store {
  readonly layout: Layout;
  #database: Database;
  /** True while there is no store: it is looked for each time something is asked. */
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

  /** Opens the store below the host directory `root`. Several processes, Nix among them, may have it open at once. */
  static open(root: string, options: OpenOptions = {}): Result<Store> {
    const layout = layoutOf(resolve(root));
    const opened = openDatabase(layout, options);
    return opened.ok ? ok(new Store(layout, opened.value.database, opened.value.bigLock)) : opened;
  }

  /** Opens the store for looking: changes nothing, and takes a store that is not there for an empty one. */
  static openForLooking(root: string): Result<Store> {
    const opened = Store.open(root, { readOnly: true });
    if (opened.ok || opened.failure.code !== 'E_NO_STORE') return opened;
    const nothing = Database.inMemory();
    if (!nothing.ok) return nothing;
    const store = new Store(layoutOf(resolve(root)), nothing.value, undefined);
    store.#isAwaited = true;
    return ok(store);
  }

  /** The database; of a store that was not there when it was opened, as soon as another process has made it. */
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

  /** Where a store path lies on this machine, whether or not it is there. */
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

  /** The paths and all they refer to, directly or not; sorted. */
  closure(paths: Iterable<StorePath>): StorePath[] {
    const found = new Set<StorePath>(paths);
    for (const path of found) for (const reference of this.#db.references(path)) found.add(reference);
    return [...found].sort();
  }

  /** The valid path whose hash part is given, 32 characters of base 32. */
  pathByHash(hash: string): StorePath | undefined {
    return this.#db.pathByHash(hash);
  }

  /** What an output of a floating derivation turned out to be, if that is known and still there. */
  realisation(id: DrvOutputId): Realisation | undefined {
    return this.#db.realisation(id);
  }

  /**
   * Registers paths that lie in the store already, and realisations, in one transaction: all become valid or none.
   * Whoever moves trees into the store by other means than `addPaths` holds their locks until this is done, and has them on the
   * disk before.
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
   * Moves finished trees into the store and makes them valid, all or none; they are on the disk before they are registered. Their
   * metadata is made canonical here; their NAR hashes must be right. Each path's lock is held meanwhile, and each stays safe from
   * collection until `close`.
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

  /** Adds a text, such as a `.drv` file, at the path its bytes and references give it; the references must be valid. */
  addText(name: string, contents: string | Uint8Array, references: readonly StorePath[] = []): Promise<Result<StorePath>> {
    return addText(this, name, contents, references);
  }

  /** Adds a file, not executable, at the path the SHA-256 of its bytes gives it: what tarballs get. */
  addFlatFile(name: string, hostFile: string, options: FlatFileOptions = {}): Promise<Result<StorePath>> {
    return addFlatFile(this, name, hostFile, options);
  }

  /** Adds a copy of a file or a tree at the path the SHA-256 of its NAR gives it. */
  addTree(name: string, hostPath: string, options: TreeOptions = {}): Promise<Result<StorePath>> {
    return addTree(this, name, hostPath, options);
  }

  /** Keeps a path, valid or not yet, from being collected until `close`. Ask whether it is valid after this, not before. */
  async addTempRoot(path: StorePath): Promise<Result<void>> {
    return this.readOnly ? ok(undefined) : this.#tempRoots.add(path);
  }

  /** Keeps a path from being collected until the root of this name is made to point elsewhere or deleted. */
  addRoot(name: string, path: StorePath): Result<void> {
    if (this.readOnly) return this.#readOnlyFailure();
    const link = join(this.layout.gcRootsDir, 'zilch', name);
    // A rename waits for a busy disk; most builds find the roots of the one before.
    const isThere = attempt(
      'read the root',
      link,
      () => lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink() === true && readlinkSync(link) === path,
    );
    if (!isThere.ok) return isThere;
    if (isThere.value) return ok(undefined);
    // Not beside the old one: killed before the renaming, it would be a root that nobody gives up.
    const fresh = this.tempPlace();
    if (!fresh.ok) return fresh;
    return attempt('make the root', link, () => {
      mkdirSync(dirname(link), { recursive: true });
      // Renamed over the old link: at no moment is there none.
      symlinkSync(path, fresh.value);
      renameSync(fresh.value, link);
    });
  }

  /** Deletes what no root needs, and what killed processes left; with `dryRun` only says what it would. */
  async gc(options: GcOptions = {}): Promise<Result<GcReport>> {
    if (this.readOnly && options.dryRun !== true) return this.#readOnlyFailure();
    if (options.dryRun !== true) {
      await this.#tempDirs.sweep();
    }
    return collectGarbage(this.layout, this.#db, options);
  }

  /** Looks whether what is registered is there and, with `contents`, unaltered. */
  verify(options: VerifyOptions = {}): Promise<Result<VerifyReport>> {
    return verifyStore(this, options);
  }

  /** Makes a valid path's metadata canonical again: what `verify` calls `E_PATH_METADATA`. */
  clean(path: StorePath): Promise<Result<void>> {
    if (this.readOnly) return Promise.resolve(this.#readOnlyFailure());
    return this.withLock(path, () => canonicalise(this.hostPath(path)));
  }

  /** A fresh directory on the store's file system, deleted on `close`, or by another process once this one is gone. */
  tempDir(): Result<string> {
    return this.readOnly ? this.#readOnlyFailure() : this.#tempDirs.make();
  }

  /** A path on the store's file system where nothing is yet; what is made there is deleted as `tempDir` is. */
  tempPlace(): Result<string> {
    return this.readOnly ? this.#readOnlyFailure() : this.#tempDirs.place();
  }

  /** Runs `body` while holding the locks of store paths or names, against other processes and against this one. */
  withLock<T>(keys: LockKey | readonly LockKey[], body: () => Promise<Result<T>>, options: WaitOptions = {}): Promise<Result<T>> {
    return withLocks(this.layout, typeof keys === 'string' ? [keys] : keys, body, options);
  }

  /** Makes a tree's metadata that of a store path: see `canonicalise`. */
  canonicalise(hostPath: HostPath, signal?: AbortSignal): Promise<Result<void>> {
    return canonicalise(hostPath, signal);
  }

  async #place(from: string, path: StorePath): Promise<Result<unknown>> {
    const to = this.hostPath(path);
    const canonical = await canonicalise(from);
    if (!canonical.ok) return canonical;
    // Nobody registered what lies there, and we hold its lock, so whoever made it was killed before it became valid.
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
    return fail('E_READ_ONLY', `the store at ${this.root} was opened for reading only`);
  }
}
