import { join } from 'node:path';
import type { PathInfo, Realisation, StorePath } from '../formats/index.js';
import { err, fail, ok, type Result } from '../result.js';
import { removeTree, restoreTree, type NewPath, type Store } from '../store/index.js';
import { inOrder } from './in-order.js';
import { storeNar } from './store-stream.js';
import { StreamFailure } from '../stream-failure.js';

/** Paths that become valid together: enough to make transactions cheap, and few enough that a crash loses little. */
const BATCH = 64;

/**
 * Copies the closure of paths from one store to another, then their realisations. It compares hashes while reading, so
 * damage does not spread. Returns the number of paths that were not there.
 */
export async function copyClosure(
  from: Store,
  to: Store,
  roots: Iterable<StorePath>,
  realisations: readonly Realisation[] = [],
  signal?: AbortSignal,
): Promise<Result<number>> {
  const infos = new Map<StorePath, PathInfo>();
  for (const path of from.closure(roots)) {
    const rooted = await to.addTempRoot(path);
    if (!rooted.ok) return rooted;
    if (to.isValid(path)) continue;
    const info = from.pathInfo(path);
    if (info === undefined) return fail('E_NOT_VALID', `${path} is not in ${from.root}`);
    infos.set(path, info);
  }
  const ordered = inOrder(infos.keys(), (path) => infos.get(path)?.references ?? []);
  if (!ordered.ok) return ordered;
  for (let done = 0; done < ordered.value.length; done += BATCH) {
    if (signal?.aborted === true) return fail('E_CANCELLED', `stopped while copying to ${to.root}`);
    const batch = ordered.value.slice(done, done + BATCH).map((path) => infos.get(path)!);
    const copied = await copyBatch(from, to, batch);
    if (!copied.ok) return copied;
  }
  const registered = to.registerRealisations(realisations);
  return registered.ok ? ok(infos.size) : registered;
}

async function copyBatch(from: Store, to: Store, batch: readonly PathInfo[]): Promise<Result<void>> {
  const directory = to.tempDir();
  if (!directory.ok) return directory;
  try {
    const news: NewPath[] = [];
    for (const [index, info] of batch.entries()) {
      const hostPath = join(directory.value, String(index));
      const restored = await restoreTree(storeNar(from, info), hostPath);
      if (!restored.ok) return restored;
      news.push({ hostPath, info: { ...info, ultimate: false, registrationTime: undefined } });
    }
    return await to.addPaths(news);
  } catch (error) {
    if (error instanceof StreamFailure) return err(error.failure);
    throw error;
  } finally {
    await removeTree(directory.value);
  }
}
