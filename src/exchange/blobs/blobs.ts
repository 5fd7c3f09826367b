/**
 * The files of a binary cache, in a directory, on an HTTP server or in an S3 bucket. Files are named by relative paths
 * such as `nar/….nar.zst`.
 */
import { fail, ok, type Result } from '../../result.js';
import { StreamFailure, type ByteStream } from '../../stream-failure.js';

/** One file, open for reading. Read it to its end or stop the iteration; both release it. */
export interface Blob {
  /** In bytes, if the cache says it. It may be wrong. */
  readonly size: number | undefined;
  readonly body: ByteStream;
  /** Whether it came in parts. If the hash is wrong, these may belong to two files, and another attempt may succeed. */
  readonly isPieced?: (() => boolean) | undefined;
}

/** What to write. */
export interface NewBlob {
  /** In bytes. */
  readonly size: number;
  /** Returns the bytes; called again if writing is tried again. */
  readonly open: () => ByteStream;
  readonly contentType: string;
}

export interface Blobs {
  /** For people, without secrets. */
  readonly address: string;
  /** A small file. `undefined` if there is none. */
  readonly get: (key: string, signal?: AbortSignal) => Promise<Result<Blob | undefined>>;
  /**
   * The file of a narinfo's `URL`: in a cache behind HTTP an address relative to the cache's, otherwise a file name.
   */
  readonly getNar: (url: string, signal?: AbortSignal) => Promise<Result<Blob | undefined>>;
  readonly has: (key: string, signal?: AbortSignal) => Promise<Result<boolean>>;
  /** All of the file or nothing of it becomes visible. */
  readonly put: (key: string, blob: NewBlob, signal?: AbortSignal) => Promise<Result<void>>;
  /** Runs something that reads files of a folder and then writes them, while no other process of this machine does so. Missing if the place has no locks. */
  readonly alone?: <T>(folder: string, run: () => Promise<Result<T>>) => Promise<Result<T>>;
}

/**
 * Checks a file name that came from outside. Refuses names that could mean a file elsewhere: `..`, absolute paths,
 * other addresses, and characters that no cache uses.
 */
export function checkKey(key: string): Result<string> {
  const parts = key.split('/');
  const isPlain = key.length <= 1024 && parts.every((part) => /^[\w.+=!:?@,~&%-]+$/.test(part) && part !== '.' && part !== '..');
  if (isPlain && !/^[a-z][a-z0-9+.-]*:\/?$/i.test(parts[0] ?? '')) return ok(key);
  return fail('E_CACHE_ANSWER', `"${key.slice(0, 100)}" cannot be the name of a file in a cache`, 'the cache is broken or hostile: take another');
}

/** The whole of a small file. Fails with `E_CACHE_ANSWER` when it is larger than `limit` bytes. */
export async function readSmall(blobs: Blobs, key: string, limit: number, signal?: AbortSignal): Promise<Result<string | undefined>> {
  const blob = await blobs.get(key, signal);
  if (!blob.ok) return blob;
  if (blob.value === undefined) return ok(undefined);
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of blob.value.body) {
      size += chunk.length;
      if (size > limit)
        return fail('E_CACHE_ANSWER', `${key} of ${blobs.address} is longer than ${limit} bytes`, 'the cache is broken or hostile: take another');
      chunks.push(Buffer.from(chunk));
    }
  } catch (error) {
    if (!(error instanceof StreamFailure)) throw error;
    return { ok: false, failure: error.failure };
  }
  return ok(Buffer.concat(chunks).toString());
}

/** A small file from text, or from bytes. */
export function textBlob(text: string | Buffer, contentType: string): NewBlob {
  const bytes = Buffer.from(text as string);
  return { size: bytes.length, open: () => once(bytes), contentType };
}

// eslint-disable-next-line @typescript-eslint/require-await -- a stream of one piece has nothing to wait for
async function* once(bytes: Uint8Array): ByteStream & AsyncGenerator<Uint8Array> {
  yield bytes;
}
