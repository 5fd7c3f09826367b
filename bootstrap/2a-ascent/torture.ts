import { local, sh, type AnyRecipe, type Interpolated, type OutputRef } from 'zilch';
import { stage1 } from '../1-stage1/index.ts';
import { ascentRecipe } from './ascent.ts';
import { binutils } from './binutils.ts';
import { gcc10Source } from './gcc10-source.ts';
import { gcc10, gcc10ByGcc3 } from './gcc10.ts';
import { gcc3 } from './gcc3.ts';
import { gnumake } from './gnumake.ts';

interface Torture {
  readonly name: string;
  /** Packages with compiler, assembler and linker. */
  readonly path: readonly (AnyRecipe | OutputRef)[];
  /** The command, and what it is always given. */
  readonly compile: string;
  readonly levels: readonly string[];
  /** Which files, below the tests' top: a find expression. */
  readonly files: string;
  /** A file: the tests that fail, one a line, and whether to `compile` or when `run`. */
  readonly failures: Interpolated;
}

/**
 * GCC's own execution tests. Nearly all ask for no more than this: compile, run, exit with 0; so make runs them, side by side.
 * The tests that fail must be exactly those listed: one that no longer fails is a line to delete, and one that fails anew is a
 * miscompile, caught where it is made.
 */
export const torture = ({ name, path, compile, levels, files, failures }: Torture) =>
  ascentRecipe({
    name: `${name}-torture`,
    description: `programs that once were compiled wrongly, by ${name}`,
    path: [...path, gnumake, stage1.protobusybox],
    script: sh`
phase collect
# known OPTION...: those of them that the compiler has. Most tests are younger than GCC 3.4, and options say how, not what.
: >empty.c
known() {
  if [ $# = 0 ] || ${compile} "$@" -c empty.c -o empty.o 2>/dev/null; then
    echo "$@"
  else
    for option in "$@"; do
      if ${compile} "$option" -c empty.c -o empty.o 2>/dev/null; then printf '%s ' "$option"; fi
    done
  fi
}

# Left out: tests that link several files, or are for another machine or library than ours.
find ${gcc10Source.tests} ${files} |
  xargs grep -L -e dg-additional-sources -e srcdir -e dg-set-target-env-var -e 'dg-require-effective-target.*ia32' -e dg-require-ifunc |
  sort | while read -r file; do
    test="$(echo "$file" | sed 's|^${gcc10Source.tests}/||')"
    # Options that hold for all targets; of the others we are not told which we are.
    options="$(known $(sed -n -e 's/.*{ *dg-\(additional-\)*options *{* *"\([^"]*\)" *}.*/\2/p' \
      -e 's/.*{ *dg-\(additional-\)*options  *\(-[^" }]*\) *}.*/\2/p' "$file"))"
    for level in ${levels}; do
      echo "$test$level: ; @./one '$test$level' $file $level $options"
      echo "all: $test$level"
    done
  done >makefile

cat >one <<'.'
#!${stage1.protobusybox}/bin/ash
# one NAME FILE OPTION...: says so when FILE does not compile or run. A test has ten seconds, and memory enough.
name="$1" file="$2"
shift 2
directory="$(mktemp -d)"
cd "$directory"
ulimit -t 10 -v 8000000
if ! ${compile} "$@" "$file" -o test -lm >log 2>&1; then
  echo "$name compile" >>/build/failed
  { echo "== $name does not compile"; head -5 log; } >>/build/why
elif ! ./test >log 2>&1 </dev/null; then
  echo "$name run" >>/build/failed
  { echo "== $name fails when run"; head -5 log; } >>/build/why
fi
cd /build
rm -rf "$directory"
.
chmod +x one

phase run
: >failed
: >why
make -s -j"$NIX_BUILD_CORES" all
sort failed >failures

phase compare
sed 's/#.*//; s/ *$//; /^$/d' ${failures} | sort >known
echo "$(grep -c ^all: makefile) tests, $(wc -l <failures) fail, $(wc -l <known) are known to"
if ! cmp -s known failures; then
  cat why
  diff known failures
  exit 1
fi
mkdir "$out"
`,
  });

/** What compilers tell of the machine since GCC 4.8, and the tests take for granted. */
const predefined = Object.entries({
  ...{ __INT8_TYPE__: 'signed char', __INT16_TYPE__: 'short', __INT32_TYPE__: 'int', __INT64_TYPE__: 'long', __INTPTR_TYPE__: 'long' },
  ...{ __UINT8_TYPE__: 'unsigned char', __UINT16_TYPE__: 'unsigned short', __UINT32_TYPE__: 'unsigned', __UINT64_TYPE__: 'unsigned long' },
  ...{ __UINTPTR_TYPE__: 'unsigned long', __SIZEOF_SHORT__: '2', __SIZEOF_INT__: '4', __SIZEOF_LONG__: '8', __SIZEOF_LONG_LONG__: '8' },
  ...{ __SIZEOF_POINTER__: '8', __SIZEOF_SIZE_T__: '8', __SIZEOF_FLOAT__: '4', __SIZEOF_DOUBLE__: '8', __SIZEOF_LONG_DOUBLE__: '16' },
  ...{ __BYTE_ORDER__: '1234', __ORDER_LITTLE_ENDIAN__: '1234', __ORDER_BIG_ENDIAN__: '4321' },
})
  .map(([name, value]) => `-D'${name}=${value}'`)
  .join(' ');

/** All but those that are made of three files each. */
export const tortureOfC = `-path '*/gcc.c-torture/execute/*.c' ! -path '*/builtins/*'`;

/** What is asked of GCC 10, whoever compiled it: all of them must give the same answers. */
const gcc10C = { compile: 'gcc -w', levels: ['-O0', '-O2'], files: tortureOfC, failures: local(import.meta.url, './torture/gcc10.txt') };

/** The run tests of the language, its exceptions, its ABI and its optimiser; not of sanitisers, debuggers and coroutines. */
const gcc10Cxx = {
  compile: 'g++ -w -std=gnu++17 -fpermissive',
  levels: ['-O2'],
  files: String.raw`-name '*.C' -path '*/g++.dg/*' ! -path '*/[au]*san/*' ! -path '*/guality/*' ! -path '*/coroutines/*' -exec grep -lE 'dg-do run( \{ target c\+\+1[147] \})? \}' {} +`,
  failures: local(import.meta.url, './torture/gcc10-c++.txt'),
};

/** GCC 10 as g++ 3.4.6 compiled it. */
export const gcc10ByGcc3Torture = torture({ name: 'gcc10-by-gcc3', path: [gcc10ByGcc3, binutils], ...gcc10C });

/** The last GCC's C compiler. */
export const gcc10Torture = torture({ name: 'gcc10', path: [gcc10, binutils], ...gcc10C });

/** The last GCC's C++ compiler. */
export const gcc10CxxTorture = torture({ name: 'gcc10-c++', path: [gcc10, binutils], ...gcc10Cxx });

/** GCC 3.4.6's C compiler; the tests are younger than it is, and many want what it cannot. */
export const gcc3Torture = torture({
  name: 'gcc3',
  path: [gcc3, binutils],
  compile: `gcc -w -std=gnu99 ${predefined}`,
  levels: ['-O0', '-O2'],
  files: tortureOfC,
  failures: local(import.meta.url, './torture/gcc3.txt'),
});

/** TinyCC. */
export const tinyccTorture = torture({
  name: 'tinycc',
  path: [stage1.tinycc, binutils],
  compile: `cc -w ${predefined}`,
  levels: ['-O0'],
  files: tortureOfC,
  failures: local(import.meta.url, './torture/tinycc.txt'),
});
