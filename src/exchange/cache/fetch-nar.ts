/**
 * Fetches one NAR from a cache to disk. It creates nothing outside its place or beyond its size, and keeps only what
 * was promised.
 */
import { createHash } from 'node:crypto';
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeContentPath, ModuloHasher, sha256Hash, storePathHash, storePathName, type NarInfo } from '../../formats/index.js';
import { err, fail, ok, type Result } from '../../result.js';
import { attemptAsync, removeTree, restoreTree } from '../../store/index.js';
import { hashPlainFile } from '../content-proof.js';
import { StreamFailure, type ByteStream } from '../../stream-failure.js';
import type { BinaryCache } from './binary-cache.js';
import { decompress, parseCompression } from './compression.js';

const HOSTILE = 'the cache is broken or hostile: take another';
/** Failures of the disk; all other failures of restoring are the archive's. */
const OUR_DISK: readonly string[] = ['E_DISK_FULL', 'E_READ_ONLY'];
/** Failures that parts of two files can cause. */
const WRONG_NAR: readonly string[] = ['E_NAR', 'E_NAR_HASH', 'E_NAR_SIZE', 'E_COMPRESSION'];

/**
 * Fetches a path's NAR and restores it at `hostPath`. Fails, leaving nothing, if its size differs from its narinfo
 * (`E_NAR_SIZE`), its hash differs (`E_NAR_HASH`), it is no NAR or cannot be restored (`E_NAR`), or its content address
 * makes another path (`E_CONTENT_ADDRESS`). `E_DISK_FULL` and `E_READ_ONLY` are about our own disk.
 */
export async function fetchNar(cache: BinaryCache, info: NarInfo, hostPath: string, signal?: AbortSignal): Promise<Result<void>> {
  const came = { inParts: false };
  const first = await fetchOnce(cache, info, hostPath, came, signal);
  if (first.ok || !came.inParts || !WRONG_NAR.includes(first.failure.code)) return first;
  // The parts did not fit each other: try once more, in one part if possible.
  return fetchOnce(cache, info, hostPath, came, signal);
}

async function fetchOnce(
  cache: BinaryCache,
  info: NarInfo,
  hostPath: string,
  came: { inParts: boolean },
  signal?: AbortSignal,
): Promise<Result<void>> {
  const compression = parseCompression(info.compression);
  if (!compression.ok) return compression;
  const room = await checkRoom(info, dirname(hostPath));
  if (!room.ok) return room;
  const blob = await cache.blobs.getNar(info.url, signal);
  if (!blob.ok) return blob;
  if (blob.value === undefined)
    return fail('E_CACHE_ANSWER', `${cache.address} has no ${info.url}, which its narinfo of ${info.path} names`, HOSTILE);

  const checks = new NarChecks(info, cache.address);
  try {
    const limited = limit(blob.value.body, compressedLimit(info), `${cache.address}/${info.url}`);
    const restored = await restoreTree(checks.pass(decompress(limited, compression.value)), hostPath);
    // A wrong length or hash is a clearer message than the first wrong byte.
    const checked = await checks.finish(restored, hostPath);
    if (!checked.ok) await removeTree(hostPath);
    return checked;
  } catch (error) {
    await removeTree(hostPath);
    if (error instanceof StreamFailure) return err(error.failure);
    throw error;
  } finally {
    came.inParts = blob.value.isPieced?.() === true;
  }
}

/** Compression adds at most a little, so a longer file is not the NAR. */
function compressedLimit({ fileSize, narSize }: NarInfo): number {
  const most = narSize + Math.ceil(narSize / 64) + 65536;
  return Math.min(fileSize ?? most, most);
}

async function* limit(source: ByteStream, most: number, what: string): ByteStream & AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of source) {
    size += chunk.length;
    if (size > most)
      throw new StreamFailure({
        code: 'E_NAR_SIZE',
        message: `${what} does not end where its narinfo says it does, after at most ${most} bytes`,
        hint: HOSTILE,
      });
    yield chunk;
  }
}

/** A cache may name any size. Refuse it now, and not with a full disk in an hour. */
async function checkRoom(info: NarInfo, directory: string): Promise<Result<void>> {
  const file = await attemptAsync('look at the disk of', directory, () => statfs(directory));
  if (!file.ok) return file;
  const free = file.value.bavail * file.value.bsize;
  if (info.narSize <= free) return ok(undefined);
  return fail(
    'E_NO_ROOM',
    `${info.path} has ${info.narSize} bytes, and ${directory} has room for ${free}`,
    'make room, or put the store elsewhere with --store',
  );
}

class NarChecks {
  private readonly hash = createHash('sha256');
  private readonly modulo: ModuloHasher | undefined;
  private size = 0;

  constructor(
    private readonly info: NarInfo,
    private readonly from: string,
  ) {
    // A path that refers to itself needs its hash modulo itself; for all others the plain hash is enough.
    if (info.contentAddress?.method === 'recursive' && (info.references.includes(info.path) || info.contentAddress.hash.algorithm !== 'sha256')) {
      this.modulo = new ModuloHasher(storePathHash(info.path), info.contentAddress.hash.algorithm);
    }
  }

  async *pass(source: ByteStream): ByteStream & AsyncGenerator<Uint8Array> {
    for await (const chunk of source) {
      this.size += chunk.length;
      if (this.size > this.info.narSize) throw new StreamFailure(this.wrongSize('longer').failure);
      this.hash.update(chunk);
      this.modulo?.push(chunk);
      yield chunk;
    }
  }

  async finish(restored: Result<void>, hostPath: string): Promise<Result<void>> {
    const { info } = this;
    if (!restored.ok && OUR_DISK.includes(restored.failure.code)) return restored;
    if (this.size < info.narSize && restored.ok) return this.wrongSize('shorter');
    const found = this.hash.digest('hex');
    if (restored.ok && found === info.narHash) return this.checkContentAddress(hostPath);
    if (!restored.ok) return fail('E_NAR', `${this.from} gives a NAR for ${info.path} that cannot be restored: ${restored.failure.message}`, HOSTILE);
    return fail('E_NAR_HASH', `${this.from} gives a NAR for ${info.path} whose hash is ${found}, not ${info.narHash} as promised`, HOSTILE);
  }

  private async checkContentAddress(hostPath: string): Promise<Result<void>> {
    const { path, narHash, contentAddress, references } = this.info;
    if (contentAddress === undefined) return ok(undefined);
    const { method, hash: claimed } = contentAddress;
    const hash = method === 'recursive' ? ok(this.modulo?.digest() ?? sha256Hash(narHash)) : await hashPlainFile(hostPath, claimed.algorithm);
    if (!hash.ok) return hash;
    const others = references.filter((reference) => reference !== path);
    const self = others.length < references.length;
    const isSha256 = claimed.algorithm === 'sha256';
    const mayRefer = isSha256 && (method === 'recursive' || (method === 'text' && !self));
    const isKind = mayRefer || (method !== 'text' && references.length === 0);
    if (isKind && hash.value?.hex === claimed.hex) {
      const made = makeContentPath(storePathName(path), method, claimed, { others, self });
      if (made === path) return ok(undefined);
    }
    return fail('E_CONTENT_ADDRESS', `${this.from} calls ${path} content-addressed, but its content makes another path`, HOSTILE);
  }

  private wrongSize(how: string): ReturnType<typeof fail> {
    return fail('E_NAR_SIZE', `${this.from} gives a NAR for ${this.info.path} that is ${how} than the ${this.info.narSize} bytes promised`, HOSTILE);
  }
}
