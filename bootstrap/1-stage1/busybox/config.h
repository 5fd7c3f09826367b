/* Included before everything else in every busybox source (tcc -include). */

#define _GNU_SOURCE 1

/* platform.h empties __attribute__ and inline for a compiler that does not claim to be some GCC: packed structures would grow,
   and every static inline function of libbb.h would be compiled again in each object. TinyCC has both; 2.95 is the oldest GCC
   that satisfies platform.h and the newest whose built-ins neither busybox nor musl's headers then expect. */
#define __GNUC__ 2
#define __GNUC_MINOR__ 95

/* The global pointers need no const: that is a hint for optimisers, bought with a lie that TinyCC does not reward. */
#define BB_GLOBAL_CONST

/* The version that programs print. Upstream appends the time of compilation. */
#define BB_VER "1.38.0"
#define BB_EXTRA_VERSION ""

/* Every option, on or off: written by protobusybox-config.c. */
#include "autoconf.h"
