import { local, sh } from 'zilch';
import { archive } from '../package/index.ts';
import type { Define } from './define.ts';

/** What `nix repl` reads its lines with: editline's interface, without the terminal descriptions of half a century. */
export const lineEditor: Define = () => ({
  name: 'line-editor',
  source: local(import.meta.url, './line-editor'),
  description: 'edits lines at a terminal',
  prepare: sh`
mkdir ../headers
cp editline.h ../headers/
`,
  style: archive({ files: '*.c', library: 'libeditline.a', include: '../headers' }),
  test: {
    script: sh`
phase 'keys typed at a terminal'
$CC $CFLAGS ${local(import.meta.url, './line-editor-test.c')} -leditline -o try
TERM=xterm ./try

phase 'lines that come from a file'
printf '#include <editline.h>\n#include <stdio.h>\nint main (void) { char *l; while ((l = readline ("prompt"))) printf ("[%%s]", l); }\n' >plain.c
$CC plain.c -leditline -o plain
test "$(printf 'one\n\ntwo' | ./plain)" = '[one][][two]'
`,
  },
});
