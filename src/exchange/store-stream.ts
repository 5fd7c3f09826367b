import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { PathInfo, StorePath } from '../formats/index.js';
import type { Failure } from '../result.js';
import { streamTree, type Store } from '../store/index.js';
import { StreamFailure, type ByteStream } from '../stream-failure.js';

const SLICE_MS = 10;

/**
 * The NAR of a valid path, read from disk on demand. Ends in `E_STORE_DAMAGED`, instead of ending, if the files differ
 * from what was registered, so no damage is passed on. Hashing is nearly half of the work. Paths in `sound` are not
 * hashed; those whose hash is right are added to it.
 */
export async function* storeNar(
  store: Store,
  info: Pick<PathInfo, 'path' | 'narHash' | 'narSize'>,
  sound = new Set<StorePath>(),
): ByteStream & AsyncGenerator<Uint8Array> {
  const hash = sound.has(info.path) ? undefined : createHash('sha256');
  let size = 0;
  // One piece is held back, so the last is passed on only after the check.
  let held: Uint8Array | undefined;
  try {
    let slice = performance.now();
    for (const chunk of streamTree(store.hostPath(info.path))) {
      hash?.update(chunk);
      size += chunk.length;
      if (held !== undefined) yield held;
      held = chunk;
      // Reading blocks, and a reader that never waits would block all others.
      if (performance.now() - slice > SLICE_MS) {
        await nextTurn();
        slice = performance.now();
      }
    }
  } catch (error) {
    const cause = error instanceof Error ? (error.cause as Failure | undefined) : undefined;
    throw cause === undefined || !('code' in cause) ? error : new StreamFailure(cause);
  }
  if (size !== info.narSize || (hash !== undefined && hash.digest('hex') !== info.narHash)) {
    throw new StreamFailure({
      code: 'E_STORE_DAMAGED',
      message: `${store.hostPath(info.path)} is not what was registered as ${info.path}`,
      hint: '`zilch verify-store` lists what is damaged',
    });
  }
  sound.add(info.path);
  if (held !== undefined) yield held;
}
