/** Compressed NARs on disk, so that each is compressed once for all its readers. The directory can be deleted at any time. */
import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { PathInfo } from '../../formats/index.js';
import { err, ok, type Result } from '../../result.js';
import { ioFailure, type Store } from '../../store/index.js';
import { Gate } from '../gate.js';
import { COMPRESSIONS, type Compression } from './compression.js';
import { compressTo } from './push.js';

/** Compressions at once; each takes a processor. */
const AT_ONCE = 2;

export class CompressedNars {
  private readonly gate = new Gate(AT_ONCE);
  private readonly underWay = new Map<string, Promise<Result<void>>>();

  /** @param limit bytes to keep on disk; the least recently read go first */
  constructor(
    private readonly directory: string,
    private readonly limit: number,
  ) {}

  /** The compressed NAR of a path, open for reading, and its size. The caller closes it. */
  async open(store: Store, info: PathInfo, compression: Compression): Promise<Result<{ readonly handle: FileHandle; readonly size: number }>> {
    const name = `${info.narHash}.nar${COMPRESSIONS[compression]}`;
    // Twice, because what was just made may be pruned by the making of another.
    for (let tries = 0; ; tries++) {
      try {
        const handle = await open(join(this.directory, name), 'r');
        const { size } = await handle.stat();
        const now = new Date();
        await handle.utimes(now, now);
        return ok({ handle, size });
      } catch (error) {
        const failure = ioFailure('read', join(this.directory, name), error);
        if (failure.code !== 'E_NOT_FOUND' || tries === 3) return err(failure);
      }
      const making = this.underWay.get(name) ?? this.make(name, store, info, compression);
      this.underWay.set(name, making);
      const made = await making;
      if (!made.ok) return made;
    }
  }

  private async make(name: string, store: Store, info: PathInfo, compression: Compression): Promise<Result<void>> {
    const file = join(this.directory, name);
    const temporary = `${file}.${randomBytes(6).toString('hex')}.tmp`;
    try {
      await mkdir(this.directory, { recursive: true });
      const made = await this.gate.within(() => compressTo(temporary, store, info, compression));
      if (!made.ok) return made;
      await this.prune(made.value.size);
      await rename(temporary, file);
      return ok(undefined);
    } catch (error) {
      return err(ioFailure('write', file, error));
    } finally {
      await rm(temporary, { force: true });
      this.underWay.delete(name);
    }
  }

  private async prune(needed: number): Promise<void> {
    const names = (await readdir(this.directory)).filter((name) => !name.endsWith('.tmp'));
    const files = await Promise.all(
      names.map(async (name) => {
        const { size, mtimeMs } = await stat(join(this.directory, name)).catch(() => ({ size: 0, mtimeMs: 0 }));
        return { name, size, mtimeMs };
      }),
    );
    let total = needed + files.reduce((sum, { size }) => sum + size, 0);
    for (const { name, size } of files.sort((a, b) => a.mtimeMs - b.mtimeMs)) {
      if (total <= this.limit) return;
      await rm(join(this.directory, name), { force: true });
      total -= size;
    }
  }
}
