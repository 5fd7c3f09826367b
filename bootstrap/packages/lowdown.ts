import { sh, source } from 'zilch';
import { archive } from '../package/index.ts';
import type { Define } from './define.ts';

/**
 * Markdown, for Nix's help on a terminal. Its makefile is written for BSD's make; its files are compiled one by one here. Whoever includes
 * lowdown.h has to include sys/queue.h before it, which musl has not: it is taken from where its configure script has a copy.
 */
export const lowdown: Define = () => ({
  source: source({
    name: 'lowdown',
    version: '2.0.2',
    size: 299643,
    sha256: 'd59f2ad82f981a63051bb61d8d04c02c8c49428ac29c435dff03a92e210b0004',
    debian: 'pool/main/l/lowdown/lowdown_2.0.2.orig.tar.gz',
    licence: 'ISC',
    homepage: 'https://kristaps.bsd.lv/lowdown/',
    releases: 'https://github.com/kristapsdz/lowdown/tags',
  }),
  description: 'Markdown on terminals',
  prepare: sh`
./configure
mkdir -p ../headers/sys
cp lowdown.h ../headers/
{
  printf '#pragma once\n/*\n'
  sed -n '/compatible version of OpenBSD <sys.queue.h>/,/^__HEREDOC__/p' configure | sed '$d; s|\\\\|\\|g'
} >../headers/sys/queue.h
rm main.c tests.c
`,
  style: archive({ files: '*.c', flags: '\'-DVERSION="2.0.2"\'', library: 'liblowdown.a', include: '../headers' }),
  test: {
    script: sh`
cat >try.c <<'.'
#include <stdio.h>
#include <sys/queue.h>
#include <lowdown.h>
#include <stdlib.h>
#include <string.h>
int main (int n, char **words)
{
  static const char text[] = "# Title\n\nSome *text* with \`code\`.\n\n- one\n- two\n";
  struct lowdown_opts o = { .type = n > 1 ? LOWDOWN_TERM : LOWDOWN_HTML, .feat = LOWDOWN_COMMONMARK | LOWDOWN_FENCED | LOWDOWN_TABLES };
  char *made;
  size_t length;
  o.term.cols = 60;
  if (!lowdown_buf (&o, text, sizeof text - 1, &made, &length, 0)) return 1;
  fwrite (made, 1, length, stdout);
  return 0;
}
.
phase 'HTML'
$CC -D_GNU_SOURCE try.c -llowdown -lm -o try
./try >html
grep -q '<em>text</em> with <code>code</code>' html
test "$(grep -c '<li>' html)" = 2

phase 'a terminal'
./try terminal >terminal
grep -q "$(printf '\033\\[')" terminal
grep -q one terminal
if grep -q '[*]text[*]' terminal; then exit 1; fi
`,
  },
});
