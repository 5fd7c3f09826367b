/* A builder that says what it sees, and makes its output: look OUTPUT. It stands on the kit's own ground. */
#include "ground.c"

static void say_names(const char *folder)
{
    struct list names = list_folder(folder);
    size i;
    say(folder, ":");
    for (i = 0; i < names.count; i++)
        say(" ", names.at[i]);
    say("\n");
}

int main(int count, char **arguments)
{
    static const char *folders[] = { "/", "/nix/store", "/build", "/etc", "/dev", NULL };
    char here[256];
    int i;
    for (i = 0; folders[i]; i++)
        say_names(folders[i]);
    call2(SYS_getcwd, here, sizeof here);
    say("process ", decimal(call0(SYS_getpid)), " of user ", decimal(call0(SYS_getuid)), " and group ", decimal(call0(SYS_getgid)), " in ", here, "\n");
    if (call3(SYS_open, arguments[0], O_RDWR, 0) < 0 && call1(SYS_unlink, arguments[0]) < 0 && call2(SYS_chmod, arguments[0], 0777) < 0)
        say("the input cannot be written to\n");
    if (call3(SYS_mount, "none", "/tmp", "tmpfs") < 0)
        say("nothing can be mounted\n");
    write_text(arguments[1], "");
    quit(0);
    return count;
}
