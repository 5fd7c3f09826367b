/** A binary cache in Nix's layout. Every answer is checked before it is used. */
import {
  formatDrvOutputId,
  parseNarInfo,
  parseRealisation,
  storePathHash,
  writeNarInfo,
  writeRealisation,
  STORE_DIR,
  type DrvOutputId,
  type NarInfo,
  type Realisation,
  type StorePath,
} from '../../formats/index.js';
import { fail, ok, type Result } from '../../result.js';
import { readSmall, textBlob, type Blobs } from '../blobs/index.js';

/** Far above any real file; a narinfo with 10,000 references has 700 KB. */
const MAX_NARINFO = 4 << 20;
const MAX_REALISATION = 4 << 20;
const MAX_CACHE_INFO = 1 << 16;

const CACHE_INFO = 'nix-cache-info';

const HOSTILE = 'the cache is broken or hostile: take another';

export const NARINFO_TYPE = 'text/x-nix-narinfo';
export const NAR_TYPE = 'application/x-nix-nar';
export const JSON_TYPE = 'application/json';

/** The name of a path's narinfo file in a cache. */
export function narInfoKey(path: StorePath): string {
  return `${storePathHash(path)}.narinfo`;
}

/** The name of a realisation's file in a cache. */
export function realisationKey(id: DrvOutputId): string {
  return `realisations/${formatDrvOutputId(id)}.doi`;
}

/** The text of `nix-cache-info`. Lower priorities are asked first. */
export function cacheInfo(priority: number): string {
  return `StoreDir: ${STORE_DIR}\nWantMassQuery: 1\nPriority: ${priority}\n`;
}

export class BinaryCache {
  constructor(readonly blobs: Blobs) {}

  get address(): string {
    return this.blobs.address;
  }

  /** The cache's narinfo of a path, `undefined` if it does not have it. Signatures are not checked here. */
  async narInfo(path: StorePath, signal?: AbortSignal): Promise<Result<NarInfo | undefined>> {
    const key = narInfoKey(path);
    const text = await readSmall(this.blobs, key, MAX_NARINFO, signal);
    if (!text.ok) return text;
    if (text.value === undefined) return ok(undefined);
    const info = parseNarInfo(text.value);
    if (!info.ok) return this.broken(key, info.failure.message);
    if (info.value.path !== path) return this.broken(key, `it is about ${info.value.path}, not ${path}`);
    if (info.value.narSize === 0) return this.broken(key, 'its NarSize is 0, which no NAR has');
    return info;
  }

  /** The cache's realisation of an output; `undefined` if it has none. Signatures are not checked here. */
  async realisation(id: DrvOutputId, signal?: AbortSignal): Promise<Result<Realisation | undefined>> {
    const key = realisationKey(id);
    const text = await readSmall(this.blobs, key, MAX_REALISATION, signal);
    if (!text.ok) return text;
    if (text.value === undefined) return ok(undefined);
    const realisation = parseRealisation(text.value);
    if (!realisation.ok) return this.broken(key, realisation.failure.message);
    if (formatDrvOutputId(realisation.value.id) !== formatDrvOutputId(id))
      return this.broken(key, `it is about ${formatDrvOutputId(realisation.value.id)}`);
    return realisation;
  }

  putNarInfo(info: NarInfo, signal?: AbortSignal): Promise<Result<void>> {
    return this.blobs.put(narInfoKey(info.path), textBlob(writeNarInfo(info), NARINFO_TYPE), signal);
  }

  putRealisation(realisation: Realisation, signal?: AbortSignal): Promise<Result<void>> {
    return this.blobs.put(realisationKey(realisation.id), textBlob(writeRealisation(realisation), JSON_TYPE), signal);
  }

  /** Fails with `E_CACHE_ADDRESS` if this is no cache, or a cache for another store directory. */
  async check(signal?: AbortSignal): Promise<Result<void>> {
    const text = await readSmall(this.blobs, CACHE_INFO, MAX_CACHE_INFO, signal);
    if (!text.ok) return text;
    if (text.value !== undefined) return this.checkStoreDirectory(text.value);
    return fail('E_CACHE_ADDRESS', `${this.address} is not a binary cache: it has no file ${CACHE_INFO}`, await this.whatElse());
  }

  /** What to do where there is no cache: a store is taken for one easily. */
  private async whatElse(): Promise<string> {
    const isStore = this.address.startsWith('file:') ? await this.blobs.has('nix/var/nix/db/db.sqlite') : ok(false);
    return isStore.ok && isStore.value
      ? 'it is a store: zilch copy --store THIS ANOTHER TARGET… copies from it, and zilch cache serve --store THIS makes it a cache'
      : 'check the address';
  }

  /** Creates the cache if it is new; fails with `E_CACHE_ADDRESS` if it is for another store directory. */
  async prepare(signal?: AbortSignal): Promise<Result<void>> {
    const text = await readSmall(this.blobs, CACHE_INFO, MAX_CACHE_INFO, signal);
    if (!text.ok) return text;
    if (text.value === undefined) return this.blobs.put(CACHE_INFO, textBlob(cacheInfo(40), 'text/x-nix-cache-info'), signal);
    return this.checkStoreDirectory(text.value);
  }

  /** A cache that names none is for the usual one, like in Nix. */
  private checkStoreDirectory(info: string): Result<void> {
    const storeDir = /^StoreDir:(.*)$/m.exec(info)?.[1]?.trim() ?? STORE_DIR;
    if (storeDir === STORE_DIR) return ok(undefined);
    return fail('E_CACHE_ADDRESS', `${this.address} is a cache for ${storeDir.slice(0, 200)}, not for ${STORE_DIR}`);
  }

  private broken(key: string, why: string): Result<never> {
    return fail('E_CACHE_ANSWER', `${this.address}/${key} is wrong: ${why}`, HOSTILE);
  }
}
