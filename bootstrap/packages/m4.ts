import { sh, source } from 'zilch';
import { autotools } from '../package/index.ts';
import type { Define } from './define.ts';

/** The macro processor that flex and bison write their output with. */
export const m4: Define = () => ({
  source: source({
    name: 'm4',
    version: '1.4.19',
    size: 1654908,
    sha256: '63aede5c6d33b6d9b13511cd0be2cac046f2e70fd0a07aa9573a04a82783af96',
    debian: 'pool/main/m/m4/m4_1.4.19.orig.tar.xz',
    urls: ['https://ftp.gnu.org/gnu/m4/m4-1.4.19.tar.xz'],
    licence: 'GPL-3.0-or-later',
    homepage: 'https://www.gnu.org/software/m4/',
    releases: 'https://ftp.gnu.org/gnu/m4/',
  }),
  description: 'GNU m4, a macro processor',
  // syscmd takes the sh of PATH: there is no /bin/sh.
  style: autotools({ flags: ['--with-syscmd-shell=sh'], folders: ['lib', 'src'] }),
  test: {
    script: sh`
phase 'macros, arithmetic, regular expressions, commands'
cat >factorial.m4 <<'.'
define(\`factorial', \`ifelse($1, 0, 1, \`eval($1 * factorial(decr($1)))')')dnl
factorial(10)
patsubst(\`zilch', \`\(z\)\(.*\)', \`\2-\1')
format(\`%05d|%s', 42, translit(\`abc', \`a-c', \`A-C'))
esyscmd(\`echo from a shell')dnl
.
m4 factorial.m4 >answer
printf '3628800\nilch-z\n00042|ABC\nfrom a shell\n' | cmp - answer
echo 'm4exit(7)' >exit.m4
status=0
m4 exit.m4 || status=$?
test $status = 7

phase 'what it kept, frozen and thawed'
echo 'changequote([,])define([kept], [thawed])' | m4 -F frozen
test "$(echo kept | m4 -R frozen)" = thawed
`,
  },
});
