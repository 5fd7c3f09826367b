import { randomBytes } from 'node:crypto';
import { constants, type ReadStream } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { err, fail, ok, type Failure, type Result } from '../../result.js';
import { ioFailure, lock, makeDirectory, type FileLock } from '../../store/index.js';
import { StreamFailure, type ByteStream } from '../../stream-failure.js';
import { checkKey, type Blob, type Blobs, type NewBlob } from './blobs.js';

/** A cache in a directory of this machine, in the layout of `nix copy --to file://…`. */
export class DirectoryBlobs implements Blobs {
  readonly address: string;

  constructor(private readonly directory: string) {
    this.address = `file://${directory}`;
  }

  async get(key: string): Promise<Result<Blob | undefined>> {
    const file = this.fileOf(key);
    if (!file.ok) return file;
    try {
      // Opening a pipe without a writer would block.
      const handle = await open(file.value, constants.O_RDONLY | constants.O_NONBLOCK);
      const found = await handle.stat();
      if (!found.isFile()) {
        await handle.close();
        return fail('E_CACHE_ANSWER', `${file.value} is not a regular file`, 'the cache is broken or hostile: take another');
      }
      const { size } = found;
      return ok({ size, body: read(handle.createReadStream({ highWaterMark: 1 << 18 }), file.value) });
    } catch (error) {
      return orMissing(readFailure(file.value, error), undefined);
    }
  }

  getNar(url: string): Promise<Result<Blob | undefined>> {
    return this.get(url);
  }

  async has(key: string): Promise<Result<boolean>> {
    const file = this.fileOf(key);
    if (!file.ok) return file;
    try {
      return ok((await stat(file.value)).isFile());
    } catch (error) {
      return orMissing(readFailure(file.value, error), false);
    }
  }

  async put(key: string, blob: NewBlob): Promise<Result<void>> {
    const file = this.fileOf(key);
    if (!file.ok) return file;
    // Renamed when complete and on the disk: readers, a crash and a power cut see all of the file or nothing of it.
    // Its name is also on the disk before files that refer to it are written.
    const temporary = `${file.value}.${randomBytes(6).toString('hex')}.tmp`;
    try {
      makeDirectory(dirname(file.value));
      const handle = await open(temporary, 'wx');
      try {
        for await (const chunk of blob.open()) await handle.writeFile(chunk);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(temporary, file.value);
      await syncDirectory(dirname(file.value));
      return ok(undefined);
    } catch (error) {
      await rm(temporary, { force: true });
      if (error instanceof StreamFailure) return err(error.failure);
      return err(ioFailure('write', file.value, error));
    }
  }

  async alone<T>(folder: string, run: () => Promise<Result<T>>): Promise<Result<T>> {
    const file = this.fileOf(`${folder}/lock`);
    if (!file.ok) return file;
    let held: FileLock;
    try {
      makeDirectory(dirname(file.value));
      held = await lock(file.value, 'exclusive');
    } catch (error) {
      return err(ioFailure('lock', file.value, error));
    }
    try {
      return await run();
    } finally {
      held.releaseAndDelete();
    }
  }

  private fileOf(key: string): Result<string> {
    const checked = checkKey(key);
    return checked.ok ? ok(join(this.directory, key)) : checked;
  }
}

async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Does not use the codes of the store's own disk, because another cache or a build may succeed. */
function readFailure(file: string, error: unknown): Failure {
  const failure = ioFailure('read', file, error);
  return failure.code === 'E_NOT_FOUND'
    ? failure
    : { ...failure, code: 'E_CACHE_ANSWER', hint: 'check whether this user can read the cache, and whether its disk is damaged' };
}

/** A missing file is an answer, not an error. */
function orMissing<T>(failure: Failure, answer: T): Result<T> {
  return failure.code === 'E_NOT_FOUND' ? ok(answer) : err(failure);
}

async function* read(stream: ReadStream, file: string): ByteStream & AsyncGenerator<Uint8Array> {
  try {
    yield* stream as AsyncIterable<Buffer>;
  } catch (error) {
    throw new StreamFailure(readFailure(file, error));
  } finally {
    stream.destroy();
  }
}
