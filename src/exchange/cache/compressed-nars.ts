/**
 * Compressed NARs on disk, so each is compressed once for all its readers. The directory can be deleted at any time.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { PathInfo } from '../../formats/index.js';
import { err, ok, type Failure, type Result } from '../../result.js';
import { ioFailure, type Store } from '../../store/index.js';
import { Gate } from '../gate.js';
import { storeNar } from '../store-stream.js';
import { StreamFailure, type ByteStream } from '../../stream-failure.js';
import type { ByteRange } from './byte-range.js';
import { compress, COMPRESSIONS, type Compression } from './compression.js';
import { GrowingFile } from './growing-file.js';

/** Compressions at once; each takes a processor. */
const AT_ONCE = 2;
/** Milliseconds after which the partial file of another, dead process is deleted. */
const LITTER_AGE = 3_600_000;

/** A compressed NAR, open for reading. */
export interface OpenNar {
  /** In bytes; `undefined` while it is still being made. */
  readonly size: number | undefined;
  /** A part of the file, or what there will be of a part that is being made. Throws `StreamFailure`. */
  readonly read: (part: ByteRange) => ByteStream;
  readonly close: () => Promise<void>;
}

interface Making {
  readonly file: GrowingFile;
  readonly done: Promise<Result<void>>;
}

export class CompressedNars {
  private readonly gate = new Gate(AT_ONCE);
  private readonly underWay = new Map<string, Promise<Result<Making>>>();

  /** @param limit bytes to keep on disk; the least recently read go first */
  constructor(
    private readonly directory: string,
    private readonly limit: number,
  ) {}

  /**
   * The compressed NAR of a path. A missing one is made, and can be read meanwhile; with `whole`, this waits until its
   * size is known. The caller closes it.
   */
  async open(store: Store, info: PathInfo, compression: Compression, whole: boolean): Promise<Result<OpenNar>> {
    const name = `${info.narHash}.nar${COMPRESSIONS[compression]}`;
    // More than once, because making another one may delete this one.
    for (let tries = 0; ; tries++) {
      const found = await this.find(name);
      if (found.ok || found.failure.code !== 'E_NOT_FOUND' || tries === 3) return found;
      const making = this.underWay.get(name) ?? this.make(name, store, info, compression);
      this.underWay.set(name, making);
      const made = await making;
      if (!made.ok) return made;
      const { file, done } = made.value;
      if (!whole) {
        file.enter();
        return ok({ size: undefined, read: () => file.read(), close: () => file.leave() });
      }
      const ended = await done;
      if (!ended.ok) return ended;
    }
  }

  private async find(name: string): Promise<Result<OpenNar>> {
    const file = join(this.directory, name);
    try {
      const handle = await open(file, 'r');
      const now = new Date();
      // Another user's file cannot be touched, but can be read.
      await handle.utimes(now, now).catch(() => undefined);
      const { size } = await handle.stat();
      const read = ({ first, last }: ByteRange): ByteStream =>
        handle.createReadStream({ start: first, end: last, highWaterMark: 1 << 18, autoClose: false });
      return ok({ size, read, close: () => handle.close() });
    } catch (error) {
      return err(ioFailure('read', file, error));
    }
  }

  /** Starts to make one. */
  private async make(name: string, store: Store, info: PathInfo, compression: Compression): Promise<Result<Making>> {
    const temporary = join(this.directory, `${name}.${randomBytes(6).toString('hex')}.tmp`);
    try {
      await mkdir(this.directory, { recursive: true });
      const file = await GrowingFile.create(temporary);
      const done = this.gate.within(async (): Promise<Result<void>> => {
        const failure = await this.fill(file, temporary, name, compress(storeNar(store, info), compression));
        this.underWay.delete(name);
        await file.end(failure);
        return failure === undefined ? ok(undefined) : err(failure);
      });
      return ok({ file, done });
    } catch (error) {
      this.underWay.delete(name);
      return err(ioFailure('write', temporary, error));
    }
  }

  private async fill(file: GrowingFile, temporary: string, name: string, source: ByteStream): Promise<Failure | undefined> {
    try {
      for await (const chunk of source) await file.append(chunk);
      await this.prune(file.bytes);
      await rename(temporary, join(this.directory, name));
      return undefined;
    } catch (error) {
      await rm(temporary, { force: true });
      return error instanceof StreamFailure ? error.failure : ioFailure('write', temporary, error);
    }
  }

  private async prune(needed: number): Promise<void> {
    const files = await Promise.all(
      (await readdir(this.directory)).map(async (name) => {
        const { size, mtimeMs } = await stat(join(this.directory, name)).catch(() => ({ size: 0, mtimeMs: 0 }));
        return { name, size, mtimeMs };
      }),
    );
    const isBeingMade = ({ name, mtimeMs }: { name: string; mtimeMs: number }): boolean => name.endsWith('.tmp') && Date.now() - mtimeMs < LITTER_AGE;
    const removable = files.filter((file) => !isBeingMade(file)).sort((a, b) => a.mtimeMs - b.mtimeMs);
    let total = needed + removable.reduce((sum, { size }) => sum + size, 0);
    for (const { name, size } of removable) {
      if (total <= this.limit && !name.endsWith('.tmp')) continue;
      await rm(join(this.directory, name), { force: true });
      total -= size;
    }
  }
}
