import { sh, source } from 'zilch';
import { autotools } from '../package/index.ts';
import type { Define } from './define.ts';

/** Makes lexers. Without its library, whose main() and yywrap() nobody needs. */
export const flex: Define = ({ m4 }) => ({
  source: source({
    name: 'flex',
    version: '2.6.4',
    size: 1419096,
    sha256: 'e87aae032bf07c26f85ac0ed3250998c37621d95f8bd748b31f15b33c45ee995',
    debian: 'pool/main/f/flex/flex_2.6.4.orig.tar.gz',
    urls: ['https://github.com/westes/flex/releases/download/v2.6.4/flex-2.6.4.tar.gz'],
    licence: 'BSD-3-Clause-flex',
    homepage: 'https://github.com/westes/flex',
    releases: 'https://github.com/westes/flex/releases',
  }),
  description: 'makes lexers',
  runs: [m4],
  tools: [m4],
  env: { CPPFLAGS: '-D_GNU_SOURCE' }, // declares reallocarray
  style: autotools({
    // It looks for m4 in PATH, unless it has been told a place.
    flags: ['--disable-bootstrap', '--disable-libfl', 'ac_cv_path_M4=m4'],
    folders: ['src'],
    targets: ['flex'],
    installBy: sh`
mkdir -p "$out/bin" "$out/include"
cp src/flex "$out/bin/"
cp src/FlexLexer.h "$out/include/"
`,
  }),
  test: {
    script: sh`
phase 'a lexer that counts'
cat >count.l <<'.'
%{
#include <stdio.h>
int words, numbers;
%}
%option noyywrap
%x comment
%%
"/*"            BEGIN(comment);
<comment>"*/"   BEGIN(INITIAL);
<comment>.|\n   ;
[0-9]+          numbers++;
[a-z]+          words++;
.|\n            ;
%%
int main (void) { yylex (); printf ("%d %d\n", words, numbers); return 0; }
.
flex --outfile=count.c --header-file=count.h count.l
grep -q 'int yylex' count.h
$CC -c count.c # its header may be included anywhere
$CC count.o -o count
test "$(echo 'one 2 three /* four 5 */ 66' | ./count)" = '2 2'

phase 'a lexer in C++'
printf '%%%%\n[a-z]+ return 1;\n%%%%\nint yyFlexLexer::yywrap () { return 1; }\nint main () { yyFlexLexer lexer; int n = 0; while (lexer.yylex ()) n++; return n == 3 ? 0 : 1; }\n' >words.ll
flex -+ -o words.cc words.ll
$CXX words.cc -o words
printf 'a b c' | ./words >rest

phase 'says what is wrong'
printf '%%%%\n[a-z return 1;\n' >wrong.l
if flex wrong.l 2>log; then exit 1; fi
grep -q 'wrong.l:2' log
`,
  },
});
