/** A layer of an image: store paths where they belong, and a few names by which programs are found. */
import { createHash } from 'node:crypto';
import { closeSync, lstatSync, openSync, readdirSync, readlinkSync, readSync } from 'node:fs';
import { STORE_DIR, storePathBaseName, type StorePath } from '../formats/index.js';
import { attempt, writeAll, type Store } from '../store/index.js';
import type { Result } from '../result.js';
import { TAR_END, tarHeader, tarPadding, type TarEntry } from './tar.js';

export interface Layer {
  /** Sorted, with all that they refer to. */
  readonly paths: readonly StorePath[];
  /** Names in /bin, and the store's programs that they lead to. */
  readonly links: ReadonlyMap<string, string>;
}

export interface WrittenLayer {
  readonly sha256: string;
  readonly size: number;
}

const PIECE_BYTES = 1 << 20;

/** Writes a layer as an uncompressed tar archive: compressors of other versions give other bytes. */
export function writeLayer({ paths, links }: Layer, store: Store, file: string): Result<WrittenLayer> {
  return attempt('write', file, () => {
    const archive = new Archive(file);
    try {
      for (const path of ['bin', 'nix', 'nix/store']) archive.add({ kind: 'directory', path: Buffer.from(path), mode: 0o755 });
      archive.add({ kind: 'directory', path: Buffer.from('tmp'), mode: 0o1777 });
      for (const [name, target] of [...links].sort(([a], [b]) => (a < b ? -1 : 1)))
        archive.add({ kind: 'symlink', path: Buffer.from(`bin/${name}`), target: Buffer.from(target) });
      for (const path of [...paths].sort()) {
        const inImage = `${STORE_DIR.slice(1)}/${storePathBaseName(path)}`;
        archive.addTree(Buffer.from(store.hostPath(path)), Buffer.from(inImage));
      }
      return archive.end();
    } finally {
      archive.close();
    }
  });
}

/** The archive as it is written; names are bytes throughout. */
class Archive {
  readonly #fd: number;
  readonly #hash = createHash('sha256');
  #size = 0;

  constructor(file: string) {
    this.#fd = openSync(file, 'wx', 0o644);
  }

  add(entry: TarEntry): void {
    this.#write(tarHeader(entry));
  }

  addTree(host: Buffer, path: Buffer): void {
    const status = lstatSync(host);
    if (status.isSymbolicLink()) this.add({ kind: 'symlink', path, target: readlinkSync(host, { encoding: 'buffer' }) });
    else if (status.isFile()) this.#addFile(host, path, (status.mode & 0o100) === 0 ? 0o444 : 0o555, status.size);
    else {
      this.add({ kind: 'directory', path, mode: 0o555 });
      const names = readdirSync(host, { encoding: 'buffer' }).sort((a, b) => Buffer.compare(a, b));
      for (const name of names) this.addTree(below(host, name), below(path, name));
    }
  }

  end(): WrittenLayer {
    this.#write(TAR_END);
    return { sha256: this.#hash.digest('hex'), size: this.#size };
  }

  close(): void {
    closeSync(this.#fd);
  }

  #addFile(host: Buffer, path: Buffer, mode: number, size: number): void {
    this.add({ kind: 'file', path, mode, size });
    const fd = openSync(host, 'r');
    try {
      const piece = Buffer.allocUnsafe(PIECE_BYTES);
      for (let left = size; left > 0;) {
        const count = readSync(fd, piece, 0, Math.min(left, piece.length), null);
        if (count === 0) throw new Error(`Internal error: ${host.toString()} is shorter than it was`);
        this.#write(piece.subarray(0, count));
        left -= count;
      }
    } finally {
      closeSync(fd);
    }
    this.#write(tarPadding(size));
  }

  #write(bytes: Buffer): void {
    writeAll(this.#fd, bytes, this.#size);
    this.#hash.update(bytes);
    this.#size += bytes.length;
  }
}

function below(path: Buffer, name: Buffer): Buffer {
  return Buffer.concat([path, Buffer.from('/'), name]);
}
