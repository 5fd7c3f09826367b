/** Downloads one file over HTTP into a `.part` file, and continues where an earlier attempt stopped. */
import { closeSync, constants, ftruncateSync, openSync, statSync, truncateSync } from 'node:fs';
import { HttpFile, type HttpClient } from '../http/index.js';
import { err, fail, ok, type Failure, type Result } from '../result.js';
import { attempt, writeAll } from '../store/index.js';
import { StreamFailure } from '../stream-failure.js';

export interface Download {
  readonly url: string;
  /** What it already has is kept and continued. */
  readonly partFile: string;
  /** Size of the whole file, in bytes; a server may not send more. */
  readonly size: number;
  readonly client: HttpClient;
  readonly signal?: AbortSignal | undefined;
  /** Called with the number of bytes that are there. */
  readonly progress: (bytes: number) => void;
}

/**
 * Downloads until the part file has `size` bytes. Does not check them: the caller knows their hash. Fails with
 * `E_FETCH` naming the URL; the bytes so far are kept for another attempt.
 */
export async function download(job: Download): Promise<Result<void>> {
  const { url, client, size, signal, partFile } = job;
  if (!URL.canParse(url)) return fail('E_FETCH', `${url} is not a URL`);
  const start = attempt('write', partFile, () => partSize(partFile, size));
  if (!start.ok) return start;
  if (start.value === size) return ok(undefined);
  const file = await HttpFile.open(client, new URL(url), { start: start.value, size, signal, hashKnown: true });
  if (!file.ok) return err(ofSource(file.failure));
  return file.value === undefined ? fail('E_FETCH', `${url} is not there`) : receive(job, file.value);
}

async function receive({ partFile, progress }: Download, file: HttpFile): Promise<Result<void>> {
  const opened = attempt('write', partFile, () => openSync(partFile, constants.O_WRONLY | constants.O_CREAT, 0o600));
  if (!opened.ok) {
    file.close();
    return opened;
  }
  try {
    for await (const { position, bytes } of file.pieces()) {
      const written = attempt('write', partFile, () => {
        // A server that does not support ranges begins again, and may have another file than the one whose part was
        // there.
        if (position === 0) ftruncateSync(opened.value, 0);
        writeAll(opened.value, bytes, position);
      });
      if (!written.ok) return written;
      progress(position + bytes.length);
    }
    return ok(undefined);
  } catch (error) {
    if (error instanceof StreamFailure) return err(ofSource(error.failure));
    throw error;
  } finally {
    closeSync(opened.value);
  }
}

/** Bytes that are there; a part longer than the whole is useless, and is emptied. */
function partSize(partFile: string, size: number): number {
  const there = statSync(partFile, { throwIfNoEntry: false })?.size ?? 0;
  if (there <= size) return there;
  truncateSync(partFile, 0);
  return 0;
}

/** Whatever the server's failure, another place may have the source. */
function ofSource(failure: Failure): Failure {
  return failure.code === 'E_CANCELLED' ? failure : { code: 'E_FETCH', message: failure.message, cause: failure };
}
