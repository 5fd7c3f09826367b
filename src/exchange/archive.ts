/**
 * Store paths as one stream of bytes, in the format of `nix-store --export` and `--import`: for each path a 1, its NAR,
 * a magic number, its name, references and deriver; at the end a 0. Source: Nix's `export-import.cc`.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { isDrvPath, NarParser, parseStorePath, type NarVisitor, type PathInfo, type Sha256, type StorePath } from '../formats/index.js';
import { err, fail, ok, type Failure, type Result } from '../result.js';
import { removeTree, restoreTree, type Store } from '../store/index.js';
import { proveContent } from './content-proof.js';
import { inOrder } from './in-order.js';
import { StreamFailure, type ByteStream } from '../stream-failure.js';
import { storeNar } from './store-stream.js';

const MAGIC = 0x4558494e;
const MAX_PATH_BYTES = 512;
const MAX_REFERENCES = 1_000_000;

/**
 * Writes the paths, each after those it refers to. Nix accepts them only with their references, so give a closure.
 * Throws `StreamFailure`.
 */
export async function* exportArchive(store: Store, paths: readonly StorePath[]): ByteStream & AsyncGenerator<Uint8Array> {
  const infos = new Map(paths.map((path) => [path, infoOf(store, path)]));
  const ordered = inOrder(infos.keys(), (path) => infos.get(path)?.references ?? []);
  if (!ordered.ok) throw new StreamFailure(ordered.failure);
  for (const path of ordered.value) {
    const info = infos.get(path)!;
    yield number(1);
    yield* storeNar(store, info);
    yield Buffer.concat([
      number(MAGIC),
      text(path),
      number(info.references.length),
      ...info.references.map(text),
      text(info.deriver ?? ''),
      number(0),
    ]);
  }
  yield number(0);
}

function infoOf(store: Store, path: StorePath): PathInfo {
  const info = store.pathInfo(path);
  if (info === undefined) throw new StreamFailure({ code: 'E_NOT_VALID', message: `${path} is not in ${store.root}` });
  return info;
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([number(bytes.length), bytes, Buffer.alloc((8 - (bytes.length % 8)) % 8)]);
}

export interface ImportOptions {
  /**
   * Also accept paths whose names do not prove their contents. The archive is not signed, so its contents are trusted.
   */
  readonly believe: boolean;
}

/**
 * Adds the paths of an archive, one by one; returns them. Fails with `E_ARCHIVE` if it is no archive, with
 * `E_UNTRUSTED` on a path whose name proves nothing, and with `E_REFERENCE` on one whose references are neither in the
 * store nor before it. Paths before a failure stay.
 */
export async function importArchive(store: Store, source: ByteStream, { believe }: ImportOptions): Promise<Result<readonly StorePath[]>> {
  const reader = new Reader(source);
  const imported: StorePath[] = [];
  try {
    while ((await reader.number()) === 1) {
      const added = await importPath(store, reader, believe);
      if (!added.ok) return added;
      imported.push(added.value);
    }
    reader.checkLast(0, imported.length === 0 ? 'it begins with something else' : `something else follows ${imported.at(-1)!}`);
    return ok(imported);
  } catch (error) {
    if (error instanceof StreamFailure) return err(error.failure);
    throw error;
  } finally {
    await reader.close();
  }
}

async function importPath(store: Store, reader: Reader, believe: boolean): Promise<Result<StorePath>> {
  const directory = store.tempDir();
  if (!directory.ok) return directory;
  try {
    const hostPath = join(directory.value, 'tree');
    const hash = createHash('sha256');
    let narSize = 0;
    const restored = await restoreTree(
      reader.nar((chunk) => {
        hash.update(chunk);
        narSize += chunk.length;
      }),
      hostPath,
    );
    if (!restored.ok) return restored;
    const facts = await reader.facts();
    const info: PathInfo = { ...facts, narHash: hash.digest('hex') as Sha256, narSize, signatures: [], ultimate: false };
    const contentAddress = await proveContent(info, hostPath);
    if (!contentAddress.ok) return contentAddress;
    if (contentAddress.value === undefined && !believe) {
      return fail(
        'E_UNTRUSTED',
        `the archive's ${info.path} does not prove its contents by its name, and archives are not signed`,
        'import it with --no-check-sigs if you trust its origin',
      );
    }
    const added = await store.addPaths([{ hostPath, info: { ...info, contentAddress: contentAddress.value } }]);
    return added.ok ? ok(info.path) : added;
  } finally {
    await removeTree(directory.value);
  }
}

/** Reads numbers, texts and NARs from a stream. Throws `StreamFailure`. */
class Reader {
  private readonly chunks: AsyncIterator<Uint8Array>;
  private pending: Buffer = Buffer.alloc(0);
  private lastNumber = 0;

  constructor(source: ByteStream) {
    this.chunks = source[Symbol.asyncIterator]();
  }

  async close(): Promise<void> {
    await this.chunks.return?.();
  }

  async number(): Promise<number> {
    const value = (await this.bytes(8)).readBigUInt64LE();
    this.lastNumber = value > BigInt(Number.MAX_SAFE_INTEGER) ? Infinity : Number(value);
    return this.lastNumber;
  }

  checkLast(expected: number, otherwise: string): void {
    if (this.lastNumber !== expected) throw problem(otherwise);
  }

  /** What follows a NAR. */
  async facts(): Promise<Pick<PathInfo, 'path' | 'references' | 'deriver'>> {
    await this.number();
    this.checkLast(MAGIC, 'a NAR in it has no end mark');
    const path = parsed(await this.text());
    const count = await this.number();
    if (count > MAX_REFERENCES) throw problem(`${path} has ${count} references`);
    const references = new Set<StorePath>();
    for (let index = 0; index < count; index++) references.add(parsed(await this.text()));
    const deriverText = await this.text();
    const deriver = deriverText === '' ? undefined : parsed(deriverText);
    if (deriver !== undefined && !isDrvPath(deriver)) throw problem(`the deriver ${deriver} is not a derivation`);
    // A signature of an old kind, which no Nix makes today, may follow.
    if ((await this.number()) === 1) await this.text();
    else this.checkLast(0, `what follows ${path} is no signature`);
    return { path, references: [...references].sort(), ...(deriver === undefined ? {} : { deriver }) };
  }

  /** Exactly the bytes of the next NAR. */
  async *nar(onChunk: (chunk: Uint8Array) => void): ByteStream & AsyncGenerator<Uint8Array> {
    const parser = new NarParser(NOTHING, true);
    for (;;) {
      const chunk = this.pending.length > 0 ? this.pending : await this.next();
      const pushed = parser.push(chunk);
      if (!pushed.ok) throw new StreamFailure(pushed.failure);
      const rest = parser.rest?.length ?? 0;
      const own = chunk.subarray(0, chunk.length - rest);
      this.pending = Buffer.from(chunk.subarray(chunk.length - rest));
      onChunk(own);
      yield own;
      if (parser.rest !== undefined) return;
    }
  }

  private async text(): Promise<string> {
    const length = await this.number();
    if (length > MAX_PATH_BYTES) throw problem(`a path is expected, not a text of ${length} bytes`);
    const value = (await this.bytes(length)).toString('latin1');
    const padding = await this.bytes((8 - (length % 8)) % 8);
    if (padding.some((byte) => byte !== 0)) throw problem('padding is not zero');
    return value;
  }

  private async bytes(count: number): Promise<Buffer> {
    while (this.pending.length < count) this.pending = Buffer.concat([this.pending, await this.next()]);
    const bytes = this.pending.subarray(0, count);
    this.pending = this.pending.subarray(count);
    return bytes;
  }

  private async next(): Promise<Buffer> {
    const next = await this.chunks.next();
    if (next.done === true) throw problem('it ends too early');
    return Buffer.from(next.value);
  }
}

function parsed(text: string): StorePath {
  const path = parseStorePath(text);
  if (!path.ok) throw new StreamFailure(archiveFailure(path.failure.message));
  return path.value;
}

function problem(what: string): StreamFailure {
  return new StreamFailure(archiveFailure(what));
}

function archiveFailure(what: string): Failure {
  return {
    code: 'E_ARCHIVE',
    message: `this is not an archive of store paths: ${what}`,
    hint: 'archives are what `zilch export archive` and `nix-store --export` write',
  };
}

const nothing = (): void => undefined;
const NOTHING: NarVisitor = {
  file: nothing,
  data: nothing,
  endFile: nothing,
  symlink: nothing,
  beginDirectory: nothing,
  entry: nothing,
  endEntry: nothing,
  endDirectory: nothing,
};
