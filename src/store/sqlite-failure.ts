import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import Sqlite from 'better-sqlite3';
import { err, type Failure, type Result } from '../result.js';
import { FULL_DISK_HINT } from './io-failure.js';

type SqliteError = InstanceType<typeof Sqlite.SqliteError>;

/** Turns what SQLite reports about the world (not about our SQL) into failures. */
export function guardSqlite<T>(file: string, body: () => Result<T>): Result<T> {
  try {
    return body();
  } catch (error) {
    if (!(error instanceof Sqlite.SqliteError)) throw error;
    const failure = describe(file, error);
    if (failure === undefined) throw error;
    return err(failure);
  }
}

function describe(file: string, error: SqliteError): Failure | undefined {
  const says = `: ${error.message}`;
  switch (/^SQLITE_[A-Z]+/.exec(error.code)?.[0]) {
    case 'SQLITE_BUSY':
    case 'SQLITE_LOCKED':
      return { code: 'E_STORE_BUSY', message: `another process keeps ${file} locked${says}`, hint: 'see which one with `fuser` or `lsof`, and try again', cause: error };
    case 'SQLITE_FULL':
      return diskFull(file, error);
    case 'SQLITE_READONLY':
    case 'SQLITE_PERM':
      return { code: 'E_READ_ONLY', message: `${file} may not be written${says}`, hint: 'run as the owner of the store, or put it elsewhere with --store', cause: error };
    case 'SQLITE_CANTOPEN':
      return { code: 'E_PERMISSION', message: `cannot open ${file}${says}`, hint: 'run as the owner of the store, or put it elsewhere with --store', cause: error };
    case 'SQLITE_CORRUPT':
    case 'SQLITE_NOTADB':
      return { code: 'E_STORE_CORRUPT', message: `${file} is not a sound database${says}`, hint: 'move it away and register again, or restore it from a copy', cause: error };
    case 'SQLITE_IOERR':
      if (isDiskFull(file)) return diskFull(file, error);
      return { code: 'E_IO', message: `reading or writing ${file} failed${says}`, cause: error };
    default:
      return undefined;
  }
}

function diskFull(file: string, error: SqliteError): Failure {
  return { code: 'E_DISK_FULL', message: `no room for the database ${file}: ${error.message}`, hint: FULL_DISK_HINT, cause: error };
}

/** SQLite calls it an I/O error when it has no room for its shared memory. */
function isDiskFull(file: string): boolean {
  return statfsSync(dirname(file)).bavail === 0;
}
