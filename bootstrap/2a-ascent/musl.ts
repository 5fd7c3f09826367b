import { sh } from '../../src/recipe/index.js';
import { stage1 } from '../1-stage1/index.js';
import { sources } from '../sources.js';
import { ascentRecipe } from './ascent.js';
import { binutils } from './binutils.js';
import { gcc3C } from './gcc3-c.js';
import { gnumake } from './gnumake.js';

/** musl, static and shared, by a real C compiler: the C library of every later compiler of the ascent. */
export const musl = ascentRecipe({
  name: 'musl',
  version: '1.2.5',
  path: [gcc3C, binutils, gnumake, stage1.protobusybox],
  script: sh`
phase unpack
unpack ${sources.musl} musl
shell_scripts musl
cd musl
# GCC 3.4 takes the address of an alias to be a constant only before it has seen that it is one.
edit src/process/fork.c 'static volatile int *const *const atfork_locks[] = {
	&__at_quick_exit_lockptr,
	&__atexit_lockptr,
	&__gettext_lockptr,
	&__locale_lockptr,
	&__random_lockptr,
	&__sem_open_lockptr,
	&__stdio_ofl_lockptr,
	&__syslog_lockptr,
	&__timezone_lockptr,
	&__bump_lockptr,
};
' ''
edit src/process/fork.c 'static volatile int *const dummy_lockptr = 0;
' 'static volatile int *const *const atfork_locks[] = {
	&__at_quick_exit_lockptr,
	&__atexit_lockptr,
	&__gettext_lockptr,
	&__locale_lockptr,
	&__random_lockptr,
	&__sem_open_lockptr,
	&__stdio_ofl_lockptr,
	&__syslog_lockptr,
	&__timezone_lockptr,
	&__bump_lockptr,
};
static volatile int *const dummy_lockptr = 0;
'

phase configure
./configure --prefix="$out" --syslibdir="$out/lib" --build=x86_64-linux-musl --disable-wrapper CC=gcc

phase build
make -j"$NIX_BUILD_CORES"

phase install
make install
`,
});
