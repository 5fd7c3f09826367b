import { open, type FileHandle } from 'node:fs/promises';
import type { Failure } from '../../result.js';
import { StreamFailure, type ByteStream } from '../../stream-failure.js';

const PIECE_BYTES = 1 << 18;

/**
 * A file that any number of readers follow while it is written. It may be renamed and removed meanwhile; who has it
 * open reads on.
 */
export class GrowingFile {
  private size = 0;
  private ended: { readonly failure: Failure | undefined } | undefined;
  private waiting: (() => void)[] = [];
  /** The writer, and readers. */
  private users = 1;

  private constructor(private readonly handle: FileHandle) {}

  /** Makes the file; throws the system's error. */
  static async create(path: string): Promise<GrowingFile> {
    return new GrowingFile(await open(path, 'wx+'));
  }

  /** Written so far. */
  get bytes(): number {
    return this.size;
  }

  async append(chunk: Uint8Array): Promise<void> {
    for (let written = 0; written < chunk.length;) {
      const { bytesWritten } = await this.handle.write(chunk, written, chunk.length - written, this.size + written);
      written += bytesWritten;
    }
    this.size += chunk.length;
    this.changed();
  }

  /** Says that nothing more comes; with a failure, that readers must not take what there is for the whole. */
  async end(failure?: Failure): Promise<void> {
    this.ended = { failure };
    this.changed();
    await this.leave();
  }

  /** Lets a reader in, who is to `leave`. */
  enter(): void {
    this.users++;
  }

  async leave(): Promise<void> {
    if (--this.users === 0) await this.handle.close();
  }

  /** All of it, as it comes; between `enter` and `leave`. */
  async *read(): ByteStream & AsyncGenerator<Uint8Array> {
    for (let offset = 0; ;) {
      if (offset < this.size) {
        const { bytesRead, buffer } = await this.handle.read(Buffer.allocUnsafe(Math.min(this.size - offset, PIECE_BYTES)), { position: offset });
        offset += bytesRead;
        yield buffer.subarray(0, bytesRead);
      } else if (this.ended === undefined) {
        await new Promise<void>((resolve) => this.waiting.push(resolve));
      } else {
        if (this.ended.failure !== undefined) throw new StreamFailure(this.ended.failure);
        return;
      }
    }
  }

  private changed(): void {
    for (const wake of this.waiting.splice(0)) wake();
  }
}
