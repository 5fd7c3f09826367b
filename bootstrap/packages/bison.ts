import { sh, source } from 'zilch';
import { autotools } from '../package/index.ts';
import type { Define } from './define.ts';

/** Makes parsers. */
export const bison: Define = ({ m4 }) => ({
  source: source({
    name: 'bison',
    version: '3.8.2',
    size: 2654920,
    sha256: 'dff8a3c96dd34121828f62a7fa49e1f7765815b89e59f564e8d2a9e71c177be5',
    debian: 'pool/main/b/bison/bison_3.8.2+dfsg.orig.tar.xz',
    licence: 'GPL-3.0-or-later WITH Bison-exception-2.2',
    homepage: 'https://www.gnu.org/software/bison/',
    releases: 'https://ftp.gnu.org/gnu/bison/',
    changedByDebian: 'the manual is left out',
  }),
  description: 'GNU Bison, which makes parsers',
  runs: [m4],
  tools: [m4],
  edits: [
    {
      file: 'src/files.c',
      why: 'Its skeletons are found from where the program is, since no output names itself.',
      old: '      return cp ? cp : relocate2 (PKGDATADIR, &relocate_buffer);',
      new: `      static char beside[4096];
      ssize_t length;
      if (cp)
        return cp;
      length = readlink ("/proc/self/exe", beside, sizeof beside - sizeof "../share/bison");
      while (length > 0 && beside[length - 1] != '/')
        length--;
      if (length <= 0)
        error (EXIT_FAILURE, 0, "cannot read /proc/self/exe; set BISON_PKGDATADIR");
      return strcpy (beside + length, "../share/bison") - length;`,
    },
  ],
  // The usual targets want the manual, from which the examples are made.
  prepare: sh`
printf '%s\n' 'built: $(filter-out examples/% doc/%,$(BUILT_SOURCES))' 'program: built ; $(MAKE) src/bison' >>Makefile.in
`,
  style: autotools({
    flags: ['M4=m4', 'ac_cv_path_M4=m4'],
    targets: ['program'],
    installBy: sh`
mkdir -p "$out/bin" "$out/share/bison"
cp src/bison "$out/bin/"
cp -R data/. "$out/share/bison/"
rm -f "$out"/share/bison/*.mk
`,
  }),
  test: {
    script: sh`
cat >grammar <<'.'
%token <number> NUMBER
%type <number> sum
%left '+' '-'
%left '*'
%%
input: sum { result = $1; } ;
sum: NUMBER | sum '+' sum { $$ = $1 + $3; } | sum '-' sum { $$ = $1 - $3; } | sum '*' sum { $$ = $1 * $3; } | '(' sum ')' { $$ = $2; } ;
%%
.
for skeleton in yacc.c glr.c; do
  phase "a calculator by $skeleton"
  {
    printf '%%skeleton "%s"\n%%locations\n%%define parse.error verbose\n%%union { int number; }\n' $skeleton
    printf '%%code { #include <ctype.h>\n#include <stdio.h>\n#include <stdlib.h>\nstatic int result; static const char *at; static int yylex (void);\n'
    printf 'static void yyerror (const char *s) { fprintf (stderr, "%%s\\n", s); } }\n'
    cat grammar
    cat <<'.'
static int yylex (void)
{
  while (*at == ' ') at++;
  if (!isdigit (*at)) return *at ? *at++ : 0;
  yylval.number = strtol (at, (char **) &at, 10);
  return NUMBER;
}
int main (int n, char **words) { at = words[n - 1]; if (yyparse ()) return 1; printf ("%d\n", result); return 0; }
.
  } >calculator.y
  bison -o calculator.c -d calculator.y
  grep -q 'NUMBER = ' calculator.h
  $CC calculator.c -o calculator
  test "$(./calculator '2 + 3 * (4 - 1)')" = 11
  if ./calculator '2 + * 3' 2>log; then exit 1; fi
  grep -q 'unexpected' log
done

phase 'a parser in C++'
cat >sum.yy <<'.'
%skeleton "lalr1.cc"
%require "3.8"
%define api.value.type variant
%define api.token.constructor
%token <int> NUMBER
%token END 0
%parse-param { int &total }
%code { yy::parser::symbol_type yylex (); }
%%
sum: %empty | sum NUMBER { total += $2; } ;
%%
static int given;
yy::parser::symbol_type yylex () { return given++ < 3 ? yy::parser::make_NUMBER (given) : yy::parser::make_END (); }
void yy::parser::error (const std::string &) {}
int main () { int total = 0; yy::parser parser (total); return parser.parse () == 0 && total == 6 ? 0 : 1; }
.
bison -o sum.cc -d sum.yy
$CXX -std=c++14 sum.cc -o sum
./sum

phase 'conflicts are counted'
printf '%%%%\ne: e "+" e | "n" ;\n' >conflict.y
bison conflict.y 2>log
grep -q '1 shift/reduce conflict' log
`,
  },
});
