/**
 * Pushes a closure of paths from a store into a cache. Each path comes after its references, so a cache never has a
 * path without its closure.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import {
  formatDrvOutputId,
  formatHash,
  pathFingerprint,
  realisationFingerprint,
  sha256Hash,
  signText,
  type PathInfo,
  type Realisation,
  type SecretKey,
  type Sha256,
  type StorePath,
} from '../../formats/index.js';
import { err, fail, ok, type Result } from '../../result.js';
import { ioFailure, removeTree, type Store } from '../../store/index.js';
import { Gate } from '../gate.js';
import { inOrder } from '../in-order.js';
import { StreamFailure } from '../../stream-failure.js';
import { storeNar } from '../store-stream.js';
import { NAR_TYPE, narInfoKey, type BinaryCache } from './binary-cache.js';
import { compress, COMPRESSIONS, type Compression } from './compression.js';

export interface PushOptions {
  readonly store: Store;
  readonly cache: BinaryCache;
  readonly compression: Compression;
  /** Signs every path and realisation; signatures that the store has are passed on as well. */
  readonly secretKeys: readonly SecretKey[];
  readonly signal?: AbortSignal | undefined;
  /** Called for every path that was pushed. */
  readonly onPush?: ((path: StorePath, fileSize: number) => void) | undefined;
}

export interface Pushed {
  /** Paths the cache did not have. */
  readonly paths: number;
  /** Their bytes in the cache. */
  readonly fileBytes: number;
}

const NARS_AT_ONCE = 4;

/**
 * Pushes the closure of the paths, then the realisations. Existing files of the cache do not change, except that
 * realisations get more signatures.
 */
export async function push(roots: Iterable<StorePath>, realisations: readonly Realisation[], options: PushOptions): Promise<Result<Pushed>> {
  const { store, cache, signal } = options;
  const prepared = await cache.prepare(signal);
  if (!prepared.ok) return prepared;
  const infos = new Map<StorePath, PathInfo>();
  for (const path of store.closure(roots)) {
    const info = store.pathInfo(path);
    if (info === undefined) return fail('E_NOT_VALID', `${path} is not in ${store.root}`, 'build it first');
    infos.set(path, info);
  }
  const ordered = inOrder(infos.keys(), (path) => infos.get(path)?.references ?? []);
  if (!ordered.ok) return ordered;
  const gate = new Gate(NARS_AT_ONCE);
  const done = new Map<StorePath, Promise<Result<number | undefined>>>();
  for (const path of ordered.value) done.set(path, pushPath(infos.get(path)!, options, gate, done));
  const results = await Promise.all(done.values());
  let paths = 0;
  let fileBytes = 0;
  for (const result of results) {
    if (!result.ok) return result;
    if (result.value !== undefined) paths++;
    fileBytes += result.value ?? 0;
  }
  for (const realisation of realisations) {
    const put = await pushRealisation(realisation, options);
    if (!put.ok) return put;
  }
  return ok({ paths, fileBytes });
}

/** Fails with `E_REALISATION_CONFLICT` if the cache has another path for the output. */
async function pushRealisation(realisation: Realisation, { cache, secretKeys, signal }: PushOptions): Promise<Result<void>> {
  const there = await cache.realisation(realisation.id, signal);
  if (!there.ok) return there;
  const { outPath, signatures: known } = there.value ?? { ...realisation, signatures: [] };
  if (outPath !== realisation.outPath)
    return fail(
      'E_REALISATION_CONFLICT',
      `${cache.address} has ${outPath} for ${formatDrvOutputId(realisation.id)}, not ${realisation.outPath}`,
      'the build is not deterministic: pull that into another store to compare the two, or push to another cache',
    );
  const fingerprint = realisationFingerprint(realisation);
  // Signatures sign the whole realisation, so existing ones would not fit ours.
  if (there.value !== undefined && known.length > 0 && realisationFingerprint(there.value) !== fingerprint) return ok(undefined);
  const signatures = new Set([...known, ...realisation.signatures, ...secretKeys.map((key) => signText(fingerprint, key))]);
  if (there.value !== undefined && signatures.size === known.length) return ok(undefined);
  return cache.putRealisation({ ...realisation, signatures: [...signatures] }, signal);
}

/** Returns the size of the uploaded file; `undefined` if the cache had the path. */
async function pushPath(
  info: PathInfo,
  options: PushOptions,
  gate: Gate,
  done: ReadonlyMap<StorePath, Promise<Result<number | undefined>>>,
): Promise<Result<number | undefined>> {
  const { store, cache, compression, secretKeys, signal } = options;
  const put = await gate.within(async (): Promise<Result<CompressedNar | undefined>> => {
    if (signal?.aborted === true) return fail('E_CANCELLED', 'stopped while pushing');
    const there = await cache.blobs.has(narInfoKey(info.path), signal);
    if (!there.ok || there.value) return there.ok ? ok(undefined) : there;
    const directory = store.tempDir();
    if (!directory.ok) return directory;
    try {
      // Its name in the cache is its hash, so it must be complete before it can be sent.
      const file = join(directory.value, 'nar');
      const nar = await compressTo(file, store, info, compression);
      if (!nar.ok) return nar;
      const blob = { size: nar.value.size, open: () => createReadStream(file, { highWaterMark: 1 << 18 }), contentType: NAR_TYPE };
      const sent = await cache.blobs.put(narKey(nar.value.hash, compression), blob, signal);
      return sent.ok ? nar : sent;
    } finally {
      await removeTree(directory.value);
    }
  });
  if (!put.ok || put.value === undefined) return put as Result<undefined>;
  for (const reference of info.references) {
    const pushed = reference === info.path ? undefined : await done.get(reference);
    if (pushed?.ok === false) return pushed;
  }
  const signatures = secretKeys.map((key) => signText(pathFingerprint(info), key));
  const told = await cache.putNarInfo(
    {
      ...info,
      signatures: [...new Set([...info.signatures, ...signatures])],
      url: narKey(put.value.hash, compression),
      compression,
      fileHash: sha256Hash(put.value.hash),
      fileSize: put.value.size,
    },
    signal,
  );
  if (!told.ok) return told;
  options.onPush?.(info.path, put.value.size);
  return ok(put.value.size);
}

interface CompressedNar {
  readonly hash: Sha256;
  readonly size: number;
}

/** The name of a NAR's file in a cache. */
function narKey(fileHash: Sha256, compression: Compression): string {
  return `nar/${formatHash(sha256Hash(fileHash), 'base32')}.nar${COMPRESSIONS[compression]}`;
}

/** Writes a path's NAR, compressed, into a new file. */
async function compressTo(file: string, store: Store, info: PathInfo, compression: Compression): Promise<Result<CompressedNar>> {
  const hash = createHash('sha256');
  let size = 0;
  try {
    const handle = await open(file, 'wx');
    try {
      for await (const chunk of compress(storeNar(store, info), compression)) {
        hash.update(chunk);
        size += chunk.length;
        await handle.writeFile(chunk);
      }
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof StreamFailure) return err(error.failure);
    return err(ioFailure('write', file, error));
  }
  return ok({ hash: hash.digest('hex') as Sha256, size });
}
