import { sh, source } from 'zilch';
import { commands } from '../package/index.ts';
import type { Define } from './define.ts';

/** The parts that Nix uses, and every part that a header of these includes. */
const PARTS = `array assert concept_check config container context core coroutine2 detail format integer intrusive iterator lexical_cast move mp11 mpl
numeric/conversion optional predef preprocessor range smart_ptr static_assert throw_exception type_traits utility`.split(/\s/);

/** 27 of the 150 libraries of Boost: headers, and the one of them that has to be compiled, by which coroutines change stacks. */
export const boost: Define = () => ({
  source: source({
    name: 'boost',
    version: '1.83.0',
    size: 77376520,
    sha256: '404df4b4072fc7f2d4483d4fc2d61ff6f554dd80c9a812652684d5952e881c91',
    debian: 'pool/main/b/boost1.83/boost1.83_1.83.0.orig.tar.xz',
    licence: 'BSL-1.0',
    homepage: 'https://www.boost.org/',
    releases: 'https://www.boost.org/users/history/',
    changedByDebian: 'put together from the repositories of its libraries',
  }),
  description: 'parts of Boost: containers, coroutines, format, lexical_cast',
  only: [...PARTS.map((part) => `boost/libs/${part}/include`), 'boost/libs/context/src'],
  style: commands(sh`
phase install
mkdir -p "$out/include" "$out/lib"
for part in ${PARTS}; do cp -R "libs/$part/include/." "$out/include/"; done

phase build
cd libs/context/src
for file in asm/make_x86_64_sysv_elf_gas.S asm/jump_x86_64_sysv_elf_gas.S asm/ontop_x86_64_sysv_elf_gas.S; do
  $CC -c $file
done
$CXX $CXXFLAGS -I"$out/include" -ffile-prefix-map="$out=/boost" -c posix/stack_traits.cpp
ar rcs "$out/lib/libboost_context.a" *.o
`),
  test: {
    script: sh`
cat >try.cc <<'.'
#include <boost/container/small_vector.hpp>
#include <boost/context/stack_context.hpp>
#include <boost/coroutine2/coroutine.hpp>
#include <boost/coroutine2/protected_fixedsize_stack.hpp>
#include <boost/format.hpp>
#include <boost/lexical_cast.hpp>
#include <stdexcept>
#include <string>
using coroutine = boost::coroutines2::coroutine<int>;
struct counted { int &n; counted (int &n) : n (n) { ++n; } ~counted () { --n; } };
int main ()
{
  boost::container::small_vector<std::string, 2> few;
  for (int i = 0; i < 5; i++) few.push_back (std::to_string (i));
  if (few.size () != 5 || few[4] != "4") return 1;
  if ((boost::format ("%1% and %2$5.2f, %1%") % "one" % 2.5).str () != "one and  2.50, one") return 2;
  if (boost::lexical_cast<int> ("-42") != -42 || boost::lexical_cast<std::string> (1.5) != "1.5") return 3;
  try { boost::lexical_cast<int> ("4x"); return 4; } catch (const boost::bad_lexical_cast &) {}

  int alive = 0, total = 0;
  {
    coroutine::pull_type source (boost::coroutines2::protected_fixedsize_stack (64 * 1024), [&] (coroutine::push_type &sink) {
      counted here (alive);
      for (int i = 1;; i++) sink (i * i);
    });
    for (int i = 0; i < 10; i++, source ()) total += source.get ();
    if (alive != 1) return 5;
  }
  if (total != 385 || alive) return 6; /* what it held is gone with it */
  try
    {
      coroutine::pull_type thrower ([] (coroutine::push_type &sink) { sink (1); throw std::runtime_error ("inside"); });
      thrower ();
      return 7;
    }
  catch (const std::runtime_error &e) { if (e.what () != std::string ("inside")) return 8; }
  coroutine::push_type sink ([&] (coroutine::pull_type &source) { for (int n : source) total += n; });
  for (int i = 0; i < 3; i++) sink (i);
  return total == 388 ? 0 : 9;
}
.
phase 'what Nix includes: compiled, and run'
$CXX -std=c++17 $CXXFLAGS try.cc -lboost_context -o try
./try
`,
  },
});
