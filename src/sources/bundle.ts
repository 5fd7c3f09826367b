/**
 * An archive of sources: a tar file with one flat directory, not compressed because its members are. First comes a manifest with
 * licences and all known addresses, then `SHA256SUMS`, then upstreams' signatures and keys in `signatures/`, then each source's file under
 * its store path's base name, so that plain tar, sha256sum and gpg can read it. The same sources always give the same bytes. A reader finds a member by the headers alone.
 */
import { closeSync, existsSync, fstatSync, openSync, readFileSync, readSync, renameSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Header, Pax } from 'tar';
import { storePathBaseName } from '../formats/index.js';
import { sourcePath, type Source } from '../recipe/index.js';
import { err, fail, ok, type Result } from '../result.js';
import { attempt, ioFailure, removeTreeSync, writeAll, type Store } from '../store/index.js';
import { swhidOf } from './swhid.js';

const DIRECTORY = 'zilch-sources';
const BLOCK = 512;
const COPY_BYTES = 1 << 20;

/** Where the bytes of a member are in a bundle's file. */
export interface Member {
  readonly offset: number;
  readonly size: number;
}

/**
 * Writes the archive of `sources`, all valid in `store`, to `file`; returns its size in bytes. `signatures` is the directory of upstreams'
 * signatures and keys, if there is one. It is written to a temporary file and renamed, so `file` is always complete.
 */
export function writeBundle(sources: Iterable<Source>, store: Store, file: string, signatures?: string): Result<number> {
  const byName = new Map([...sources].map((source) => [storePathBaseName(sourcePath(source)), source]));
  const members = [...byName].sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [, source] of members) {
    if (!store.isValid(sourcePath(source))) return fail('E_SOURCE', `${source.file} is not in the store`, 'fetch the sources first');
  }
  const swhids = new Map<Source, string>();
  for (const [, source] of members) {
    const swhid = swhidOf(store.hostPath(sourcePath(source)));
    if (!swhid.ok) return swhid;
    swhids.set(source, swhid.value);
  }
  const signing = signaturesOf(
    members.map(([, source]) => source),
    signatures,
  );
  if (!signing.ok) return signing;
  const unfinished = `${file}.new`;
  try {
    const fd = openSync(unfinished, 'w');
    try {
      writeMember(fd, 'manifest.json', manifest(members, swhids, signing.value));
      writeMember(fd, 'SHA256SUMS', Buffer.from(members.map(([name, { sha256 }]) => `${sha256}  ${name}\n`).join('')));
      for (const [name, bytes] of signing.value) writeMember(fd, name, bytes);
      for (const [name, source] of members) copyMember(fd, name, source.size, store.hostPath(sourcePath(source)));
      writeAll(fd, Buffer.alloc(2 * BLOCK));
      const { size } = fstatSync(fd);
      renameSync(unfinished, file);
      return ok(size);
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    const failure = ioFailure('write the bundle', file, error);
    removeTreeSync(unfinished);
    return err(failure);
  }
}

/** Finds the members of a bundle by base name. Fails with `E_BUNDLE` if the file is not a bundle, or is truncated. */
export function readBundleIndex(file: string): Result<Map<string, Member>> {
  try {
    const fd = openSync(file, 'r');
    try {
      return readIndex(fd, file);
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    return err(ioFailure('read the bundle', file, error));
  }
}

function readIndex(fd: number, file: string): Result<Map<string, Member>> {
  const members = new Map<string, Member>();
  const { size: fileSize } = fstatSync(fd);
  const block = Buffer.alloc(BLOCK);
  let longPath: string | undefined;
  for (let position = 0; ;) {
    if (readSync(fd, block, 0, BLOCK, position) !== BLOCK) return damaged(file, `it ends at byte ${position}, in the middle`);
    const header = headerOf(block);
    if (header?.nullBlock === true) break;
    if (header?.cksumValid !== true || header.size === undefined) return damaged(file, `there is no header at byte ${position}`);
    const member = { offset: position + BLOCK, size: header.size };
    if (member.offset + member.size > fileSize) return damaged(file, `${header.path ?? ''} is truncated`);
    if (header.type === 'ExtendedHeader') {
      if (member.size > COPY_BYTES) return damaged(file, `there is a header of ${member.size} bytes at byte ${position}`);
      const text = Buffer.alloc(member.size);
      readSync(fd, text, 0, member.size, member.offset);
      longPath = Pax.parse(text.toString(), {}).path;
    } else {
      const path = longPath ?? header.path ?? '';
      longPath = undefined;
      if (!path.startsWith(`${DIRECTORY}/`)) return damaged(file, `it holds ${path}, which is not in ${DIRECTORY}/`);
      members.set(path.slice(DIRECTORY.length + 1), member);
    }
    position = member.offset + padded(member.size);
  }
  return members.has('manifest.json') ? ok(members) : damaged(file, 'it has no manifest.json');
}

/** `undefined` for bytes that are not a header. */
function headerOf(block: Buffer): Header | undefined {
  try {
    return new Header(block, 0);
  } catch {
    return undefined;
  }
}

function damaged(file: string, why: string): Result<never> {
  return fail('E_BUNDLE', `${file} is not a bundle of sources: ${why}`, 'make one with `zilch sources bundle`');
}

/** Copies a member out of a bundle into a new file. */
export function extractMember(bundle: string, member: Member, target: string): Result<void> {
  try {
    const from = openSync(bundle, 'r');
    const to = openSync(target, 'wx', 0o600);
    try {
      copyBytes(from, member.offset, to, member.size);
      return ok(undefined);
    } finally {
      closeSync(from);
      closeSync(to);
    }
  } catch (error) {
    return err(ioFailure('unpack from the bundle', bundle, error));
  }
}

/** Upstreams' signatures and keys that there are, by the names of their members, sorted. */
function signaturesOf(sources: readonly Source[], directory: string | undefined): Result<ReadonlyMap<string, Buffer>> {
  if (directory === undefined) return ok(new Map());
  const names = [...new Set(sources.flatMap((source) => Object.values(signatureNames(source))))].sort();
  return attempt(
    'read the signatures in',
    directory,
    () =>
      new Map(
        names.flatMap((name) => {
          const file = join(directory, basename(name));
          return existsSync(file) ? [[name, readFileSync(file)] as const] : [];
        }),
      ),
  );
}

function signatureNames({ file, name }: Source): { readonly signature: string; readonly signingKeys: string } {
  return { signature: `signatures/${file}.asc`, signingKeys: `signatures/${name}.key.asc` };
}

/** What an auditor wants to know of each file; nothing of when or where the bundle was made. */
function manifest(
  members: readonly (readonly [string, Source])[],
  swhids: ReadonlyMap<Source, string>,
  signing: ReadonlyMap<string, Buffer>,
): Buffer {
  const sources = members.map(([member, source]) => {
    const { name, version, file, size, sha256, licence, homepage, releases, changedByDebian } = source;
    const signed = signatureNames(source);
    return {
      ...{ member, name, version, file, size, sha256, swhid: swhids.get(source), licence, homepage, releases, changedByDebian },
      addresses: addressesOf(source),
      ...(signing.has(signed.signature) ? signed : {}),
    };
  });
  return Buffer.from(`${JSON.stringify({ format: 'zilch-sources', version: 1, sources }, undefined, 2)}\n`);
}

/** Every known address of these bytes, as `debian:pool/…` below the root of a mirror, and an archive that finds files by their hash. */
function addressesOf({ locations, sha256 }: Source): string[] {
  const known = locations.map((location) => (location.kind === 'url' ? location.url : `debian:${location.path}`));
  return [...known, `https://archive.softwareheritage.org/api/1/content/sha256:${sha256}/raw/`];
}

function writeMember(fd: number, name: string, contents: Buffer): void {
  writeHeader(fd, name, contents.length);
  writeAll(fd, contents);
  pad(fd, contents.length);
}

function copyMember(fd: number, name: string, size: number, file: string): void {
  writeHeader(fd, name, size);
  const from = openSync(file, 'r');
  try {
    copyBytes(from, 0, fd, size);
  } finally {
    closeSync(from);
  }
  pad(fd, size);
}

function writeHeader(fd: number, name: string, size: number): void {
  const block = Buffer.alloc(BLOCK);
  const fields = { path: `${DIRECTORY}/${name}`, size, mode: 0o444, uid: 0, gid: 0, mtime: new Date(1000), type: 'File' as const };
  const needsPax = new Header(fields).encode(block, 0);
  // A name of more than 100 bytes goes into an extended header before the plain one.
  if (needsPax) writeAll(fd, new Pax({ path: fields.path }).encode());
  writeAll(fd, block);
}

function pad(fd: number, size: number): void {
  writeAll(fd, Buffer.alloc(padded(size) - size));
}

function padded(size: number): number {
  return Math.ceil(size / BLOCK) * BLOCK;
}

/** Copies `size` bytes from a position to the other file's current position. A file that ends early is a bug. */
function copyBytes(from: number, start: number, to: number, size: number): void {
  const buffer = Buffer.allocUnsafe(Math.min(size, COPY_BYTES));
  for (let done = 0; done < size;) {
    const count = readSync(from, buffer, 0, Math.min(buffer.length, size - done), start + done);
    if (count === 0) throw new Error(`Internal error: a file ends after ${done} of ${size} bytes`);
    writeAll(to, buffer.subarray(0, count));
    done += count;
  }
}
