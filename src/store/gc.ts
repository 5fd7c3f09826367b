/**
 * Garbage collection: deletes what no root needs. It runs at the same time as builds of Zilch and Nix: the exclusive
 * lock `gc.lock` keeps new roots from being written unseen, and the roots server accepts them meanwhile.
 */
import { randomBytes } from 'node:crypto';
import { lstatSync, readdirSync, unlinkSync, type Stats } from 'node:fs';
import { basename, join } from 'node:path';
import { parseStorePathBaseName, storePathHash, type StorePath } from '../formats/index.js';
import { err, fail, ok, type Result } from '../result.js';
import type { Database, PathNode } from './database.js';
import { isLocked, lock, tryLock } from './file-lock.js';
import { ioFailure, isSystemError } from './io-failure.js';
import { hostPathOf, type Layout } from './layout.js';
import { moveTree } from './move-tree.js';
import { releaseReserve, reserve } from './open-database.js';
import { findProcessRoots } from './process-roots.js';
import { RootsServer } from './roots-server.js';
import { findRoots, findTempRoots, type Root } from './roots.js';
import { removeTree, removeTreeSync } from './tree/index.js';

export interface GcOptions {
  /** Delete nothing; only report what would be deleted. */
  readonly dryRun?: boolean | undefined;
  /**
   * Keep what was registered within this number of days. Kept failed builds are deleted after the same number of days,
   * by default 30.
   */
  readonly keepDays?: number | undefined;
  /** Delete only these and everything that refers to them, even with a permanent root; used for damaged paths. */
  readonly only?: readonly StorePath[] | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called for each deleted path. */
  readonly onDelete?: ((path: StorePath) => void) | undefined;
}

export interface GcReport {
  /** Deleted paths, or those that would be, with the sizes of their NARs in bytes; sorted by path. */
  readonly dead: readonly { readonly path: StorePath; readonly narSize: number }[];
  /** Names in the store's directory that were never registered, for example of a killed build. */
  readonly leftovers: readonly string[];
  /** Trees of failed builds, and outputs that came out differently, that were kept long enough; host paths, sorted. */
  readonly outdated: readonly string[];
  readonly liveCount: number;
  /** Freed disk space, in bytes; in a dry run the sum of the NAR sizes, an estimate. */
  readonly freedBytes: number;
}

/** The number of paths removed in one transaction, which blocks the process. */
const BATCH = 100;

/** Failed builds are kept for this number of days by default. */
const KEPT_DAYS = 30;

/** Collects garbage below `layout`, or with `dryRun` only reports it. */
export async function collectGarbage(layout: Layout, database: Database, options: GcOptions): Promise<Result<GcReport>> {
  try {
    if (options.dryRun === true) return ok((await begin(layout, database, options)).plan());
    // Before anything is created, because the lock's file and the socket need space, too.
    releaseReserve(layout);
    const gcLock = await lock(layout.gcLockFile, 'exclusive', { signal: options.signal });
    try {
      return await collect(layout, database, options);
    } finally {
      gcLock.release();
    }
  } catch (error) {
    if (options.signal?.aborted === true)
      return fail('E_CANCELLED', 'stopped while collecting garbage; what is deleted stays deleted, and the rest is complete');
    const at = isSystemError(error) && error.path !== undefined ? `, at ${error.path}` : '';
    return err(ioFailure('collect garbage in', `${layout.root}${at}`, error));
  }
}

async function collect(layout: Layout, database: Database, options: GcOptions): Promise<Result<GcReport>> {
  let collection: Collection | undefined;
  const early: StorePath[] = [];
  // It listens before any root is read, so that no root is missed.
  const server = await RootsServer.listen(layout.gcSocket, (path) => {
    if (collection === undefined) early.push(path);
    else collection.addRoot(path);
  });
  try {
    collection = await begin(layout, database, options);
    for (const path of early) collection.addRoot(path);
    return await collection.run();
  } finally {
    server.close(layout.gcSocket);
  }
}

async function begin(layout: Layout, database: Database, options: GcOptions): Promise<Collection> {
  const stale = options.dryRun === true ? 'ignore' : 'delete';
  // Read these first, because a process may make a permanent root of what it holds, or start a program there, and then
  // release it.
  const held = findTempRoots(layout, stale);
  if (options.only !== undefined) return new Collection(layout, database, options, held, []);
  const used = await findProcessRoots();
  return new Collection(layout, database, options, held, [...findRoots(layout, stale).map(({ path }) => path), ...used]);
}

class Collection {
  readonly #layout: Layout;
  readonly #database: Database;
  readonly #options: GcOptions;
  readonly #nodes: ReadonlyMap<StorePath, PathNode>;
  readonly #live = new Set<StorePath>();
  /** Hash parts that processes hold; files that they are about to create there must not be deleted either. */
  readonly #heldHashes = new Set<string>();
  /** In the order of deletion: referrers come first. */
  readonly #candidates: readonly StorePath[];
  #freed = 0;

  constructor(layout: Layout, database: Database, options: GcOptions, held: readonly Root[], kept: Iterable<StorePath>) {
    this.#layout = layout;
    this.#database = database;
    this.#options = options;
    const nodes = database.graph();
    this.#nodes = new Map(nodes.map((node) => [node.path, node]));
    for (const { path } of held) this.addRoot(path);
    for (const path of kept) this.#markLive(path);
    if (options.only === undefined) {
      const oldest = options.keepDays === undefined ? Infinity : Date.now() / 1000 - options.keepDays * 86_400;
      for (const node of nodes) if (node.registrationTime >= oldest) this.#markLive(node.path);
    }
    const candidates = options.only === undefined ? nodes.map((node) => node.path) : referrersClosure(nodes, options.only);
    this.#candidates = referrersFirst(candidates, this.#nodes);
  }

  /** Keeps a path, valid or not, and everything it refers to. */
  addRoot(path: StorePath): void {
    this.#heldHashes.add(storePathHash(path));
    this.#markLive(path);
  }

  plan(): GcReport {
    const dead = this.#candidates.filter((path) => !this.#live.has(path));
    const isWhole = this.#options.only === undefined;
    const freed = sum(dead.map((path) => this.#narSize(path)));
    return this.#report(dead, isWhole ? this.#leftovers() : [], isWhole ? this.#outdated() : [], freed);
  }

  async run(): Promise<Result<GcReport>> {
    const deleted: StorePath[] = [];
    // Left here by an earlier collection that was killed.
    await this.#emptyTrash();
    for (let start = 0; start < this.#candidates.length; start += BATCH) {
      this.#options.signal?.throwIfAborted();
      const batch = this.#deleteBatch(this.#candidates.slice(start, start + BATCH));
      if (!batch.ok) return batch;
      await this.#emptyTrash();
      for (const path of batch.value) this.#options.onDelete?.(path);
      deleted.push(...batch.value);
    }
    const leftovers: string[] = [];
    const outdated: string[] = [];
    if (this.#options.only === undefined) {
      for (const name of this.#leftovers()) {
        // Check again, because new roots may have come while the trash was emptied.
        if (!this.#isLeftover(name)) continue;
        this.#discard(join(this.#layout.storeDir, name));
        leftovers.push(name);
        await this.#emptyTrash();
      }
      for (const kept of this.#outdated()) {
        const removed = await removeTree(kept);
        // Another user's files are deleted when that user collects.
        if (!removed.ok) continue;
        this.#freed += removed.value;
        outdated.push(kept);
      }
      this.#deleteUnusedLinks();
      this.#deletePartialDownloads();
    }
    reserve(this.#layout);
    return ok(this.#report(deleted, leftovers, outdated, this.#freed));
  }

  /**
   * Removes registrations and moves trees away without yielding: a client of the roots server is answered before or
   * after, never in between. Paths become invalid first and then move. If killed in between, the tree is a leftover for
   * the next collection.
   */
  #deleteBatch(batch: readonly StorePath[]): Result<StorePath[]> {
    const dying = new Set<StorePath>();
    for (const path of batch) {
      if (this.#live.has(path) || !this.#database.isValid(path)) continue;
      // Registered after the graph was read, by a process that should have held this path as a root.
      const stranger = this.#database.referrers(path).find((referrer) => referrer !== path && !dying.has(referrer));
      if (stranger !== undefined) this.#markLive(path);
      else dying.add(path);
    }
    const dead = [...dying];
    const forgotten = this.#database.forget(dead);
    if (!forgotten.ok) return forgotten;
    for (const path of dead) {
      const hostPath = hostPathOf(this.#layout, path);
      if (statOf(hostPath) !== undefined) this.#discard(hostPath);
    }
    return ok(dead);
  }

  /** Names in the store's directory that are neither valid paths nor work in progress. */
  #leftovers(): string[] {
    return readdirSync(this.#layout.storeDir)
      .sort()
      .filter((name) => this.#isLeftover(name));
  }

  #isLeftover(name: string): boolean {
    const place = join(this.#layout.storeDir, name);
    if (place === this.#layout.linksDir) return false;
    if (name.endsWith('.lock')) return this.#isAbandonedLock(place);
    // Nix's own temporary directories, which their owners lock.
    if (name.startsWith('tmp-')) return !isLocked(place);
    const parsed = parseStorePathBaseName(name);
    if (!parsed.ok) return true;
    return !this.#heldHashes.has(storePathHash(parsed.value)) && !this.#database.isValid(parsed.value) && !isLocked(`${place}.lock`);
  }

  #isAbandonedLock(place: string): boolean {
    if (this.#options.dryRun === true) return !isLocked(place);
    // Deleted at once, in a way that waiting processes notice.
    tryLock(place, 'exclusive')?.releaseAndDelete();
    return false;
  }

  /** By the time when they were moved there or last opened by a shell, because builders set their other times. */
  #outdated(): string[] {
    const oldest = Date.now() - (this.#options.keepDays ?? KEPT_DAYS) * 86_400_000;
    return namesIn(this.#layout.keptDir)
      .sort()
      .map((name) => join(this.#layout.keptDir, name))
      .filter((place) => (statOf(place)?.ctimeMs ?? Infinity) < oldest);
  }

  /** Nix's hard links by content; one with a link count of 1 is no longer shared. */
  #deleteUnusedLinks(): void {
    for (const name of namesIn(this.#layout.linksDir)) {
      const link = join(this.#layout.linksDir, name);
      const stat = statOf(link);
      if (stat?.nlink !== 1) continue;
      unlinkSync(link);
      this.#freed += stat.blocks * 512;
    }
  }

  /** Partial downloads that no process is continuing. */
  #deletePartialDownloads(): void {
    for (const name of namesIn(this.#layout.partialDir)) {
      const fetchLock = tryLock(join(this.#layout.zilchLocksDir, `fetch-${basename(name, '.part')}.lock`), 'exclusive');
      if (fetchLock === undefined) continue;
      try {
        this.#freed += removeTreeSync(join(this.#layout.partialDir, name));
      } finally {
        fetchLock.releaseAndDelete();
      }
    }
  }

  /**
   * Moves a tree away, to be deleted later. If the file system cannot move it, it is deleted at once: overlayfs, which
   * containers use, cannot move a directory of a lower layer.
   */
  #discard(place: string): void {
    try {
      moveTree(place, this.#trashPlace());
    } catch (error) {
      if (!isSystemError(error) || error.code !== 'EXDEV') throw error;
      this.#freed += removeTreeSync(place);
    }
  }

  async #emptyTrash(): Promise<void> {
    for (const name of namesIn(this.#layout.zilchTrashDir)) {
      const removed = await removeTree(join(this.#layout.zilchTrashDir, name));
      // What cannot be deleted is no longer part of the store, and the next collection tries again.
      if (removed.ok) this.#freed += removed.value;
    }
  }

  #trashPlace(): string {
    return join(this.#layout.zilchTrashDir, randomBytes(8).toString('hex'));
  }

  /** A live path keeps what it refers to, and its derivation. */
  #markLive(path: StorePath): void {
    const pending = [path];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      const node = this.#nodes.get(next);
      if (node === undefined || this.#live.has(next)) continue;
      this.#live.add(next);
      pending.push(...node.references);
      if (node.deriver !== undefined) pending.push(node.deriver);
    }
  }

  #narSize(path: StorePath): number {
    return this.#nodes.get(path)?.narSize ?? 0;
  }

  #report(all: readonly StorePath[], leftovers: readonly string[], outdated: readonly string[], freedBytes: number): GcReport {
    const dead = [...all].sort().map((path) => ({ path, narSize: this.#narSize(path) }));
    return { dead, leftovers, outdated, liveCount: this.#nodes.size - dead.length, freedBytes };
  }
}

/** Orders paths so that none comes after one it refers to. */
function referrersFirst(paths: readonly StorePath[], nodes: ReadonlyMap<StorePath, PathNode>): StorePath[] {
  const wanted = new Set(paths);
  const done = new Set<StorePath>();
  const referencesFirst: StorePath[] = [];
  for (const path of paths) {
    // Depth first without recursion: chains of references can be longer than the stack.
    const stack: { path: StorePath; rest: Iterator<StorePath> }[] = [];
    const enter = (next: StorePath): void => {
      if (done.has(next) || !wanted.has(next)) return;
      done.add(next);
      stack.push({ path: next, rest: (nodes.get(next)?.references ?? []).values() });
    };
    enter(path);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const next = top.rest.next();
      if (next.done === true) {
        stack.pop();
        referencesFirst.push(top.path);
      } else enter(next.value);
    }
  }
  return referencesFirst.reverse();
}

function referrersClosure(nodes: readonly PathNode[], paths: readonly StorePath[]): StorePath[] {
  const referrers = new Map<StorePath, StorePath[]>();
  for (const node of nodes) {
    for (const reference of node.references) {
      const known = referrers.get(reference);
      if (known === undefined) referrers.set(reference, [node.path]);
      else known.push(node.path);
    }
  }
  const found = new Set(paths);
  for (const path of found) for (const referrer of referrers.get(path) ?? []) found.add(referrer);
  return [...found].sort();
}

function statOf(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}

function namesIn(directory: string): string[] {
  return statOf(directory) === undefined ? [] : readdirSync(directory);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
