import { sh, text, type AnyRecipe, type Text } from 'zilch';
import { NOWHERE } from './ascent.ts';
import { musl } from './musl.ts';
import { noTrace } from './no-trace.ts';

/** What every C and C++ compiler on musl must do: its programs run, static and dynamic, and ask for the right loader. */
export const compilerTest = (compiler: AnyRecipe): Text => sh`
phase 'C: printf, varargs, long double, threads'
cat >try.c <<'.'
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <pthread.h>
struct big { long a, b, c; };
static long double sum (int n, ...)
{
  va_list list; long double total = 0; int i;
  va_start (list, n);
  for (i = 0; i < n; i++)
    switch (i % 4)
      {
      case 0: total += va_arg (list, int); break;
      case 1: total += va_arg (list, double); break;
      case 2: total += va_arg (list, long double); break;
      case 3: total += va_arg (list, struct big).c; break;
      }
  va_end (list);
  return total;
}
static void *run (void *p) { *(int *) p = 42; return 0; }
int main (void)
{
  struct big b = { 1, 2, 3 }; pthread_t thread; int answer = 0; char text[32];
  if (sum (10, 1, 0.5, 0.25L, b, 1, 0.5, 0.25L, b, 1, 0.5) != 11) return 1;
  if (pthread_create (&thread, 0, run, &answer) || pthread_join (thread, 0) || answer != 42) return 2;
  sprintf (text, "%Lg %g %zu", 0.1L, 1e-5, sizeof b);
  if (strcmp (text, "0.1 1e-05 24")) return 3;
  puts ("right");
  return 0;
}
.
phase 'C++: exceptions, RTTI, containers, streams, constructors of statics'
cat >try.cc <<'.'
#include <algorithm>
#include <cstdio>
#include <iostream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <typeinfo>
#include <vector>
static int made, gone;
struct counted { counted () { ++made; } counted (const counted &) { ++made; } virtual ~counted () { ++gone; } };
struct more : counted { int n; more () : n (7) {} };
static std::string first ("first");
static void thrower (int depth)
{
  counted here;
  if (depth == 0) throw std::runtime_error ("deep");
  thrower (depth - 1);
}
template <class T> T twice (T t) { return t + t; }
int main ()
{
  try { thrower (10); return 1; }
  catch (const std::exception &e) { if (std::string (e.what ()) != "deep" || made != 11 || gone != 11) return 2; }
  more m; counted *c = &m;
  if (typeid (*c) != typeid (more) || dynamic_cast<more *> (c)->n != 7) return 3;
  try { counted plain; dynamic_cast<more &> (plain); return 4; } catch (const std::bad_cast &) {}
  std::map<std::string, std::vector<int> > map;
  for (int i = 0; i < 1000; i++) map[i % 2 ? "odd" : "even"].push_back (1000 - i);
  std::sort (map["odd"].begin (), map["odd"].end ());
  if (map["odd"].size () != 500 || map["odd"][0] != 1) return 5;
  std::ostringstream out; out << twice (first) << ' ' << std::hex << 255 << ' ' << 2.5;
  if (out.str () != "firstfirst ff 2.5") return 6;
  std::istringstream in ("12 0.5 word"); int i; double d; std::string word;
  if (!(in >> i >> d >> word) || i != 12 || d != 0.5 || word != "word") return 7;
  std::cout << "right" << std::endl;
  return 0;
}
.
loader=${musl}/lib/ld-musl-x86_64.so.1
for level in -O0 -O1 -O2 -O3 -Os; do
  for language in c cc; do
    if [ $language = c ]; then driver=gcc; else driver=g++; fi
    ${compiler}/bin/$driver $level try.$language -o dynamic
    ${compiler}/bin/$driver $level try.$language -o static -static
    test "$(./dynamic)" = right
    test "$(./static)" = right
    readelf -l dynamic | grep -q "interpreter: $loader]"
    readelf -d dynamic >needed
    grep -q 'NEEDED.*\[libc.so\]' needed
    test "$(grep -c NEEDED needed)" = 1 # the compiler's own libraries are linked in
    if grep -q 'R.*PATH' needed; then exit 1; fi
    if readelf -l static | grep -q INTERP; then exit 1; fi
  done
done

phase 'no headers and libraries but those of the store'
for language in c c++; do
  ${compiler}/bin/gcc -x $language -E -v /dev/null 2>&1 >/dev/null | sed -n '/> search starts here/,/^End of search/s/^ //p'
done >directories
# GCC 3.4 also looks where another one of its version would be.
${compiler}/bin/gcc -print-search-dirs | sed -n 's/^libraries: =//p' | tr : '\n' | grep -v '^/usr/lib/gcc/[^/]*/3.4.6/$' >>directories
grep -q ^${musl}/include directories
grep -q ^${musl}/lib directories
# What it was configured for is looked at as well, and is nowhere.
if grep -v -e ^/nix/store/ -e '^${NOWHERE}/' directories; then exit 1; fi
test ! -e ${NOWHERE}

phase 'programs that need nothing to start'
find ${compiler}/bin ${compiler}/libexec -type f -perm -100 | while read -r program; do
  if readelf -l "$program" 2>/dev/null | grep INTERP; then echo "$program is not static" >&2; exit 1; fi
done

${noTrace({ cc: text`${compiler}/bin/gcc`, strings: ['/build/'], trees: [compiler] })}
`;
