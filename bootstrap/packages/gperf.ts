import { sh, source } from 'zilch';
import { autotools } from '../package/index.ts';
import type { Define } from './define.ts';

/** Makes hash functions that are perfect for a list of words. libseccomp looks up system calls by one. */
export const gperf: Define = () => ({
  source: source({
    name: 'gperf',
    version: '3.1',
    size: 1208351,
    sha256: '1f88819b78187350e7e6ca24b5e15cbf4083659773508d3f018b9b525e9d1cb8',
    debian: 'pool/main/g/gperf/gperf_3.1.orig.tar.gz',
    licence: 'GPL-3.0-or-later',
    homepage: 'https://www.gnu.org/software/gperf/',
    releases: 'https://ftp.gnu.org/gnu/gperf/',
  }),
  description: 'makes perfect hash functions',
  env: { CPPFLAGS: '-Wno-register' }, // a word that C++17 has no more
  style: autotools({ folders: ['lib', 'src'] }),
  test: {
    script: sh`
phase 'all words are found, and no others'
printf '%s\n' '%struct-type' 'struct month { const char *name; int days; };' %% january,31 february,28 march,31 april,30 %% \
  '#include <stdio.h>' 'int main (int n, char **words) { const struct month *m = in_word_set (words[1], strlen (words[1])); return m ? m->days : 0; }' >months
gperf -t -L ANSI-C months >months.c
$CC -include string.h months.c -o months.out
for pair in january:31 february:28 march:31 april:30 mai:0 marc:0 :0; do
  status=0
  ./months.out "$(echo $pair | cut -d: -f1)" || status=$?
  test $status = "$(echo $pair | cut -d: -f2)"
done
`,
  },
});
