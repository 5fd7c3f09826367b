import type { Failure } from './result.js';

/**
 * Carries a failure out of a stream, which can fail only by throwing. It is caught where the stream is read to its end.
 */
export class StreamFailure extends Error {
  constructor(readonly failure: Failure) {
    super(failure.message);
  }
}

/** Bytes in pieces; a piece is valid until the next one is asked for. Throws `StreamFailure`. */
export type ByteStream = AsyncIterable<Uint8Array>;
