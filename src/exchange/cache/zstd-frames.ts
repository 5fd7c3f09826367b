/** Finds the frames of zstd data (RFC 8878, section 3.1), for decoders that read only one. */
import { StreamFailure, type ByteStream } from '../../stream-failure.js';

const MAGIC = 0xfd2fb528;
/** The upper 28 bits of the magic number of a skippable frame. */
const SKIPPABLE = 0x184d2a5;

/**
 * The frames of a stream, one after the other; read each to its end. Throws `StreamFailure` if no frame begins where
 * one should, or one ends early.
 */
export async function* zstdFrames(source: ByteStream): AsyncGenerator<ByteStream> {
  const pieces = source[Symbol.asyncIterator]();
  let rest: Uint8Array = new Uint8Array(0);
  /** False at the end of the source. */
  async function more(): Promise<boolean> {
    while (rest.length === 0) {
      const next = await pieces.next();
      if (next.done === true) return false;
      rest = next.value;
    }
    return true;
  }
  async function* next(): ByteStream & AsyncGenerator<Uint8Array> {
    const frame = new Frame();
    while (!frame.hasEnded) {
      if (!(await more())) throw new StreamFailure({ code: 'E_COMPRESSION', message: 'the zstd data is truncated' });
      const piece = rest.subarray(0, frame.take(rest));
      rest = rest.subarray(piece.length);
      yield piece;
    }
  }
  try {
    while (await more()) yield next();
  } finally {
    await pieces.return?.();
  }
}

/** A field of a frame: a number, or bytes to skip. */
type Field = readonly ['number' | 'bytes', length: number];

function* fields(): Generator<Field, void, number> {
  const magic = yield ['number', 4];
  if (Math.floor(magic / 16) === SKIPPABLE) {
    yield ['bytes', yield ['number', 4]];
    return;
  }
  if (magic !== MAGIC) throw new StreamFailure({ code: 'E_COMPRESSION', message: 'the zstd data is damaged: no frame begins where one should' });
  const descriptor = yield ['number', 1];
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const windowLength = isSingleSegment ? 0 : 1;
  const dictionaryLength = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const sizeLength = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  yield ['bytes', windowLength + dictionaryLength + sizeLength];
  for (let isLast = false; !isLast;) {
    const header = yield ['number', 3];
    isLast = (header & 1) !== 0;
    const isOneByteRepeated = ((header >> 1) & 3) === 1;
    yield ['bytes', isOneByteRepeated ? 1 : header >> 3];
  }
  if ((descriptor & 4) !== 0) yield ['bytes', 4];
}

/** Tracks the extent of one frame. */
class Frame {
  readonly #fields = fields();
  #field = this.#fields.next();
  #have = 0;
  #value = 0;

  get hasEnded(): boolean {
    return this.#field.done === true;
  }

  /** How many of the next bytes belong to this frame. */
  take(piece: Uint8Array): number {
    let at = 0;
    while (this.#field.done !== true) {
      const [kind, length] = this.#field.value;
      const end = Math.min(at + length - this.#have, piece.length);
      for (; kind === 'number' && at < end; at++) this.#value += (piece[at] ?? 0) * 2 ** (8 * this.#have++);
      this.#have += end - at;
      at = end;
      if (this.#have < length) break;
      this.#field = this.#fields.next(this.#value);
      this.#have = this.#value = 0;
    }
    return at;
  }
}
