#include "protobusybox.h"
#include "protobusybox-config.h"

static const char *busybox_wanted[] = { "include/", "libbb/", "archival/", "coreutils/", "debianutils/", "editors/", "findutils/", "shell/", NULL };

static void prepare_busybox(const char *tarball, const char *here, const char *busybox)
{
    char **name;
    untar(bunzip2(read_file(tarball)), "busybox-1.37.0/", busybox_wanted, busybox);
    copy_headers(join(here, "/busybox"), join(busybox, "/include"));
    copy_file(join(here, "/busybox/applet.c"), join(busybox, "/applet.c"), 0644);
    enter_folder(busybox);
    configure_busybox();
}

static const char *busybox_command(const char *tcc)
{
    const char *command = tcc, *const *flag;
    for (flag = protobusybox_flags; *flag; flag++)
        command = join(command, " ", *flag);
    return command;
}

static void start_busybox(const char *tcc, const char *busybox)
{
    enum { BATCH = 8 };
    const char *const *source, *command = NULL;
    int count = 0;
    for (source = protobusybox_sources; *source; source++) {
        if (!count)
            command = join(busybox_command(tcc), " -c");
        command = join(command, " ", *source);
        if (++count == BATCH || !source[1]) {
            start(busybox, command);
            count = 0;
        }
    }
}

static const char *base_name(const char *path)
{
    const char *base = path;
    for (; *path; path++)
        if (*path == '/')
            base = path + 1;
    return base;
}

static void link_busybox(const char *tcc, const char *busybox, const char *protobusybox)
{
    const char *bin = join(protobusybox, "/bin");
    char *command = allocate(1 << 16), *end = append(command, join(tcc, " -ar rcs busybox.a"));
    const char *const *source;
    int i, j;
    for (source = protobusybox_sources; *source; source++) {
        end = append(end, join(" ", base_name(*source)));
        end[-1] = 'o';
    }
    run(busybox, command);
    make_folders(bin);
    for (i = 0; protobusybox_programs[i].name; i++) {
        const char *name = protobusybox_programs[i].name;
        start(busybox, join(busybox_command(tcc), " -DAPPLET_MAIN=", name, "_main -o ", bin, "/", name, " applet.c busybox.a"));
        for (j = 0; j < 2 && protobusybox_programs[i].others[j]; j++)
            make_link(name, join(bin, "/", protobusybox_programs[i].others[j]));
    }
    finish_jobs();
}
