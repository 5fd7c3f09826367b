import { sh } from 'zilch';
import { makefile } from '../package/index.ts';
import * as sources from '../sources.ts';
import type { Define } from './define.ts';

/** The database in which Nix, as Zilch, keeps what it knows of its store. Its build brings an interpreter of its own, jimsh. */
export const sqlite: Define = () => ({
  source: sources.sqlite,
  description: 'a database in a library',
  style: makefile({
    configure: sh`
"$SHELL" ./configure --disable-load-extension --disable-readline --disable-rpath --disable-shared --disable-tcl --with-tclsh=jimsh
`,
    targets: ['libsqlite3.a', 'sqlite3'],
    install: sh`
mkdir -p "$out/bin" "$out/lib" "$out/include"
cp sqlite3 "$out/bin/"
cp libsqlite3.a "$out/lib/"
cp sqlite3.h "$out/include/"
`,
  }),
  test: {
    script: sh`
phase 'queries'
test "$(sqlite3 :memory: 'with recursive n(i) as (select 1 union all select i + 1 from n where i < 10) select sum(i) from n')" = 55
test "$(sqlite3 :memory: "select json_extract('{\"a\":[1,2]}', '$.a[1]'), hex(zeroblob(2)), 'a' like 'A', round(2.345, 2)")" = '2|0000|1|2.35'

phase 'a file with a write-ahead log, two connections, and what is rolled back'
cat >try.c <<'.'
#include <sqlite3.h>
#include <string.h>
static int count (sqlite3 *db)
{
  sqlite3_stmt *s;
  int n = -1;
  if (sqlite3_prepare_v2 (db, "select count(*) from t", -1, &s, 0) == SQLITE_OK && sqlite3_step (s) == SQLITE_ROW) n = sqlite3_column_int (s, 0);
  sqlite3_finalize (s);
  return n;
}
int main (void)
{
  sqlite3 *one, *two;
  if (!sqlite3_threadsafe () || strcmp (sqlite3_libversion (), "3.53.4")) return 1;
  if (sqlite3_open ("try.db", &one) || sqlite3_exec (one, "pragma journal_mode = wal; create table t (a unique); insert into t values (1)", 0, 0, 0)) return 2;
  if (sqlite3_open ("try.db", &two) || count (two) != 1) return 3;
  if (sqlite3_exec (one, "begin; insert into t values (2)", 0, 0, 0) || count (one) != 2 || count (two) != 1) return 4;
  if (sqlite3_exec (two, "insert into t values (3)", 0, 0, 0) != SQLITE_BUSY) return 5;
  if (sqlite3_exec (one, "commit", 0, 0, 0) || count (two) != 2) return 6;
  if (sqlite3_exec (two, "insert into t values (2)", 0, 0, 0) != SQLITE_CONSTRAINT) return 7;
  if (sqlite3_exec (two, "begin; delete from t; rollback", 0, 0, 0) || count (one) != 2) return 8;
  return sqlite3_close (one) || sqlite3_close (two);
}
.
$CC try.c -lsqlite3 -lm -o try
./try
test "$(sqlite3 try.db 'pragma integrity_check')" = ok
`,
  },
});
