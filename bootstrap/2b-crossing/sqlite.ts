import { sh } from 'zilch';
import { stage1 } from '../1-stage1/index.ts';
import { ascentRecipe } from '../2a-ascent/index.ts';
import * as sources from '../sources.ts';
import { toolchain } from './crossing.ts';
import { gnumake } from './gnumake.ts';

/**
 * SQLite by the last toolchain, a quarter of a million lines in one file, and those of its own tests that need no Tcl: queries and
 * damaged databases that once made it fail, tens of thousands of them.
 */
export const toolchainSqlite = ascentRecipe({
  name: 'toolchain-sqlite',
  description: 'SQLite and its own tests, as a test of the toolchain',
  version: '3.53.4',
  path: [toolchain, gnumake, stage1.protobusybox],
  script: sh`
phase unpack
unpack ${sources.sqlite} sqlite
shell_scripts sqlite
cd sqlite

phase configure
CC=cc LDFLAGS=-static "$SHELL" ./configure --disable-load-extension --disable-readline --disable-shared --disable-tcl --with-tclsh=jimsh

phase build
make SHELL="$SHELL" sqlite3

phase 'a query'
test "$(./sqlite3 :memory: 'with recursive n(i) as (select 1 union all select i + 1 from n where i < 10) select sum(i) from n')" = 55

phase 'its own tests'
make SHELL="$SHELL" fuzzcheck
for n in 1 2 3 4 5 6 7 8; do
  ./fuzzcheck test/fuzzdata$n.db >log
  tr '\r' '\n' <log | grep '^fuzzcheck: 0 errors out of [0-9]* tests'
done
mkdir "$out"
`,
});
