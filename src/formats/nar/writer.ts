import { encodeTokens, MAGIC, paddingOf, writeLength } from './token.js';
import type { NarVisitor } from './visitor.js';

const DEFAULT_BUFFER_BYTES = 256 * 1024;

const ARCHIVE = encodeTokens(MAGIC);
const FILE = encodeTokens('(', 'type', 'regular', 'contents');
const EXECUTABLE = encodeTokens('(', 'type', 'regular', 'executable', '', 'contents');
const SYMLINK = encodeTokens('(', 'type', 'symlink', 'target');
const DIRECTORY = encodeTokens('(', 'type', 'directory');
const ENTRY = encodeTokens('entry', '(', 'name');
const NODE = encodeTokens('node');
const CLOSE = encodeTokens(')');
/** The padding after a string, by its length modulo eight. */
const PADDING = Array.from({ length: 8 }, (_, remainder) => Buffer.alloc(paddingOf(remainder)));

/**
 * Writes a NAR into `sink`, in chunks as large as its buffer, because hashing small chunks is slow. A chunk is valid
 * only during the call of `sink`. A sequence of events that is no archive is a bug of the caller, and throws.
 */
export class NarWriter implements NarVisitor {
  private readonly buffer: Buffer;
  private used = 0;
  private flushedBytes = 0;
  /** Bytes of the open file that are still to come; `undefined` outside of files. */
  private missing: number | undefined;
  private padding: Buffer = PADDING[0]!;
  /** The name last used in each open directory. */
  private readonly lastNames: (Uint8Array | undefined)[] = [];

  constructor(
    private readonly sink: (chunk: Uint8Array) => void,
    bufferBytes = DEFAULT_BUFFER_BYTES,
  ) {
    this.buffer = Buffer.allocUnsafeSlow(bufferBytes);
    this.bytes(ARCHIVE);
  }

  /** Length of the archive so far, in bytes. */
  get size(): number {
    return this.flushedBytes + this.used;
  }

  file(executable: boolean, size: number): void {
    this.structure(executable ? EXECUTABLE : FILE);
    this.length(size);
    this.missing = size;
    this.padding = PADDING[size % 8]!;
  }

  data(bytes: Uint8Array): void {
    this.take(bytes.length);
    this.bytes(bytes);
  }

  /**
   * Lets `read` put a part of the open file's data into the buffer without a copy. `read` gets memory, an offset in it
   * and the number of bytes wanted, and returns the number of bytes it read. Returns the number of bytes that are still
   * missing.
   */
  fill(read: (memory: Buffer, offset: number, length: number) => number): number {
    if (this.used === this.buffer.length) this.flush();
    const count = read(this.buffer, this.used, Math.min(this.buffer.length - this.used, this.missing ?? 0));
    this.take(count);
    this.used += count;
    return this.missing ?? 0;
  }

  endFile(): void {
    if (this.missing !== 0) throw new Error(`Internal error: a file in a NAR ends with ${this.missing} bytes missing`);
    this.missing = undefined;
    this.bytes(this.padding);
    this.bytes(CLOSE);
  }

  symlink(target: Uint8Array): void {
    this.structure(SYMLINK);
    this.string(target);
    this.bytes(CLOSE);
  }

  beginDirectory(): void {
    this.structure(DIRECTORY);
    this.lastNames.push(undefined);
  }

  entry(name: Uint8Array): void {
    const last = this.lastNames.at(-1);
    if (last !== undefined && Buffer.compare(last, name) >= 0) throw new Error('Internal error: names in a NAR must be sorted by bytes');
    this.lastNames[this.lastNames.length - 1] = name;
    this.structure(ENTRY);
    this.string(name);
    this.bytes(NODE);
  }

  endEntry(): void {
    this.structure(CLOSE);
  }

  endDirectory(): void {
    this.lastNames.pop();
    this.structure(CLOSE);
  }

  /** Passes on the rest. Call it once, after the root node. */
  finish(): void {
    this.flush();
  }

  private take(count: number): void {
    if (this.missing === undefined || count > this.missing) throw new Error('Internal error: more data than a file in a NAR has');
    this.missing -= count;
  }

  private structure(tokens: Uint8Array): void {
    if (this.missing !== undefined) throw new Error('Internal error: a file in a NAR was not ended');
    this.bytes(tokens);
  }

  private string(value: Uint8Array): void {
    this.length(value.length);
    this.bytes(value);
    this.bytes(PADDING[value.length % 8]!);
  }

  private length(value: number): void {
    if (this.used + 8 > this.buffer.length) this.flush();
    writeLength(this.buffer, this.used, value);
    this.used += 8;
  }

  private bytes(value: Uint8Array): void {
    if (value.length <= this.buffer.length - this.used) {
      this.buffer.set(value, this.used);
      this.used += value.length;
      return;
    }
    for (let offset = 0; offset < value.length;) {
      if (this.used === this.buffer.length) this.flush();
      const part = value.subarray(offset, offset + this.buffer.length - this.used);
      this.buffer.set(part, this.used);
      this.used += part.length;
      offset += part.length;
    }
  }

  private flush(): void {
    if (this.used === 0) return;
    const count = this.used;
    this.flushedBytes += count;
    this.used = 0;
    this.sink(this.buffer.subarray(0, count));
  }
}
