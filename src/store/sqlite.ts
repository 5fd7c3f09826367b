/**
 * The only file that knows which SQLite library is used. SQLite's errors about the environment become failures; its
 * errors about our SQL are bugs, and are thrown.
 */
import { closeSync, copyFileSync, existsSync, mkdtempSync, openSync, readSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { err, ok, ThrownFailure, type Failure, type Result } from '../result.js';
import { attempt, FAILING_DISK_HINT, FULL_DISK_HINT, ioFailure, isSystemError } from './io-failure.js';

/** The exceptions of SQLite's calls; the number is the extended result code. */
interface SqliteError extends Error {
  readonly errcode: number;
}

function isSqliteError(error: unknown): error is SqliteError {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === 'ERR_SQLITE_ERROR';
}

/** SQLite's result codes for errors of the environment. */
const CODE = { perm: 3, busy: 5, locked: 6, readOnly: 8, io: 10, corrupt: 11, full: 13, cannotOpen: 14, protocol: 15, notDatabase: 26 } as const;

function codeOf(error: SqliteError): number {
  return error.errcode & 0xff;
}

/** How long a writer waits for another process's transaction; these take milliseconds, so a longer one hangs. */
const BUSY_TIMEOUT_MS = 30_000;

/** Nix's value. Checkpoints of 4 MiB would each cost an fsync while many paths are registered. */
const AUTOCHECKPOINT_PAGES = 40_000;

/** The hint for a damaged database. */
export const CORRUPT_HINT = 'restore it from a copy, or use another store (--store) and build again';

/** SQLite's limit of 512, minus the longer names of the files beside the database. */
const LONGEST_PATH = 512 - '-journal'.length - 1;

/** An open database file. Statements are prepared once each. */
export class Sqlite {
  readonly #file: string;
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  private constructor(file: string, database: DatabaseSync) {
    this.#file = file;
    this.#database = database;
  }

  /** Opens for writing, making the file if there is none, and runs `schema`, which leaves existing tables alone. */
  static create(file: string, schema: string): Result<Sqlite> {
    return guard(file, () =>
      prepare(connect(file), (database) => {
        database.exec('pragma journal_mode = wal');
        configure(database);
        const sqlite = new Sqlite(file, database);
        const made = sqlite.transaction(() => {
          database.exec(schema);
          return ok(undefined);
        });
        if (made.ok) return ok(sqlite);
        database.close();
        return made;
      }),
    );
  }

  /** Opens an existing file for writing. */
  static open(file: string): Result<Sqlite> {
    return guard(file, () =>
      prepare(connect(existing(file)), (database) => {
        configure(database);
        return ok(new Sqlite(file, database));
      }),
    );
  }

  /**
   * Opens for reading only. SQLite reads a write-ahead log through a shared-memory file beside it. If that cannot be
   * made (a read-only file system, another owner), nobody is writing either, and a private copy is read instead.
   */
  static openReadOnly(file: string): Result<Sqlite> {
    return guard(file, () => {
      try {
        return ok(openForReading(file));
      } catch (error) {
        if (!isSqliteError(error) || (codeOf(error) !== CODE.cannotOpen && codeOf(error) !== CODE.readOnly) || !existsSync(file)) throw error;
      }
      const copyDir = mkdtempSync(join(tmpdir(), 'zilch-db-'));
      try {
        for (const ending of ['', '-wal']) if (existsSync(file + ending)) copyFileSync(file + ending, join(copyDir, `db.sqlite${ending}`));
        return ok(openForReading(join(copyDir, 'db.sqlite')));
      } finally {
        // The open descriptors keep the copy readable until it is closed.
        rmSync(copyDir, { recursive: true });
      }
    });

    function openForReading(name: string): Sqlite {
      return prepare(connect(name, { readOnly: true }), (database) => {
        // The first statement opens the log, and fails if that is impossible.
        database.prepare('select 1 from sqlite_master').get();
        return new Sqlite(name, database);
      });
    }
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }

  /** The first row. Throws `ThrownFailure`. */
  row(sql: string, ...parameters: readonly unknown[]): unknown {
    return this.#ask(() => this.#statement(sql).get(...(parameters as SQLInputValue[])));
  }

  /** Throws `ThrownFailure`. */
  rows(sql: string, ...parameters: readonly unknown[]): readonly unknown[] {
    return this.#ask(() => this.#statement(sql).all(...(parameters as SQLInputValue[])));
  }

  /** Runs a statement that changes rows; returns their number. */
  run(sql: string, ...parameters: readonly unknown[]): number {
    return Number(this.#statement(sql).run(...(parameters as SQLInputValue[])).changes);
  }

  /** Runs `body` in a transaction that takes the write lock at once; rolls back if it fails or throws. */
  transaction(body: () => Result<void>): Result<void> {
    return guard(this.#file, () => {
      this.#database.exec('begin immediate');
      let kept = false;
      try {
        const result = body();
        if (result.ok) {
          this.#database.exec('commit');
          kept = true;
        }
        return result;
      } finally {
        // SQLite may have rolled back by itself, for example because the disk is full.
        if (!kept && this.#database.isTransaction) this.#database.exec('rollback');
      }
    });
  }

  #ask<T>(question: () => T): T {
    const answer = guard(this.#file, () => ok(question()));
    if (!answer.ok) throw new ThrownFailure(answer.failure);
    return answer.value;
  }

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) this.#statements.set(sql, (statement = this.#database.prepare(sql)));
    return statement;
  }
}

/** As a URL, which can say that the file must exist. */
function existing(file: string): URL {
  const url = pathToFileURL(file);
  url.searchParams.set('mode', 'rw');
  return url;
}

function connect(file: string | URL, options: { readonly readOnly?: boolean } = {}): DatabaseSync {
  return new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS, ...options });
}

function prepare<T>(database: DatabaseSync, use: (database: DatabaseSync) => T): T {
  try {
    return use(database);
  } catch (error) {
    database.close();
    throw error;
  }
}

function configure(database: DatabaseSync): void {
  database.exec('pragma foreign_keys = on');
  // A transaction is on the disk when it is done. Otherwise a power cut might undo the removal of paths but not the
  // deletion of their files, and lose what a build has reported.
  database.exec('pragma synchronous = full');
  database.exec(`pragma wal_autocheckpoint = ${AUTOCHECKPOINT_PAGES}`);
}

function guard<T>(file: string, body: () => Result<T>): Result<T> {
  try {
    return body();
  } catch (error) {
    if (error instanceof ThrownFailure) return err(error.failure);
    // Of our own calls, for example for the private copy.
    if (isSystemError(error)) return err(ioFailure('use the database', file, error));
    if (!isSqliteError(error)) throw error;
    const failure = describe(file, error);
    if (failure === undefined) throw error;
    return err(failure);
  }
}

function describe(file: string, error: SqliteError): Failure | undefined {
  const says = `: ${error.message}`;
  const elsewhere = 'run as the owner of the store, or put it elsewhere with --store';
  switch (codeOf(error)) {
    case CODE.busy:
    case CODE.locked:
    case CODE.protocol:
      return {
        code: 'E_STORE_BUSY',
        message: `another process keeps ${file} locked${says}`,
        hint: 'see which one with `fuser` or `lsof`',
        cause: error,
      };
    case CODE.readOnly:
    case CODE.perm:
      return { code: 'E_READ_ONLY', message: `${file} may not be written${says}`, hint: elsewhere, cause: error };
    case CODE.cannotOpen:
      return whyNotOpened(file) ?? { code: 'E_PERMISSION', message: `cannot open ${file}${says}`, hint: elsewhere, cause: error };
    case CODE.corrupt:
    case CODE.notDatabase:
      return (
        whyNotRead(file) ?? {
          code: 'E_DATABASE',
          message: `${file} is damaged, or not a database${says}`,
          hint: CORRUPT_HINT,
          cause: error,
        }
      );
    case CODE.full:
      return diskFull(file, error);
    case CODE.io:
      // Also its error if there is no space for its shared memory.
      if (hasNoRoom(file)) return diskFull(file, error);
      return whyNotRead(file) ?? { code: 'E_IO', message: `cannot read or write ${file}${says}`, hint: FAILING_DISK_HINT, cause: error };
    default:
      return undefined;
  }
}

/** Reasons that SQLite does not report. */
function whyNotOpened(file: string): Failure | undefined {
  if (Buffer.byteLength(file) > LONGEST_PATH) {
    const message = `${file} is too long for a database: SQLite accepts ${LONGEST_PATH} bytes`;
    return { code: 'E_IO', message, hint: 'put the store where its path is shorter, with --store' };
  }
  const room = attempt('look at the file system of', file, () => statfsSync(existsSync(dirname(file)) ? dirname(file) : '/'));
  if (!room.ok) return room.failure;
  const { files, ffree } = room.value;
  // A file system without a limit reports 0 files.
  if (files > 0 && ffree === 0) return { code: 'E_DISK_FULL', message: `no room for the files of the database ${file}`, hint: FULL_DISK_HINT };
  const opened = attempt('open', file, () => closeSync(openSync(file, 'r+')));
  return opened.ok ? undefined : opened.failure;
}

/** SQLite calls a database damaged that the disk cannot read, so read the files once more without it. */
function whyNotRead(file: string): Failure | undefined {
  const piece = Buffer.alloc(2 ** 20);
  for (const name of [file, `${file}-wal`].filter((one) => existsSync(one))) {
    const whole = attempt('read', name, () => {
      const fd = openSync(name, 'r');
      try {
        while (readSync(fd, piece) > 0);
      } finally {
        closeSync(fd);
      }
    });
    if (!whole.ok) return whole.failure;
  }
  return undefined;
}

/** False if that cannot be told. */
function hasNoRoom(file: string): boolean {
  const room = attempt('look at the file system of', file, () => statfsSync(dirname(file)));
  return room.ok && room.value.bavail === 0;
}

function diskFull(file: string, error: SqliteError): Failure {
  return { code: 'E_DISK_FULL', message: `no room for the database ${file}: ${error.message}`, hint: FULL_DISK_HINT, cause: error };
}
