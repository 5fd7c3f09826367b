import { sh, type AnyRecipe, type Recipe, type Text } from 'zilch';
import { llvmMajor, noTrace } from '../2a-ascent/index.ts';

interface Tested {
  readonly toolchain: AnyRecipe;
  readonly sysroot: Recipe<readonly ['out', 'lib']>;
  /** Whether GCC compiled its programs, and libstdc++ is in them. */
  readonly compiledByGcc: boolean;
}

/** What libstdc++ says of itself when it throws. Programs are stripped of what says who compiled them, but not of this. */
const OF_LIBSTDCXX = 'basic_string::_M_';

/** What one may expect of a C and C++ toolchain, tried with programs; PATH begins with the toolchain. */
export const toolchainTest = ({ toolchain, sysroot, compiledByGcc }: Tested): Text => sh`
phase 'C: threads, thread-local storage, long double, varargs, setjmp'
cat >try.c <<'.'
#include <complex.h>
#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <linux/magic.h>
static _Thread_local int mine = 1;
static atomic_int shared;
static void *run (void *p) { mine = 41; atomic_fetch_add (&shared, mine); *(int *) p = mine + 1; return 0; }
static long double sum (int n, ...)
{
  va_list list; long double total = 0;
  va_start (list, n);
  for (int i = 0; i < n; i++) total += i % 2 ? va_arg (list, long double) : va_arg (list, int);
  va_end (list);
  return total;
}
int main (void)
{
  pthread_t threads[8]; int answers[8]; jmp_buf env; char text[32];
  for (int i = 0; i < 8; i++) if (pthread_create (&threads[i], 0, run, &answers[i])) return 1;
  for (int i = 0; i < 8; i++) if (pthread_join (threads[i], 0) || answers[i] != 42) return 2;
  if (mine != 1 || shared != 8 * 41) return 3;
  if (sum (4, 1, 0.5L, 2, 0.25L) != 3.75L || fabsl (sinl (1) - 0.841470984807896507L) > 1e-17L) return 4;
  if (cabs (3 + 4 * I) != 5) return 5;
  if (!setjmp (env)) longjmp (env, 1);
  snprintf (text, sizeof text, "%Lg %zu %x", 0.1L, sizeof (long double), EXT2_SUPER_MAGIC);
  if (strcmp (text, "0.1 16 ef53")) return 6;
  puts ("right");
}
.
phase 'C++: exceptions, RTTI, streams, regular expressions, files, threads'
cat >try.cc <<'.'
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <future>
#include <iostream>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <regex>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <typeinfo>
#include <variant>
#include <vector>
static int made, gone;
struct counted { counted () { ++made; } counted (const counted &) { ++made; } virtual ~counted () { ++gone; } };
struct more : counted { int n = 7; };
static std::string first ("first");
static thread_local std::string own ("own");
static void thrower (int depth) { counted here; if (depth == 0) throw std::runtime_error ("deep"); thrower (depth - 1); }
int main ()
{
  try { thrower (10); return 1; }
  catch (const std::exception &e) { if (std::string (e.what ()) != "deep" || made != 11 || gone != 11) return 2; }
  std::unique_ptr<counted> c = std::make_unique<more> ();
  const counted &is = *c;
  if (dynamic_cast<more &> (*c).n != 7 || typeid (is) != typeid (more)) return 3;
  std::map<std::string, std::vector<int>> map;
  for (int i = 0; i < 1000; i++) map[i % 2 ? "odd" : "even"].push_back (1000 - i);
  std::sort (map["odd"].begin (), map["odd"].end ());
  if (map["odd"].size () != 500 || map["odd"][0] != 1) return 4;
  std::ostringstream out; out << first << ' ' << std::hex << 255 << ' ' << 2.5;
  if (out.str () != "first ff 2.5") return 5;
  std::smatch match; std::string date = "on 1969-07-20";
  if (!std::regex_search (date, match, std::regex ("([0-9]+)-([0-9]+)")) || match[2] != "07") return 6;
  std::filesystem::create_directories ("some/place");
  std::ofstream ("some/place/file") << "text";
  if (std::filesystem::file_size ("some/place/file") != 4 || std::filesystem::remove_all ("some") != 3) return 7;
  std::vector<std::thread> threads; std::mutex mutex; int total = 0;
  for (int i = 0; i < 8; i++) threads.emplace_back ([&, i] { own += 'x'; std::lock_guard lock (mutex); total += i + own.size (); });
  for (auto &thread : threads) thread.join ();
  if (total != 28 + 8 * 4 || own != "own") return 8;
  auto later = std::async (std::launch::async, []() -> int { throw std::out_of_range ("there"); });
  try { (void) later.get (); return 9; } catch (const std::out_of_range &e) { if (e.what () != std::string ("there")) return 10; }
  std::variant<int, std::string> either = "text";
  if (std::get<std::string> (either) != "text" || std::optional<int> ().has_value ()) return 11;
  std::cout << "right" << std::endl;
}
.
# shape_of PROGRAM static|dynamic LIBRARY...: its loader and the libraries that it asks for are these, and it has no run path.
shape_of() {
  program="$1" kind="$2"
  shift 2
  readelf -l "$program" >shape
  readelf -d "$program" >>shape
  if [ $kind = static ]; then
    if grep -q 'interpreter\|NEEDED' shape; then exit 1; fi
  else
    grep -q 'interpreter: ${sysroot.lib}/lib/ld-musl-x86_64.so.1]' shape
    test "$(sed -n 's/.*NEEDED.*\[\(.*\)\].*/\1/p' shape | sort | tr '\n' ' ')" = "$* "
  fi
  if grep -q 'RPATH\|RUNPATH' shape; then exit 1; fi
}
for options in -O0 -O1 -O2 -O3 -Os '-O2 -flto' '-O1 -fno-pie -no-pie'; do
  cc $options try.c -o c-dynamic
  cc $options try.c -o c-static -static
  c++ -std=c++17 $options try.cc -o c++-dynamic
  c++ -std=c++17 $options try.cc -o c++-static -static
  for program in c-dynamic c-static c++-dynamic c++-static; do test "$(./$program)" = right; done
  shape_of c-dynamic dynamic libc.so
  shape_of c++-dynamic dynamic libc++.so.1 libc.so libunwind.so.1
  shape_of c-static static
  shape_of c++-static static
done

phase 'exceptions and types across shared objects'
cat >common.h <<'.'
#include <stdexcept>
struct problem : std::runtime_error { using runtime_error::runtime_error; int code = 42; };
struct shape { virtual int sides () const = 0; virtual ~shape (); };
struct square : shape { int sides () const override; };
void fail ();
const shape &make ();
.
printf '#include "common.h"\nshape::~shape () {}\nint square::sides () const { return 4; }\nvoid fail () { throw problem ("over there"); }\nconst shape &make () { static square s; return s; }\n' >library.cc
cat >main.cc <<'.'
#include "common.h"
#include <string>
int main ()
{
  try { fail (); return 1; } catch (const problem &p) { if (p.code != 42 || p.what () != std::string ("over there")) return 2; }
  try { fail (); return 3; } catch (const std::exception &) {}
  return dynamic_cast<const square &> (make ()).sides () == 4 ? 0 : 4;
}
.
c++ -O1 -fPIC -shared library.cc -o libtrial.so
c++ -O1 main.cc -L. -ltrial -Wl,-rpath,/build -o across
./across

phase 'dlopen'
printf 'int answer (void) { return 42; }\n' | cc -x c -shared -fPIC - -o answer.so
printf '#include <dlfcn.h>\nint main (void) { void *h = dlopen ("./answer.so", RTLD_NOW); int (*f) (void) = h ? (int (*) (void)) dlsym (h, "answer") : 0; return f && f () == 42 ? 0 : 1; }\n' >open.c
cc open.c -o open
./open

phase 'link-time optimisation, through archives'
printf 'int one (void) { return 1; } int two (void) { return 2; }\n' | cc -O2 -flto -x c -c - -o one.o
printf 'int one (void); int main (void) { return one () - 1; }\n' | cc -O2 -flto -x c -c - -o main.o
ar rc libone.a one.o
cc -O2 -flto main.o libone.a -o lto
./lto
if nm lto | grep -q ' T two'; then exit 1; fi

phase 'preprocessor and tools go by their usual names'
test "$(printf 'X=__x86_64__\n' | cpp -P)" = 'X=1'
for tool in cc c++ cpp ld ar nm objcopy objdump strip ranlib readelf size strings c++filt; do
  test "$(command -v $tool)" = ${toolchain}/bin/$tool
  $tool --version >version
  grep -q 'LLVM\|LLD\|clang' version
done

phase 'no warnings out of nothing'
printf 'int main (void) { return 0; }\n' >quiet.c
cc -Wall -Wextra -Werror -c quiet.c 2>&1 | tee warnings
cc -Werror quiet.o -o quiet 2>&1 | tee -a warnings
test ! -s warnings

phase 'clang compiled the libraries'
find ${sysroot} ${sysroot.lib} ${toolchain}/lib -type f \( -name '*.so*' -o -name '*.[ao]' \) | while read -r file; do
  readelf -p .comment "$file" >comment 2>/dev/null || true
  if grep 'GCC:' comment; then echo "$file" >>by-gcc; fi
  if grep -q 'clang version ${llvmMajor}' comment; then echo "$file" >>by-clang; fi
done
if [ -e by-gcc ]; then cat by-gcc; exit 1; fi
for library in libc.a libc.so libc++.a libc++.so.1.0 libunwind.so.1.0 libclang_rt.builtins-x86_64.a; do
  grep -q "/$library$" by-clang
done

phase 'programs that need nothing to start'
for program in ${toolchain}/bin/*; do
  case "$program" in *.cfg) continue ;; esac
  if readelf -l "$program" | grep INTERP; then exit 1; fi
done

${noTrace({ cc: 'cc', strings: ['/build/', ...(compiledByGcc ? [] : [OF_LIBSTDCXX])], trees: [toolchain, sysroot, sysroot.lib] })}
${compiledByGcc ? sh`test "$(./seek ${OF_LIBSTDCXX} -- ${toolchain}/bin/clang-${llvmMajor} ${toolchain}/bin/lld | wc -l)" = 2 # or this would prove nothing` : ''}
mkdir "$out"
`;
