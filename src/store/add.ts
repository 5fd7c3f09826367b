/** Adds texts, files and trees that are not outputs of builds, each at the path of its content. */
import { createHash } from 'node:crypto';
import { chmodSync, constants, copyFileSync, createReadStream, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import {
  checkName,
  makeContentPath,
  makeTextPath,
  NarWriter,
  sha256,
  sha256Hash,
  type ContentAddress,
  type Sha256,
  type StorePath,
} from '../formats/index.js';
import { fail, ok, type Result } from '../result.js';
import { attempt, attemptAsync } from './io-failure.js';
import type { Store } from './store.js';
import { copyEntries, copyTree, hashEntries, hashTree, removeTreeSync } from './tree/index.js';

export interface FlatFileOptions {
  /** Fails with `E_HASH`, and adds nothing, unless the file's bytes have this hash. */
  readonly sha256?: Sha256 | undefined;
  /** Move the file, which must be on the store's file system, instead of copying it. */
  readonly move?: boolean | undefined;
}

export interface TreeOptions {
  /** Which of the directory's own entries to take; all by default. */
  readonly only?: readonly string[] | undefined;
}

/** Adds a text, such as a `.drv` file, at the path of its bytes and references. */
export async function addText(
  store: Store,
  name: string,
  contents: string | Uint8Array,
  references: readonly StorePath[],
): Promise<Result<StorePath>> {
  const named = checkName(name);
  if (!named.ok) return named;
  const sorted = [...new Set(references)].sort();
  const bytes = Buffer.from(contents);
  const path = makeTextPath(name, bytes, sorted);
  // Most texts are there already, because a derivation is written each time it is needed.
  const rooted = await store.addTempRoot(path);
  if (!rooted.ok) return rooted;
  if (store.isValid(path)) return ok(path);
  return withTempPlace(store, async (file) => {
    const written = attempt('write', file, () => {
      writeFileSync(file, bytes, { flag: 'wx', mode: 0o600 });
    });
    return written.ok ? addHashed(store, file, path, sorted, { method: 'text', hash: sha256Hash(sha256(bytes)) }) : written;
  });
}

/** Adds a file, not executable, at the path of its bytes' hash; used for tarballs. */
export async function addFlatFile(store: Store, name: string, hostFile: string, options: FlatFileOptions = {}): Promise<Result<StorePath>> {
  const named = checkName(name);
  if (!named.ok) return named;
  return withTempPlace(store, async (file) => {
    // Copied first and then hashed, because the original may change while it is read.
    const taken = attempt('take', hostFile, () => {
      if (options.move === true) renameSync(hostFile, file);
      else copyFileSync(hostFile, file, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
      chmodSync(file, 0o600);
    });
    if (!taken.ok) return taken;
    const hashed = await attemptAsync('read', file, () => sha256OfFile(file));
    if (!hashed.ok) return hashed;
    if (options.sha256 !== undefined && hashed.value !== options.sha256) {
      return fail(
        'E_HASH',
        `${hostFile} has SHA-256 ${hashed.value}, not ${options.sha256}`,
        'it is truncated, damaged or another version: fetch it again',
      );
    }
    const hash = sha256Hash(hashed.value);
    return addHashed(store, file, makeContentPath(name, 'flat', hash), [], { method: 'flat', hash });
  });
}

/** Adds a file or a tree at the path of its NAR's hash. */
export async function addTree(store: Store, name: string, hostPath: string, { only }: TreeOptions = {}): Promise<Result<StorePath>> {
  const named = checkName(name);
  if (!named.ok) return named;
  return withTempPlace(store, async (copy) => {
    const copied = only === undefined ? await copyTree(hostPath, copy) : await copyEntries(hostPath, copy, only);
    if (!copied.ok) return copied;
    const digest = await hashTree(copy);
    if (!digest.ok) return digest;
    const hash = sha256Hash(digest.value.narHash);
    return addHashed(store, copy, makeContentPath(name, 'recursive', hash), [], { method: 'recursive', hash });
  });
}

/** Like `addTree`, but does not copy what is already valid; used for files that are added each time a chain is read. */
export async function addTreeOnce(store: Store, name: string, hostPath: string, options: TreeOptions = {}): Promise<Result<StorePath>> {
  const path = await treePath(name, hostPath, options);
  if (!path.ok) return path;
  const rooted = await store.addTempRoot(path.value);
  if (!rooted.ok) return rooted;
  return store.isValid(path.value) ? path : addTree(store, name, hostPath, options);
}

/** What the path of an executable file with these bytes is made of. */
export function programAddress(bytes: Buffer): ContentAddress {
  const hash = createHash('sha256');
  const nar = new NarWriter((chunk) => hash.update(chunk));
  nar.file(true, bytes.length);
  nar.data(bytes);
  nar.endFile();
  nar.finish();
  return { method: 'recursive', hash: sha256Hash(hash.digest('hex') as Sha256) };
}

/** Adds an executable file that has these bytes; where nothing may be added, its path is all there is to know. */
export async function addProgram(store: Store, name: string, bytes: Buffer): Promise<Result<StorePath>> {
  const { method, hash } = programAddress(bytes);
  const path = makeContentPath(name, method, hash);
  const rooted = await store.addTempRoot(path);
  if (!rooted.ok || store.readOnly || store.isValid(path)) return rooted.ok ? ok(path) : rooted;
  return withTempPlace(store, async (file) => {
    const written = attempt('write', file, () => {
      writeFileSync(file, bytes, { flag: 'wx', mode: 0o700 });
    });
    return written.ok ? addTree(store, name, file) : written;
  });
}

/** The path that `addTree` would give, without adding anything. */
export async function treePath(name: string, hostPath: string, options: TreeOptions = {}): Promise<Result<StorePath>> {
  const named = checkName(name);
  if (!named.ok) return named;
  const address = await treeAddress(hostPath, options);
  return address.ok ? ok(makeContentPath(name, address.value.method, address.value.hash)) : address;
}

/** What the path that `addTree` would give is made of. */
export async function treeAddress(hostPath: string, { only }: TreeOptions = {}): Promise<Result<ContentAddress>> {
  const digest = only === undefined ? await hashTree(hostPath) : await hashEntries(hostPath, only);
  return digest.ok ? ok({ method: 'recursive', hash: sha256Hash(digest.value.narHash) }) : digest;
}

/** Adds a folder of texts, none of them executable; where nothing may be added, its path is all there is to know. */
export async function addTexts(store: Store, name: string, texts: ReadonlyMap<string, string>): Promise<Result<StorePath>> {
  const files = [...texts].map(([file, contents]): [string, Buffer] => [file, Buffer.from(contents)]).sort(([a], [b]) => (a < b ? -1 : 1));
  const hash = createHash('sha256');
  const nar = new NarWriter((chunk) => hash.update(chunk));
  nar.beginDirectory();
  for (const [file, bytes] of files) {
    nar.entry(Buffer.from(file));
    nar.file(false, bytes.length);
    nar.data(bytes);
    nar.endFile();
    nar.endEntry();
  }
  nar.endDirectory();
  nar.finish();
  const path = makeContentPath(name, 'recursive', sha256Hash(hash.digest('hex') as Sha256));
  const rooted = await store.addTempRoot(path);
  if (!rooted.ok || store.readOnly || store.isValid(path)) return rooted.ok ? ok(path) : rooted;
  return withTempPlace(store, async (folder) => {
    const written = attempt('write', folder, () => {
      mkdirSync(folder);
      for (const [file, bytes] of files) writeFileSync(join(folder, file), bytes, { flag: 'wx' });
    });
    return written.ok ? addTree(store, name, folder) : written;
  });
}

async function addHashed(
  store: Store,
  hostPath: string,
  path: StorePath,
  references: readonly StorePath[],
  contentAddress: ContentAddress,
): Promise<Result<StorePath>> {
  const digest = await hashTree(hostPath);
  if (!digest.ok) return digest;
  const info = { path, ...digest.value, references, contentAddress, signatures: [], ultimate: false };
  const added = await store.addPaths([{ hostPath, info }]);
  return added.ok ? ok(path) : added;
}

/** Gives `use` a new path; what is left there afterwards is deleted. */
async function withTempPlace<T>(store: Store, use: (place: string) => Promise<Result<T>>): Promise<Result<T>> {
  const place = store.tempPlace();
  if (!place.ok) return place;
  try {
    return await use(place.value);
  } finally {
    removeTreeSync(place.value);
  }
}

async function sha256OfFile(file: string): Promise<Sha256> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex') as Sha256;
}
