import { local, sh } from 'zilch';
import { stage1 } from '../1-stage1/index.ts';
import * as sources from '../sources.ts';
import { ascentRecipe } from './ascent.ts';
import { binutils } from './binutils.ts';
import { gcc10 } from './gcc10.ts';
import { gnumake } from './gnumake.ts';
import { linuxHeaders } from './linux-headers.ts';

/**
 * The smallest cmake: the one that its bootstrap script makes in order to configure the real one. It reads the whole language and
 * writes makefiles; without curl, libarchive, expat, four compressors and JSON. See docs/decisions/0013-a-small-cmake.md.
 */
export const cmake = ascentRecipe({
  name: 'cmake',
  description: 'CMake: makes makefiles',
  version: '3.25.1',
  path: [gcc10, binutils, gnumake, stage1.protobusybox],
  script: sh`
phase unpack
unpack ${sources.cmake} cmake --exclude='*/Tests/*' --exclude='*/Help/*'
cd cmake

# It is the last thing that the script makes, not the first.
edit bootstrap '# Run make to build bootstrap cmake
' 'exit
'
# Its modules are beside it, not in the source tree; and there is no place where other tools will be.
edit Source/cmSystemTools.cxx '  exe_dir = CMAKE_BOOTSTRAP_BINARY_DIR "/bin";
' ''
edit Source/cmSystemTools.cxx 'cmSystemToolsCMakeRoot = CMAKE_BOOTSTRAP_SOURCE_DIR;' \
  'cmSystemToolsCMakeRoot = cmSystemTools::GetFilenamePath(exe_dir) + "/share/cmake";'
# Makefiles use the shell in PATH: a build has no /bin/sh. (By the same name as make's own default; then make starts simple
# commands without a shell.)
edit Source/cmLocalUnixMakefileGenerator3.cxx 'SHELL = /bin/sh' 'SHELL = sh'
# Commands that only the real one has.
cp ${local(import.meta.url, './cmake-commands.cmake')} Modules/CMakeCommandsOfTheFullProgram.cmake
sed -i '1i include(CMakeCommandsOfTheFullProgram)' Modules/CMakeDetermineSystem.cmake

phase configure
mkdir ../build
cd ../build
CC=gcc CXX=g++ CFLAGS='-O1 -DNDEBUG' CXXFLAGS='-O1 -DNDEBUG -isystem ${linuxHeaders}/include' LDFLAGS=-static "$SHELL" ../cmake/bootstrap

phase build
make -C Bootstrap.cmk -j"$NIX_BUILD_CORES"

phase install
mkdir -p "$out/bin" "$out/share/cmake"
cp Bootstrap.cmk/cmake "$out/bin/"
strip "$out/bin/cmake"
cp -r ../cmake/Modules ../cmake/Templates "$out/share/cmake/"
`,
  references: { allowed: [] },
  test: (self) => ({
    path: [self, gcc10, binutils, gnumake, stage1.protobusybox],
    script: sh`
phase 'configures, builds and installs a library and a program'
mkdir source
cat >source/CMakeLists.txt <<'.'
cmake_minimum_required(VERSION 3.13)
project(trial C CXX)
include(CheckIncludeFile)
include(CheckCXXSourceCompiles)
include(GNUInstallDirs)
check_include_file(stdio.h HAVE_STDIO_H)
check_include_file(no-such.h HAVE_NO_SUCH_H)
check_cxx_source_compiles("int main() { return [] { return 0; }(); }" HAVE_LAMBDAS)
configure_file(config.h.in config.h)
add_compile_options(-DANSWER=42)
include_directories(\${CMAKE_CURRENT_BINARY_DIR})
add_library(answer STATIC answer.c)
add_custom_command(OUTPUT main.cc COMMAND sed s/QUESTION/answer/ <\${CMAKE_CURRENT_SOURCE_DIR}/main.cc.in >main.cc DEPENDS main.cc.in)
add_executable(trial main.cc)
target_link_libraries(trial answer)
install(TARGETS trial answer EXPORT trial)
install(EXPORT trial DESTINATION lib/cmake)
.
printf '#cmakedefine HAVE_STDIO_H\n#cmakedefine HAVE_NO_SUCH_H\n#cmakedefine HAVE_LAMBDAS\n' >source/config.h.in
printf 'int answer (void) { return ANSWER; }\n' >source/answer.c
cat >source/main.cc.in <<'.'
#include "config.h"
#if defined HAVE_STDIO_H && !defined HAVE_NO_SUCH_H && defined HAVE_LAMBDAS
#include <stdio.h>
extern "C" int QUESTION ();
int main () { printf ("%d\n", QUESTION ()); }
#endif
.
cmake -S source -B build -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX=/build/installed -DCMAKE_INSTALL_LIBDIR=lib -DCMAKE_EXE_LINKER_FLAGS=-static
make -C build -j2 install
test "$(installed/bin/trial)" = 42
test -f installed/lib/libanswer.a
grep -q answer installed/lib/cmake/trial.cmake

phase 'another project finds what was installed'
mkdir user
printf 'cmake_minimum_required(VERSION 3.13)\nproject(user C)\ninclude(/build/installed/lib/cmake/trial.cmake)\nadd_executable(user user.c)\ntarget_link_libraries(user answer)\n' >user/CMakeLists.txt
printf 'int answer (void);\nint main (void) { return answer () - 42; }\n' >user/user.c
cmake -S user -B user-build
make -C user-build
user-build/user

phase 'says what is wrong, and fails'
mkdir wrong
echo 'no_such_command()' >wrong/CMakeLists.txt
if cmake -S wrong -B wrong-build 2>log; then exit 1; fi
grep -q no_such_command log

phase 'no trace of how it was built'
if grep -aF /build/ ${self}/bin/cmake; then exit 1; fi
mkdir "$out"
`,
  }),
});
