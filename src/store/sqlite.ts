/**
 * The one file that knows which SQLite library is used. What SQLite reports about the world becomes a failure; what it
 * reports about our SQL is a bug, and thrown.
 */
import { closeSync, copyFileSync, existsSync, mkdtempSync, openSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { err, ok, ThrownFailure, type Failure, type Result } from '../result.js';
import { attempt, FULL_DISK_HINT } from './io-failure.js';

/** What SQLite's calls throw: the number is its extended result code. */
interface SqliteError extends Error {
  readonly errcode: number;
}

function isSqliteError(error: unknown): error is SqliteError {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === 'ERR_SQLITE_ERROR';
}

/** SQLite's result codes that say something about the world. */
const CODE = { perm: 3, busy: 5, locked: 6, readOnly: 8, io: 10, corrupt: 11, full: 13, cannotOpen: 14, notDatabase: 26 } as const;

function codeOf(error: SqliteError): number {
  return error.errcode & 0xff;
}

/** How long a writer waits for another process's transaction; these take milliseconds, so this is a hung one. */
const BUSY_TIMEOUT_MS = 30_000;

/** As Nix has it: checkpoints of 4 MiB would each cost an fsync in the middle of registering many paths. */
const AUTOCHECKPOINT_PAGES = 40_000;

/** What to do about a damaged database. */
export const CORRUPT_HINT = 'restore it from a copy, or begin with another store (--store): what was built can be built again';

/** SQLite's limit of 512, less what the names of the files beside the database have more. */
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

  /** Opens for writing, making the file if there is none, and runs `schema`, which minds nothing that is there already. */
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

  /** Opens for writing what is there. */
  static open(file: string): Result<Sqlite> {
    return guard(file, () =>
      prepare(connect(existing(file)), (database) => {
        configure(database);
        return ok(new Sqlite(file, database));
      }),
    );
  }

  /**
   * Opens for reading only. SQLite reads a write-ahead log through a shared-memory file beside it; where that cannot be
   * made (a read-only file system, another owner) nobody is writing either, and a private copy is read instead.
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
        // The first statement is what opens the log, and fails where it cannot be.
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

  /** Runs a statement that changes something; gives how many rows. */
  run(sql: string, ...parameters: readonly unknown[]): number {
    return Number(this.#statement(sql).run(...(parameters as SQLInputValue[])).changes);
  }

  /** Runs `body` in a transaction that takes the write lock at once; rolls back when it fails or throws. */
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
        // SQLite may have rolled back by itself, as it does when the disk is full.
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

/** As a URL, which can ask for a file that must be there. */
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
  // A transaction is on the disk when it is done. Otherwise a power cut might undo that paths were forgotten, and not that their files
  // were deleted; and what a build has reported would be gone.
  database.exec('pragma synchronous = full');
  database.exec(`pragma wal_autocheckpoint = ${AUTOCHECKPOINT_PAGES}`);
}

function guard<T>(file: string, body: () => Result<T>): Result<T> {
  try {
    return body();
  } catch (error) {
    if (error instanceof ThrownFailure) return err(error.failure);
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
      return {
        code: 'E_DATABASE',
        message: `${file} is not a sound database${says}`,
        hint: CORRUPT_HINT,
        cause: error,
      };
    case CODE.full:
      return diskFull(file, error);
    case CODE.io:
      // Also what it says when it has no room for its shared memory.
      if (statfsSync(dirname(file)).bavail === 0) return diskFull(file, error);
      return { code: 'E_IO', message: `reading or writing ${file} failed${says}`, cause: error };
    default:
      return undefined;
  }
}

/** What SQLite does not say. */
function whyNotOpened(file: string): Failure | undefined {
  if (Buffer.byteLength(file) > LONGEST_PATH) {
    const message = `${file} is too long a name for a database: SQLite takes ${LONGEST_PATH} bytes`;
    return { code: 'E_IO', message, hint: 'put the store where its path is shorter, with --store' };
  }
  const { files, ffree } = statfsSync(existsSync(dirname(file)) ? dirname(file) : '/');
  // A file system without a limit says that it has no files.
  if (files > 0 && ffree === 0) return { code: 'E_DISK_FULL', message: `no room for the files of the database ${file}`, hint: FULL_DISK_HINT };
  const opened = attempt('open', file, () => closeSync(openSync(file, 'r+')));
  return opened.ok ? undefined : opened.failure;
}

function diskFull(file: string, error: SqliteError): Failure {
  return { code: 'E_DISK_FULL', message: `no room for the database ${file}: ${error.message}`, hint: FULL_DISK_HINT, cause: error };
}
