/** Opening or making the database of a store, and the checks of what versions it is of. */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statfsSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { err, fail, ok, type Result } from '../result.js';
import { Database } from './database.js';
import { syncFileSystemNow, syncNow } from './durable.js';
import { tryLock, type FileLock, type LockMode } from './file-lock.js';
import { ioFailure, isMissing, isSystemError } from './io-failure.js';
import type { Layout } from './layout.js';
import { CA_SCHEMA_VERSION, KNOWN_CA_SCHEMAS, SCHEMA_VERSION } from './schema.js';

export interface OpenOptions {
  /** Make the store if there is none; otherwise that is the failure `E_NO_STORE`. */
  readonly create?: boolean | undefined;
  /** Change nothing, not even a lock file. */
  readonly readOnly?: boolean | undefined;
}

export interface OpenDatabase {
  readonly database: Database;
  /** Held shared for as long as the store is open: Nix takes it exclusively to change the schema. */
  readonly bigLock: FileLock | undefined;
}

/** Set free when a full disk must be cleaned up: even deleting needs room in the database. Nix keeps the same. */
const RESERVED_BYTES = 8 * 1024 * 1024;

/**
 * Making the tables takes milliseconds, and more than ten seconds where other programs take all processors and the disk, as torture found. A
 * lock that is held much longer is held by something else.
 */
const LOCK_TIMEOUT_MS = 60_000;

/** Opens the database below `layout`, after checking its versions; with `create`, makes what is missing. */
export function openDatabase(layout: Layout, { create = false, readOnly = false }: OpenOptions): Result<OpenDatabase> {
  try {
    const versions = readVersions(layout);
    if (!versions.ok) return versions;
    const { schema, caSchema } = versions.value;
    if (schema === undefined && isBegun(layout)) {
      // It was being made, or a power cut took what was written last.
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

/** Fails where everybody may write into a folder of the store: they could replace what is registered, and the program's own files. */
function checkFolders(layout: Layout): Result<void> {
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
  return fail('E_PERMISSION', `everybody may write into ${open}, so what is in this store cannot be relied on`, `chmod o-w ${open}`);
}

/** Sets the reserved room free if the disk is that full; true when it did. */
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
      `a version of the store at ${layout.root} is no number`,
      `is its disk sound? see schema and ca-schema in ${layout.dbDir}`,
    );
  }
  if (schema !== undefined && schema !== SCHEMA_VERSION) {
    return fail(
      'E_STORE_SCHEMA',
      `the store at ${layout.root} has schema ${schema}, not ${SCHEMA_VERSION}`,
      schema < SCHEMA_VERSION ? 'open it once with Nix 2.8, which converts it' : 'it was made by a Nix newer than this program knows',
    );
  }
  if (caSchema !== undefined && !KNOWN_CA_SCHEMAS.includes(caSchema)) {
    return fail(
      'E_STORE_SCHEMA',
      `the store at ${layout.root} has ca-schema ${caSchema}, not ${KNOWN_CA_SCHEMAS.join(' or ')}`,
      'it was made by a Nix of another age; use another store with --store',
    );
  }
  return ok({ schema, caSchema });
}

/** A file system may have a file's name and size after a power cut, and not its contents: an empty one is a missing one. */
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
 * One directory after the other: where the parent is there and a directory still cannot be made in it for ENOENT, as in
 * /proc, Node's own recursion never ends and takes all memory.
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
 * Makes directories and tables. The version files are written last, when all else is on the disk: killed before that, the store still
 * counts as missing, and all of this, which minds nothing that is there already, is done again.
 */
function complete(layout: Layout): Result<void> {
  const directories = [layout.storeDir, layout.linksDir, layout.dbDir, layout.tempRootsDir, layout.profilesDir, layout.gcRootsDir];
  makeRoot(layout.root);
  for (const directory of directories) mkdirSync(directory, { recursive: true });
  const bigLock = waitForLock(bigLockFile(layout), 'exclusive', () => isComplete(layout));
  if (!bigLock.ok) return bigLock;
  // Another process was faster, and keeps the lock shared as long as it has the store open.
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

/** Nix makes this link together with the directory, and only then. */
function linkProfiles(layout: Layout): void {
  try {
    symlinkSync(layout.profilesDir, join(layout.gcRootsDir, 'profiles'));
  } catch (error) {
    if (!isSystemError(error) || error.code !== 'EEXIST') throw error;
  }
}

/** Keeps that room, as much of it as there is; more of it where there was less the last time. */
export function reserve(layout: Layout): void {
  const file = reservedFile(layout);
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) >= RESERVED_BYTES) return;
  try {
    writeFileSync(file, Buffer.alloc(RESERVED_BYTES), { mode: 0o600 });
  } catch (error) {
    // Without the room for it, whatever could be had of it serves.
    if (!isSystemError(error) || !['ENOSPC', 'EDQUOT'].includes(error.code)) throw error;
  }
}

/** The digits without a newline, as Nix writes them; renamed into place, so that no reader sees half of them, nor a power cut. */
function writeVersion(file: string, version: number): void {
  if (readVersion(file) !== undefined) return;
  writeFileSync(`${file}.new`, String(version), { flush: true });
  renameSync(`${file}.new`, file);
  syncNow(dirname(file));
}

function isComplete(layout: Layout): boolean {
  return readVersion(join(layout.dbDir, 'schema')) !== undefined && readVersion(join(layout.dbDir, 'ca-schema')) !== undefined;
}

/** True when there is a store but for the number of its schema. */
function isBegun(layout: Layout): boolean {
  return existsSync(layout.dbFile);
}

/**
 * Opening a store is synchronous; so is the waiting, which is for a moment unless something is wrong. `undefined` when
 * `isNeedless` became true instead.
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
