import { sh } from 'zilch';
import { stage1 } from '../1-stage1/index.ts';
import * as sources from '../sources.ts';
import { ascentRecipe, NOWHERE } from './ascent.ts';
import { binutils } from './binutils.ts';
import { gcc3C } from './gcc3-c.ts';
import { gnumake } from './gnumake.ts';

/** musl, static and shared, by a real C compiler: the C library of every later compiler of the ascent. */
export const musl = ascentRecipe({
  name: 'musl',
  description: 'C library and its headers, by GCC 3.4',
  version: '1.2.6',
  path: [gcc3C, binutils, gnumake, stage1.protobusybox],
  script: sh`
phase unpack
unpack ${sources.musl} musl
shell_scripts musl
cd musl
# GCC 3.4 takes the address of an alias to be a constant only before it has seen that it is one.
locks="$(sed -n '/atfork_locks\[\] = {/,/^};/p' src/process/fork.c)
"
edit src/process/fork.c "$locks" ''
edit src/process/fork.c 'static volatile int *const dummy_lockptr = 0;' "$locks"'static volatile int *const dummy_lockptr = 0;'

phase configure
./configure --prefix=${NOWHERE} --syslibdir=${NOWHERE}/lib --build=x86_64-linux-musl --disable-wrapper CC=gcc

phase build
make -j"$NIX_BUILD_CORES"

phase install
make install DESTDIR="$PWD/installed"
mv installed${NOWHERE} "$out"
ln -sf libc.so "$out/lib/ld-musl-x86_64.so.1" # by its whole path the link would lead nowhere
`,
  references: { allowed: [] },
  test: (self) => ({
    path: [gcc3C, binutils, stage1.protobusybox],
    script: sh`
phase 'static and dynamic programs'
cat >try.c <<'.'
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <sys/wait.h>
#include <unistd.h>
#include <regex.h>
static __thread int mine = 1;
static void *run (void *p) { mine = 41; *(int *) p = mine + 1; return 0; }
int main (void)
{
  char text[64], *volatile p;
  int answer = 0, status, volatile_count = 0;
  double d; long double l;
  pthread_t thread; jmp_buf env; regex_t re;
  snprintf (text, sizeof text, "%d %.3f %Lg %s", 7, 2.5, 0.125L, "x");
  if (strcmp (text, "7 2.500 0.125 x")) return 1;
  if (sscanf ("1e3 -0.5", "%lf %Lf", &d, &l) != 2 || d != 1000 || l != -0.5L) return 2;
  if (fabs (sin (1) - 0.8414709848) > 1e-9 || sqrt (2.25) != 1.5) return 3;
  if (pthread_create (&thread, 0, run, &answer) || pthread_join (thread, 0) || answer != 42 || mine != 1) return 4;
  if (!fork ()) _exit (9);
  if (wait (&status) < 0 || WEXITSTATUS (status) != 9) return 5;
  if (setjmp (env) == 0) longjmp (env, 1);
  if (regcomp (&re, "^a+b$", REG_EXTENDED) || regexec (&re, "aaab", 0, 0, 0)) return 6;
  p = malloc (100000); memset (p, 1, 100000); p = realloc (p, 200000); if (p[99999] != 1) return 7;
  puts ("right");
  return volatile_count;
}
.
cc="gcc -B${self}/lib/ -isystem ${self}/include"
$cc -static try.c -o static
$cc try.c -o dynamic -Wl,-dynamic-linker,${self}/lib/ld-musl-x86_64.so.1
for program in static dynamic; do test "$(./$program)" = right; done
readelf -l dynamic | grep -q 'interpreter: ${self}/lib/ld-musl-x86_64.so.1'
if readelf -l static | grep -q INTERP; then exit 1; fi
mkdir "$out"
`,
  }),
});
