/** Opens or makes the database of a store, and checks its versions. */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statfsSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { err, fail, ok, type Result } from '../result.js';
import { Database } from './database.js';
import { syncFileSystemNow, syncNow } from './durable.js';
import { tryLock, type FileLock, type LockMode } from './file-lock.js';
import { ioFailure, isMissing, isSystemError } from './io-failure.js';
import type { Layout } from './layout.js';
import { makeDirectory } from './make-directory.js';
import { CA_SCHEMA_VERSION, KNOWN_CA_SCHEMAS, SCHEMA_VERSION } from './schema.js';

export interface OpenOptions {
  /** Make the store if there is none; without this a missing store is the failure `E_NO_STORE`. */
  readonly create?: boolean | undefined;
  /** Change nothing, not even a lock file. */
  readonly readOnly?: boolean | undefined;
}

export interface OpenDatabase {
  readonly database: Database;
  /** Held shared while the store is open; Nix takes it exclusively to change the schema. */
  readonly bigLock: FileLock | undefined;
}

/**
 * Freed when a full disk must be cleaned up, because even deleting needs space in the database. Nix has the same file.
 */
const RESERVED_BYTES = 8 * 1024 * 1024;

/**
 * Making the tables takes milliseconds, but torture saw it take more than ten seconds where other programs took all
 * processors and the disk. A lock that is held much longer has another reason.
 */
const LOCK_TIMEOUT_MS = 60_000;

/** Opens the database below `layout`, after checking its versions; with `create`, makes what is missing. */
export function openDatabase(layout: Layout, { create = false, readOnly = false }: OpenOptions): Result<OpenDatabase> {
  try {
    const versions = readVersions(layout);
    if (!versions.ok) return versions;
    const { schema, caSchema } = versions.value;
    if (schema === undefined && isBegun(layout)) {
      // It is being made, or a power cut lost what was written last.
      if (readOnly) return fail('E_NO_STORE', `the store at ${layout.root} is not complete`, '`zilch build` completes it, and so does `zilch gc`');
    } else if (schema === undefined && (!create || readOnly)) {
      return fail('E_NO_STORE', `there is no store at ${layout.root}`, '`zilch build` makes one; or name another with --store');
    }
    if (readOnly) {
      const database = Database.openReadOnly(layout.dbFile);
      return database.ok ? ok({ database: database.value, bigLock: undefined }) : database;
    }
    if (schema === undefined || caSchema === undefined) {
      const completed = complete(layout);
      if (!completed.ok) return completed;
    }
    // A store that Nix made does not have these.
    for (const directory of [layout.zilchTempDir, layout.zilchLocksDir, layout.zilchTrashDir]) mkdirSync(directory, { recursive: true });
    const safe = checkFolders(layout);
    if (!safe.ok) return safe;
    const bigLock = waitForLock(bigLockFile(layout), 'shared', () => false);
    if (!bigLock.ok) return bigLock;
    let database = Database.open(layout.dbFile);
    if (!database.ok && releaseReserve(layout)) database = Database.open(layout.dbFile);
    if (database.ok) return ok({ database: database.value, bigLock: bigLock.value });
    bigLock.value?.release();
    return database;
  } catch (error) {
    return err(ioFailure('open the store', layout.root, error));
  }
}

/**
 * Fails if everyone may write into a folder of the store, because they could replace registered files and Zilch's own.
 */
export function checkFolders(layout: Layout): Result<void> {
  const { storeDir, stateDir, dbDir, tempRootsDir, zilchDir, zilchTempDir, zilchLocksDir, zilchTrashDir } = layout;
  const folders = [
    dirname(storeDir),
    dirname(stateDir),
    storeDir,
    stateDir,
    dbDir,
    tempRootsDir,
    zilchDir,
    zilchTempDir,
    zilchLocksDir,
    zilchTrashDir,
  ];
  const open = folders.find((folder) => ((statSync(folder, { throwIfNoEntry: false })?.mode ?? 0) & 0o002) !== 0);
  if (open === undefined) return ok(undefined);
  return fail('E_PERMISSION', `everyone may write into ${open}, so the contents of this store cannot be trusted`, `chmod o-w ${open}`);
}

/** Frees the reserved space if the disk is full; returns whether it did. */
export function releaseReserve(layout: Layout): boolean {
  const { bavail, bsize } = statfsSync(layout.dbDir);
  if (bavail * bsize > RESERVED_BYTES || !existsSync(reservedFile(layout))) return false;
  rmSync(reservedFile(layout), { force: true });
  return true;
}

function reservedFile(layout: Layout): string {
  return join(layout.dbDir, 'reserved');
}

function readVersions(layout: Layout): Result<{ schema: number | undefined; caSchema: number | undefined }> {
  const schema = readVersion(join(layout.dbDir, 'schema'));
  const caSchema = readVersion(join(layout.dbDir, 'ca-schema'));
  if (Number.isNaN(schema) || Number.isNaN(caSchema)) {
    return fail(
      'E_STORE_SCHEMA',
      `a version of the store at ${layout.root} is not a number`,
      `the disk may be damaged; see schema and ca-schema in ${layout.dbDir}`,
    );
  }
  if (schema !== undefined && schema !== SCHEMA_VERSION) {
    return fail(
      'E_STORE_SCHEMA',
      `the store at ${layout.root} has schema ${schema}, not ${SCHEMA_VERSION}`,
      schema < SCHEMA_VERSION ? 'open it once with Nix 2.8, which converts it' : 'it was made by a Nix that is too new for this program',
    );
  }
  if (caSchema !== undefined && !KNOWN_CA_SCHEMAS.includes(caSchema)) {
    return fail(
      'E_STORE_SCHEMA',
      `the store at ${layout.root} has ca-schema ${caSchema}, not ${KNOWN_CA_SCHEMAS.join(' or ')}`,
      'it was made by a Nix that is too old or too new; use another store with --store',
    );
  }
  return ok({ schema, caSchema });
}

/** After a power cut a file may exist without its contents, so an empty file counts as missing. */
function readVersion(file: string): number | undefined {
  try {
    const text = readFileSync(file, 'utf8').replaceAll('\0', '').trim();
    return text === '' ? undefined : Number(text);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/**
 * Makes one directory after the other. If the parent exists but mkdir still fails with ENOENT, as in /proc, Node's own
 * recursion never ends and uses up all memory.
 */
function makeRoot(root: string): void {
  if (existsSync(root)) return;
  if (dirname(root) !== root) makeRoot(dirname(root));
  try {
    mkdirSync(root);
  } catch (error) {
    // Another process was faster.
    if (!existsSync(root)) throw error;
  }
}

/**
 * Makes directories and tables. The version files are written last, when everything else is on the disk. If it is
 * killed before that, the store still counts as missing, and all steps are repeated, which does no harm.
 */
function complete(layout: Layout): Result<void> {
  const directories = [layout.storeDir, layout.linksDir, layout.dbDir, layout.tempRootsDir, layout.profilesDir, layout.gcRootsDir];
  makeRoot(layout.root);
  for (const directory of directories) makeDirectory(directory);
  const bigLock = waitForLock(bigLockFile(layout), 'exclusive', () => isComplete(layout));
  if (!bigLock.ok) return bigLock;
  // Another process was faster, and holds the lock shared while it has the store open.
  if (bigLock.value === undefined) return ok(undefined);
  try {
    linkProfiles(layout);
    reserve(layout);
    const database = Database.create(layout.dbFile);
    if (!database.ok) return database;
    database.value.close();
    const synced = syncFileSystemNow(layout.dbDir);
    if (!synced.ok) return synced;
    writeVersion(join(layout.dbDir, 'ca-schema'), CA_SCHEMA_VERSION);
    writeVersion(join(layout.dbDir, 'schema'), SCHEMA_VERSION);
    return ok(undefined);
  } finally {
    bigLock.value.release();
  }
}

function bigLockFile(layout: Layout): string {
  return join(layout.dbDir, 'big-lock');
}

/** Nix makes this link only together with the directory. */
function linkProfiles(layout: Layout): void {
  try {
    symlinkSync(layout.profilesDir, join(layout.gcRootsDir, 'profiles'));
  } catch (error) {
    if (!isSystemError(error) || error.code !== 'EEXIST') throw error;
  }
}

/** Reserves that space, or as much as there is; adds to it if there was less the last time. */
export function reserve(layout: Layout): void {
  const file = reservedFile(layout);
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) >= RESERVED_BYTES) return;
  try {
    writeFileSync(file, Buffer.alloc(RESERVED_BYTES), { mode: 0o600 });
  } catch (error) {
    // If there is not enough space, reserve what there is.
    if (!isSystemError(error) || !['ENOSPC', 'EDQUOT'].includes(error.code)) throw error;
  }
}

/**
 * The digits without a newline, as Nix writes them. Renamed into place, so neither readers nor a power cut see half of
 * them.
 */
function writeVersion(file: string, version: number): void {
  if (readVersion(file) !== undefined) return;
  writeFileSync(`${file}.new`, String(version), { flush: true });
  renameSync(`${file}.new`, file);
  syncNow(dirname(file));
}

function isComplete(layout: Layout): boolean {
  return readVersion(join(layout.dbDir, 'schema')) !== undefined && readVersion(join(layout.dbDir, 'ca-schema')) !== undefined;
}

/** True if everything of a store exists except its schema number. */
function isBegun(layout: Layout): boolean {
  return existsSync(layout.dbFile);
}

/**
 * Opening a store is synchronous, and so is this wait, which is short unless something is wrong. Returns `undefined` if
 * `isNeedless` became true first.
 */
function waitForLock(path: string, mode: LockMode, isNeedless: () => boolean): Result<FileLock | undefined> {
  const sleeper = new Int32Array(new SharedArrayBuffer(4));
  for (const deadline = Date.now() + LOCK_TIMEOUT_MS; ; Atomics.wait(sleeper, 0, 0, 10)) {
    const lock = tryLock(path, mode);
    if (lock !== undefined || isNeedless()) return ok(lock);
    if (Date.now() > deadline) {
      return fail(
        'E_STORE_BUSY',
        `another process holds ${path}`,
        'it makes or converts the store; see which one with `fuser` or `lsof`, and try again',
      );
    }
  }
}
