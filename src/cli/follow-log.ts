/** A log while it is being written: the part that is there, then the rest until the build ends. */
import { setTimeout as sleep } from 'node:timers/promises';
import { LogFile } from '../build/index.js';
import { ok, type Result } from '../result.js';

const POLL_MS = 200;
const PIECE_BYTES = 1 << 20;

export interface Following {
  readonly path: string;
  /** The offset of the first byte to read. */
  readonly from: number;
  /** Whether the log is being written or will be. */
  readonly isGoingOn: () => boolean;
  readonly signal: AbortSignal;
  /** Gets the offset of the first of the bytes, too. */
  readonly write: (bytes: Uint8Array, at: number) => Promise<void>;
}

/** A build that did not fit into memory starts again on disk, with a new log. */
export async function followLog({ path, from, isGoingOn, signal, write }: Following): Promise<Result<undefined>> {
  for (let position = from; ;) {
    // Asked before reading, so that the last lines are read too.
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
        await write(read.value, position);
        position += read.value.length;
      }
    } finally {
      log?.close();
    }
    if (!goesOn || signal.aborted) return ok(undefined);
    await sleep(POLL_MS);
  }
}
