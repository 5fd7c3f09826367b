/*
 * protobusybox: a shell and some sixty programs of busybox. No source needs an edit: the headers that its makefiles
 * generate are in busybox/, or made by protobusybox-config.c.
 *
 * All sources make one library. Each program is program.c linked with it, and so holds only what it calls. Its other
 * names are links: it looks at the name it was called by.
 */

#include "protobusybox.h"
#include "protobusybox-config.c"
#include "protobusybox-edits.c"

static const char *busybox_wanted[] = {
    "include/", "archival/", "coreutils/", "debianutils/", "editors/", "findutils/", "init/", "libbb/", "libpwdgrp/",
    "modutils/", "procps/", "shell/", "util-linux/", NULL
};

/* The compiler runs in busybox' folder and gets relative paths: no object may know where that is. */
#define BUSYBOX_FLAGS " -w -Iinclude -include include/config.h "

static void prepare_busybox(const char *tarball, const char *here, const char *busybox)
{
    untar(bunzip2(read_file(tarball)), "busybox-1.38.0/", busybox_wanted, busybox);
    apply_edits(busybox, busybox_edits);
    copy_headers(join(here, "/busybox"), join(busybox, "/include"));
    copy_file(join(here, "/busybox/applet.c"), join(busybox, "/applet.c"), 0644);
    copy_file(join(here, "/busybox/program.c"), join(busybox, "/program.c"), 0644);
    configure_busybox(busybox);
}

static const char *base_name(const char *path)
{
    const char *base = path;
    for (; *path; path++)
        if (*path == '/')
            base = path + 1;
    return base;
}

/* Starts the compilations; a process compiles BATCH files, and leaves the objects at the top. */
static void start_busybox(const char *tcc, const char *busybox)
{
    enum { BATCH = 8 };
    int i, j;
    start(busybox, join(tcc, BUSYBOX_FLAGS "-c applet.c"));
    for (i = 0; protobusybox_sources[i]; i = j) {
        struct text command = { NULL };
        add(&command, tcc, BUSYBOX_FLAGS "-c");
        for (j = i; j < i + BATCH && protobusybox_sources[j]; j++)
            add(&command, " ", protobusybox_sources[j]);
        start(busybox, command.at);
    }
}

/* Once they are finished: the library of all. */
static void collect_busybox(const char *tcc, const char *busybox)
{
    struct text command = { NULL };
    int i;
    add(&command, tcc, " -ar rcs busybox.a applet.o");
    for (i = 0; protobusybox_sources[i]; i++)
        add(&command, " ", object_of(base_name(protobusybox_sources[i])));
    run(busybox, command.at);
}

static void start_busybox_programs(const char *tcc, const char *busybox, const char *protobusybox)
{
    const char *bin = join(protobusybox, "/bin"), *const *other;
    int i;
    make_folders(bin);
    for (i = 0; protobusybox_programs[i].name; i++) {
        const char *name = protobusybox_programs[i].name;
        start(busybox, join(tcc, " -DAPPLET_MAIN=", name, "_main -o ", bin, "/", name, " program.c busybox.a"));
        for (other = protobusybox_programs[i].others; other < protobusybox_programs[i].others + 2 && *other; other++)
            make_link(name, join(bin, "/", *other));
    }
}
