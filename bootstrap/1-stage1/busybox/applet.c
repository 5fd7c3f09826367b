/* The main() of each program, in place of busybox' own libbb/appletlib.c, which dispatches a multi-call binary.
   Which program it is, each one's program.c knows. */

/* Before libbb.h turns errno into *bb_errno. */
#include <errno.h>
static int *errno_location(void) { return &errno; }

#include "libbb.h"

extern int (*const applet_main)(int argc, char **argv);

const char *applet_name;

/* Usage texts are left out: whoever calls these programs is a script. */
void bb_show_usage(void)
{
    full_write2_str(applet_name);
    full_write2_str(": bad usage\n");
    xfunc_die();
}

/* The one function of appletlib.c that applets call. */
unsigned string_array_len(char **strings)
{
    unsigned length = 0;

    while (strings[length])
        length++;
    return length;
}

int main(int argc, char **argv)
{
    bb_errno = errno_location();
    /* By this name zcat, fgrep and [ know that they are not gunzip, grep and test. A login shell's begins with '-'. */
    applet_name = bb_basename(argv[0] + (argv[0][0] == '-'));
    return applet_main(argc, argv);
}
