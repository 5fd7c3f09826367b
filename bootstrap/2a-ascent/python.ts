import { sh, type AnyRecipe } from 'zilch';
import { stage1 } from '../1-stage1/index.ts';
import * as sources from '../sources.ts';
import { ascentRecipe, NOWHERE } from './ascent.ts';
import { binutils } from './binutils.ts';
import { gcc10 } from './gcc10.ts';
import { gnumake } from './gnumake.ts';

/**
 * Python, by some compiler: one static program with all modules that need no other library. Nothing in the chain up to clang needs it; what
 * comes later may. Its library is source only: compiled files hold the times of what they were made from.
 */
export const pythonBy = (name: string, path: readonly AnyRecipe[], cc: string) =>
  ascentRecipe({
    name,
    description: 'Python, and its own tests',
    version: '3.13.5',
    path: [...path, gnumake, stage1.protobusybox],
    script: sh`
phase unpack
unpack ${sources.python} python
cd python
mv Lib/test .. # a quarter of it; what is installed has none
shell_scripts install-sh

phase configure
# Modules for which a library is missing are left out. No loader: everything that can be imported is linked in. Python finds its library from
# where its program is. (The stack: see llvm-build.ts.)
export SOURCE_DATE_EPOCH=1 # what compilers take for today; Python says when it was compiled
MODULE_BUILDTYPE=static CC=${cc} LDFLAGS='-static -Wl,-z,stack-size=8388608' LINKFORSHARED=' ' "$SHELL" ./configure \
  --prefix=${NOWHERE} --build=x86_64-linux-musl --disable-shared --disable-test-modules --without-ensurepip --with-dbmliborder= \
  ac_cv_func_dlopen=no py_cv_module__ctypes=n/a

phase build
make -j"$NIX_BUILD_CORES" SHELL="$SHELL" # its makefile asks for /bin/sh

phase install
lib="$out/lib/python3.13"
mkdir -p "$out/bin" "$lib/lib-dynload" # it misses the folder, empty as it is
strip -o "$out/bin/python3.13" python
ln -s python3.13 "$out/bin/python3"
cp -r Lib/. "$lib/"
rm -r "$lib/ctypes" "$lib/ensurepip" "$lib/idlelib" "$lib/tkinter" "$lib/turtledemo" "$lib/turtle.py"
find "$lib" -name __pycache__ -exec rm -r {} +
# How it was configured is known to sysconfig, for those who compile extensions.
for file in build/lib.*/_sysconfigdata_*.py; do
  sed "s|${stage1.protobusybox}/bin/ash|sh|g; s|${stage1.protobusybox}/bin/||g; s|$PWD|.|g" "$file" >"$lib/$(basename "$file")"
done
`,
    references: { allowed: [] },
    test: (self) => ({
      path: [self, stage1.protobusybox],
      script: sh`
phase 'starts, and knows where it is'
test "$(python3 -c 'import sys; print(sys.prefix)')" = ${self}
python3 -W error -c 'import sys; sys.exit(0)' 2>log
test ! -s log

phase 'modules'
cat >modules.py <<'.'
import array, asyncio, binascii, datetime, decimal, hashlib, io, json, math, os, pathlib, pickle, random, re, select, socket, struct, subprocess
import sys, sysconfig, tempfile, threading, time, unicodedata, xml.etree.ElementTree, zipfile, zoneinfo
assert hashlib.sha256(b'zilch').hexdigest() == hashlib.new('sha256', b'zilch').hexdigest()
assert json.loads(json.dumps({'a': [1, 2.5, None, True]})) == {'a': [1, 2.5, None, True]}
assert decimal.Decimal('0.1') + decimal.Decimal('0.2') == decimal.Decimal('0.3')
assert xml.etree.ElementTree.fromstring('<a><b c="d"/></a>')[0].get('c') == 'd'
assert unicodedata.name('\u20ac') == 'EURO SIGN'
assert subprocess.run(['echo', 'text'], capture_output=True, check=True).stdout == b'text\n'
async def answer():
    await asyncio.sleep(0)
    return 42
assert asyncio.run(answer()) == 42
total = []
threads = [threading.Thread(target=lambda n=n: total.append(n)) for n in range(8)]
for t in threads: t.start()
for t in threads: t.join()
assert sorted(total) == list(range(8))
assert sysconfig.get_config_var('MULTIARCH') is not None
.
python3 modules.py

phase 'its own tests'
# Not those of locales, of which musl has one, nor that of the sign of a zero that musl's fma gets wrong: Python leaves it out
# where it finds musl's loader, which a static program has not. Nor that which writes beside Python's library, a store path.
unpack ${sources.python} python
mkdir lib
mv python/Lib/test lib/
export PYTHONPATH="$PWD/lib" PYTHONDONTWRITEBYTECODE=1
python3 -m test -q -i test_locale_caching -i test_locale_compiled -i test_fma_zero_result -i test_unpickle_module_race test_grammar test_array test_binop test_bool test_bytes test_collections test_complex test_contextlib test_copy \
  test_coroutines test_dataclasses test_decorators test_dict test_enum test_exceptions test_float test_functools test_generators \
  test_hash test_heapq test_int test_itertools test_json test_list test_long test_math test_opcodes test_operator test_pickle test_random \
  test_range test_re test_set test_sort test_str test_strtod test_struct test_textwrap test_tuple test_unicodedata test_xml_etree

phase 'no trace of how and when it was built'
test "$(python3 -c 'import platform; print(platform.python_build()[1])')" = 'Jan  1 1970 00:00:01'
if grep -rlF /build/python ${self}; then exit 1; fi
mkdir "$out"
`,
    }),
  });

/** By GCC 10. */
export const python = pythonBy('python', [gcc10, binutils], 'gcc');
