/** Places on this machine that have sources: directories and bundles. */
import { createHash } from 'node:crypto';
import { constants, copyFileSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { storePathBaseName } from '../formats/index.js';
import { sourcePath, type Source } from '../recipe/index.js';
import { err, fail, ok, type Result } from '../result.js';
import { attempt, ioFailure } from '../store/index.js';
import { extractMember, readBundleIndex } from './bundle.js';

/** A directory or a bundle, opened. */
export interface LocalPlace {
  readonly path: string;
  /** A file of the source's name and size, if there is one; its hash decides later whether it is the source. */
  readonly find: (source: Source) => Result<Found | undefined>;
}

export interface Found {
  /** For messages. */
  readonly from: string;
  /** Puts a copy at `target`, which must not exist. */
  readonly copyTo: (target: string) => Result<void>;
}

/** Opens a path given by the user, a directory or a bundle. Fails with `E_NOT_FOUND` or `E_BUNDLE`. */
export function openLocalPlace(path: string): Result<LocalPlace> {
  try {
    if (statSync(path).isDirectory()) return ok({ path, find: (source) => findInDirectory(path, source) });
  } catch (error) {
    return err(ioFailure('take sources from', path, error));
  }
  const index = readBundleIndex(path);
  if (!index.ok) return index;
  const find = (source: Source): Result<Found | undefined> => {
    const member = index.value.get(storePathBaseName(sourcePath(source)));
    return ok(member && { from: path, copyTo: (target) => extractMember(path, member, target) });
  };
  return ok({ path, find });
}

/** Searches all names the file may have: that in a bundle, that in the store, and those of its authors and Debian. */
function findInDirectory(directory: string, source: Source): Result<Found | undefined> {
  const published = source.locations.map((location) =>
    (location.kind === 'url' ? new URL(location.url).pathname : location.path).replace(/^.*\//, ''),
  );
  let wrongSize: Result<never> | undefined;
  for (const name of new Set([storePathBaseName(sourcePath(source)), source.file, ...published])) {
    const found = findFile(join(directory, name), source);
    if (found.ok && found.value === undefined) continue;
    if (found.ok || found.failure.code !== 'E_SIZE') return found;
    wrongSize ??= found;
  }
  return wrongSize ?? ok(undefined);
}

/** A file of the source's size; `undefined` where none is. Fails with `E_SIZE` where it has another. */
export function findFile(file: string, source: Source): Result<Found | undefined> {
  const stat = attempt('read', file, () => statSync(file, { throwIfNoEntry: false }));
  if (!stat.ok) return stat;
  if (stat.value?.isFile() !== true) return ok(undefined);
  const { size } = stat.value;
  return size === source.size ? ok({ from: file, copyTo: (target) => copyFile(file, target) }) : wrongSizeOf(file, size, source);
}

/** Tells the hash, too: whoever has moved a recipe to another version wants to know it. */
function wrongSizeOf(file: string, size: number, source: Source): Result<never> {
  const hashed = attempt('read', file, () => createHash('sha256').update(readFileSync(file)).digest('hex'));
  if (!hashed.ok) return hashed;
  const isRight = hashed.value === source.sha256;
  return fail(
    'E_SIZE',
    `${file} has ${size} bytes, not ${source.size}, and SHA-256 ${hashed.value}${isRight ? ', which is right' : ''}`,
    isRight ? `correct the size of ${source.name} in its recipe` : 'it is truncated or another version: fetch it again',
  );
}

/** Copies a file to a new path; shares its blocks if the file system can. */
function copyFile(file: string, target: string): Result<void> {
  return attempt('copy', file, () => {
    copyFileSync(file, target, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
  });
}
