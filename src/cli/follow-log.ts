/** A log while it is written: what is there, and what comes, until nobody builds any more. */
import { setTimeout as sleep } from 'node:timers/promises';
import { LogFile } from '../build/index.js';
import { ok, type Result } from '../result.js';

const POLL_MS = 200;
const PIECE_BYTES = 1 << 20;

export interface Following {
  readonly path: string;
  /** Where to begin, in bytes. */
  readonly from: number;
  /** Whether it is still being written, or going to be. */
  readonly isGoingOn: () => boolean;
  readonly signal: AbortSignal;
  readonly write: (bytes: Uint8Array) => Promise<void>;
}

/** A build that did not fit into memory is done again on disk, and its log begins anew. */
export async function followLog({ path, from, isGoingOn, signal, write }: Following): Promise<Result<undefined>> {
  for (let position = from; ;) {
    // Asked before reading: what was written before the end is read after it.
    const goesOn = isGoingOn();
    const opened = LogFile.open(path);
    if (!opened.ok) return opened;
    const log = opened.value;
    try {
      const size = log?.size() ?? ok(0);
      if (!size.ok) return size;
      if (size.value < position) position = 0;
      while (log !== undefined && position < size.value) {
        const read = log.read(position, Math.min(PIECE_BYTES, size.value - position));
        if (!read.ok) return read;
        if (read.value.length === 0) break;
        position += read.value.length;
        await write(read.value);
      }
    } finally {
      log?.close();
    }
    if (!goesOn || signal.aborted) return ok(undefined);
    await sleep(POLL_MS);
  }
}
