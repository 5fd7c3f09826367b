/**
 * Pulls a closure of paths from caches into a store. Each path comes after its references, from the first cache that
 * has it and keeps its promise.
 */
import { join } from 'node:path';
import {
  formatDrvOutputId,
  parseDrvOutputId,
  storePathBaseName,
  type DrvOutputId,
  type NarInfo,
  type PathInfo,
  type Realisation,
  type StorePath,
} from '../../formats/index.js';
import { err, fail, ok, type Failure, type Result } from '../../result.js';
import type { EventBody } from '../../build/index.js';
import { removeTree, type Store } from '../../store/index.js';
import { inOrder } from '../in-order.js';
import { Gate } from '../gate.js';
import type { BinaryCache } from './binary-cache.js';
import { fetchNar } from './fetch-nar.js';
import { checkPathTrust, checkRealisationTrust, type Trust } from './trust.js';

export interface PullOptions {
  readonly store: Store;
  /** The caches, in the order to ask them. */
  readonly caches: readonly BinaryCache[];
  readonly trust: Trust;
  /** NARs at once; 4 by default. */
  readonly jobs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly emit?: ((event: EventBody) => void) | undefined;
}

export interface Pulled {
  /** Paths that were not valid before. */
  readonly paths: number;
  /** Bytes of their NARs. */
  readonly narBytes: number;
}

/** A cache's promise about a path. */
interface Offer {
  readonly cache: BinaryCache;
  readonly info: NarInfo;
}

/** Failures that no other cache or build would avoid. Failures of caches have other codes. */
export const OUR_OWN: readonly string[] = ['E_CANCELLED', 'E_DISK_FULL', 'E_READ_ONLY', 'E_PERMISSION', 'E_IO'];

const QUESTIONS_AT_ONCE = 32;
const NARS_AT_ONCE = 4;

/** One run of pulling; it remembers answers, and caches that do not answer. */
export class Puller {
  private readonly questions = new Gate(QUESTIONS_AT_ONCE);
  private readonly transfers: Gate;
  /** Caches that could not be reached or are invalid, because asking again for each path would take minutes. */
  private readonly dead = new Map<BinaryCache, Failure>();
  private readonly checked = new Map<BinaryCache, Promise<Result<void>>>();
  /** The reasons already reported for each unused cache. */
  private readonly told = new Set<string>();
  private readonly arriving = new Map<StorePath, Promise<Result<void>>>();
  private paths = 0;
  private narBytes = 0;

  constructor(private readonly options: PullOptions) {
    this.transfers = new Gate(options.jobs ?? NARS_AT_ONCE);
  }

  get pulled(): Pulled {
    return { paths: this.paths, narBytes: this.narBytes };
  }

  /**
   * Makes the paths and everything they refer to valid. Fails with `E_NOT_IN_CACHE` if no cache has one of them, before
   * any NAR is fetched, or with the last cache's failure. Paths before a failure stay.
   */
  async closure(roots: Iterable<StorePath>): Promise<Result<void>> {
    const offers = await this.offers(roots);
    if (!offers.ok) return offers;
    const paths = inOrder(offers.value.keys(), (path) => offers.value.get(path)?.info.references ?? []);
    // Honest references have no cycle, because they are known before the path. In a cycle, paths would wait for each
    // other for ever.
    if (!paths.ok)
      return fail(
        'E_CACHE_ANSWER',
        `paths of the caches refer to each other in a cycle: ${paths.failure.message}`,
        'a cache is broken or hostile: take another',
      );
    const results = await Promise.all(paths.value.map((path) => this.arrive(path, offers.value)));
    return results.find((result) => !result.ok) ?? ok(undefined);
  }

  /**
   * Finds the realisation of an output, pulls its path, and registers it. `false` if no cache has it. Also pulls
   * everything that the realisation depends on.
   */
  async realisation(id: DrvOutputId): Promise<Result<boolean>> {
    const known = await this.realisations([id]);
    if (!known.ok || known.value === undefined) return known.ok ? ok(false) : known;
    const pulled = await this.closure(known.value.map(({ outPath }) => outPath));
    if (!pulled.ok) {
      // A missing path is reported only if a cache has a realisation that names it.
      if (pulled.failure.code === 'E_NOT_IN_CACHE') for (const cache of this.alive()) this.refused(cache, pulled.failure);
      return pulled;
    }
    const registered = this.options.store.registerRealisations(known.value);
    return registered.ok ? ok(true) : registered;
  }

  /**
   * The realisations and those they depend on, which come first; `undefined` if one is unknown. All name the same path
   * for one output.
   */
  private async realisations(ids: readonly DrvOutputId[]): Promise<Result<readonly Realisation[] | undefined>> {
    const found = new Map<string, Realisation>();
    const named = new Map<string, StorePath>();
    const pending = [...ids];
    for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
      if (found.has(formatDrvOutputId(id)) || this.options.store.realisation(id) !== undefined) continue;
      const realisation = await this.askForRealisation(id, named);
      if (!realisation.ok || realisation.value === undefined) return realisation.ok ? ok(undefined) : realisation;
      found.set(formatDrvOutputId(id), realisation.value);
      named.set(formatDrvOutputId(id), realisation.value.outPath);
      for (const [text, path] of realisation.value.dependentRealisations) {
        named.set(text, path);
        const dependency = parseDrvOutputId(text);
        if (dependency.ok) pending.push(dependency.value);
      }
    }
    const ordered = inOrder(found.keys(), (text) => found.get(text)?.dependentRealisations.keys() ?? []);
    return ordered.ok ? ok(ordered.value.map((text) => found.get(text)!)) : ordered;
  }

  private async askForRealisation(id: DrvOutputId, named: ReadonlyMap<string, StorePath>): Promise<Result<Realisation | undefined>> {
    let refused: Result<never> | undefined;
    for (const cache of this.alive()) {
      const answer = await this.ask(cache, () => cache.realisation(id, this.options.signal));
      if (!answer.ok) {
        refused = answer;
        continue;
      }
      if (answer.value === undefined) continue;
      const trusted = checkRealisationTrust(answer.value, this.options.trust, cache.address);
      const fitting = trusted.ok ? this.checkFits(answer.value, named, cache) : trusted;
      if (fitting.ok) return answer;
      this.refused(cache, fitting.failure);
      refused = fitting;
    }
    return refused ?? ok(undefined);
  }

  /**
   * A build that is not deterministic has several paths for one output; an output built with another path than ours
   * refers to that path.
   */
  private checkFits(realisation: Realisation, named: ReadonlyMap<string, StorePath>, cache: BinaryCache): Result<void> {
    for (const [text, path] of [[formatDrvOutputId(realisation.id), realisation.outPath] as const, ...realisation.dependentRealisations]) {
      const id = parseDrvOutputId(text);
      const other = (id.ok ? this.options.store.realisation(id.value)?.outPath : undefined) ?? named.get(text) ?? path;
      if (other === path) continue;
      return fail(
        'E_REALISATION_CONFLICT',
        `${cache.address} says of ${realisation.outPath} that ${text} is ${path}, but here it is ${other}`,
        'a build is not deterministic: take both from one cache, or build them here',
      );
    }
    return ok(undefined);
  }

  /** Finds which cache has which of the closure's missing paths. */
  private async offers(roots: Iterable<StorePath>): Promise<Result<ReadonlyMap<StorePath, Offer>>> {
    const offers = new Map<StorePath, Offer>();
    const seen = new Set<StorePath>();
    const visit = async (path: StorePath): Promise<Result<void>> => {
      if (seen.has(path)) return ok(undefined);
      seen.add(path);
      const rooted = await this.options.store.addTempRoot(path);
      if (!rooted.ok || this.options.store.isValid(path)) return rooted;
      const offer = await this.offer(path, this.alive());
      if (!offer.ok) return offer;
      offers.set(path, offer.value);
      const visited = await Promise.all(offer.value.info.references.map(visit));
      return visited.find((result) => !result.ok) ?? ok(undefined);
    };
    for (const visited of await Promise.all([...roots].map(visit))) if (!visited.ok) return visited;
    return ok(offers);
  }

  /** The first cache that has the path and is trusted. */
  private async offer(path: StorePath, caches: readonly BinaryCache[]): Promise<Result<Offer>> {
    let refused: Failure | undefined;
    for (const cache of caches) {
      const answer = await this.ask(cache, () => cache.narInfo(path, this.options.signal));
      if (!answer.ok) {
        refused = answer.failure;
        continue;
      }
      if (answer.value === undefined) continue;
      const trusted = checkPathTrust(answer.value, this.options.trust, cache.address);
      if (trusted.ok) return ok({ cache, info: answer.value });
      this.refused(cache, trusted.failure);
      refused = trusted.failure;
    }
    refused ??= [...this.dead.values()][0];
    return refused === undefined ? fail('E_NOT_IN_CACHE', `no cache has ${path}`, 'build it, or name another cache') : err(refused);
  }

  private async ask<T>(cache: BinaryCache, question: () => Promise<Result<T>>): Promise<Result<T>> {
    const checked = this.checked.get(cache) ?? cache.check(this.options.signal);
    this.checked.set(cache, checked);
    const usable = await checked;
    const answer = usable.ok ? await this.questions.within(question) : usable;
    if (answer.ok) return answer;
    if (!usable.ok || answer.failure.code === 'E_NETWORK') this.dead.set(cache, answer.failure);
    this.refused(cache, answer.failure);
    return answer;
  }

  private arrive(path: StorePath, offers: ReadonlyMap<StorePath, Offer>): Promise<Result<void>> {
    const arriving = this.arriving.get(path) ?? this.fetch(path, offers);
    this.arriving.set(path, arriving);
    return arriving;
  }

  /** Fetches a path while its references arrive, and registers it after them. */
  private async fetch(path: StorePath, offers: ReadonlyMap<StorePath, Offer>): Promise<Result<void>> {
    const first = offers.get(path);
    if (first === undefined) throw new Error(`Internal error: nobody offers ${path}`);
    const { store, signal } = this.options;
    const directory = store.tempDir();
    if (!directory.ok) return directory;
    try {
      const hostPath = join(directory.value, 'tree');
      const fetched = await this.transfers.within(async (): Promise<Result<Offer>> => {
        if (signal?.aborted === true) return fail('E_CANCELLED', 'stopped while pulling');
        return this.fetchFromAny(path, first, hostPath);
      });
      if (!fetched.ok) return fetched;
      const { info } = fetched.value;
      for (const reference of info.references) {
        const arrived = reference === path ? undefined : await this.arriving.get(reference);
        if (arrived?.ok === false) return arrived;
      }
      const added = await store.addPaths([{ hostPath, info: pathInfoOf(info) }]);
      if (!added.ok) return added;
      this.paths++;
      this.narBytes += info.narSize;
      this.options.emit?.({ type: 'fetch-done', name: storePathBaseName(path), path });
      return ok(undefined);
    } finally {
      await removeTree(directory.value);
    }
  }

  private async fetchFromAny(path: StorePath, first: Offer, hostPath: string): Promise<Result<Offer>> {
    const name = storePathBaseName(path);
    for (let offer = first; ;) {
      this.options.emit?.({ type: 'fetch-start', name, from: offer.cache.address, size: offer.info.narSize });
      const fetched = await fetchNar(offer.cache, offer.info, hostPath, this.options.signal);
      if (fetched.ok) return ok(offer);
      const left = this.options.caches.slice(this.options.caches.indexOf(offer.cache) + 1);
      const next = fetched.failure.code === 'E_CANCELLED' || left.length === 0 ? undefined : await this.offer(path, left);
      this.refused(offer.cache, fetched.failure);
      this.options.emit?.({ type: 'fetch-failed', name, failure: fetched.failure, final: next?.ok !== true, cache: offer.cache.address });
      if (next?.ok !== true) return fetched;
      offer = next.value;
    }
  }

  private alive(): readonly BinaryCache[] {
    return this.options.caches.filter((cache) => !this.dead.has(cache));
  }

  /** Reports why a cache is not used, once for each reason and not for each path. */
  private refused({ address }: BinaryCache, failure: Failure): void {
    const reason = `${failure.code} ${address}`;
    if (OUR_OWN.includes(failure.code) || this.told.has(reason)) return;
    this.told.add(reason);
    this.options.emit?.({ type: 'cache-refused', cache: address, failure });
  }
}

/** The part of a narinfo file that a store keeps. */
function pathInfoOf({ path, narHash, narSize, references, deriver, contentAddress, signatures }: NarInfo): PathInfo {
  return { path, narHash, narSize, references, deriver, contentAddress, signatures, ultimate: false };
}
