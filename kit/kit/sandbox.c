/*
 * The sandbox of a build: a root folder with its inputs, a place for its outputs, /build, /tmp, /etc, /dev and /proc; no network, one user. It is
 * the same as in Nix and Zilch. It uses namespaces of users (the builder has no rights outside), mounts, processes, network, names.
 */

enum { MS_RDONLY = 1, MS_NOSUID = 2, MS_NODEV = 4, MS_NOEXEC = 8, MS_REMOUNT = 32, MS_BIND = 4096, MS_MOVE = 8192, MS_REC = 16384, MS_PRIVATE = 1 << 18 };
enum {
    NEW_MOUNTS = 0x20000, NEW_NAMES = 0x4000000, NEW_IPC = 0x8000000, NEW_USERS = 0x10000000, NEW_PROCESSES = 0x20000000, NEW_NETWORK = 0x40000000
};
enum { BUILD_USER = 1000, BUILD_GROUP = 100 };

/*
 * Whether namespaces are refused, as in most containers. Root then uses chroot: a build gets copies of its inputs and no /proc. It still sees only
 * its inputs, but shares the network and the processes.
 */
static int plain;

struct device { const char *name; int major, minor; };
static const struct device devices[] = {
    { "null", 1, 3 }, { "zero", 1, 5 }, { "full", 1, 7 }, { "random", 1, 8 }, { "urandom", 1, 9 }, { "tty", 5, 0 }, { NULL, 0, 0 }
};

/* Moves into new namespaces; false if that is refused. */
static int leave(long namespaces) { return call1(SYS_unshare, namespaces) >= 0; }

static void mount_at(const char *what, const char *where, const char *type, long flags, const char *options)
{
    need(call(SYS_mount, what, where, type, flags, options), "mount", where);
}

static void make_file(const char *path, const char *text)
{
    long fd = need(call3(SYS_open, path, O_WRONLY | O_CREAT | O_TRUNC, 0644), "create", path);
    write_all(fd, text, strlen(text));
    call1(SYS_close, fd);
}

/* Makes the working directory, where something is mounted, the root. pivot_root cannot leave a kernel's initial file system. */
static void change_root(void)
{
    long result = plain ? -EINVAL : call2(SYS_pivot_root, ".", ".");
    if (result == -EINVAL) {
        if (!plain)
            mount_at(".", "/", NULL, MS_MOVE, NULL);
        need(call1(SYS_chroot, "."), "change the root to", "it");
    } else {
        need(result, "change the root to", "it");
        need(call2(SYS_umount2, ".", 2), "leave", "the old root");     /* at once, whoever still uses it */
    }
    need(call1(SYS_chdir, "/"), "enter", "/");
}

static void dies_with_parent(void) { call2(SYS_prctl, 1, 9); }

/* The ids of a new namespace of users: one user and one group. */
static void map_user(long outside_user, long outside_group, long user, long group)
{
    need(write_setting("/proc/self/setgroups", "deny"), "set", "/proc/self/setgroups");
    need(write_setting("/proc/self/uid_map", join(decimal(user), " ", decimal(outside_user), " 1")), "set", "/proc/self/uid_map");
    need(write_setting("/proc/self/gid_map", join(decimal(group), " ", decimal(outside_group), " 1")), "set", "/proc/self/gid_map");
}

/* /dev: a file system in memory, with devices that are created or, if that fails, bound from the existing /dev. */
static void make_devices(const char *dev)
{
    const struct device *device;
    if (plain)
        remove_tree(dev), make_folders(dev);
    else
        mount_at("tmpfs", dev, "tmpfs", MS_NOSUID, "mode=0755");
    for (device = devices; device->name; device++) {
        char *file = join(dev, "/", device->name), *there = join("/dev/", device->name);
        struct status status;
        long made = call3(SYS_mknod, file, S_DEVICE | 0666, device->major << 8 | device->minor);
        if (made >= 0) {
            call2(SYS_chmod, file, 0666);
            continue;
        }
        if (plain || !look_at(there, &status))
            continue;
        make_file(file, "");
        mount_at(there, file, NULL, MS_BIND, NULL);
    }
    need(call2(SYS_symlink, "/proc/self/fd", join(dev, "/fd")), "make the link", "fd");
    need(call2(SYS_symlink, "/proc/self/fd/0", join(dev, "/stdin")), "make the link", "stdin");
    need(call2(SYS_symlink, "/proc/self/fd/1", join(dev, "/stdout")), "make the link", "stdout");
    need(call2(SYS_symlink, "/proc/self/fd/2", join(dev, "/stderr")), "make the link", "stderr");
}

/* The devices that only builds have: terminals and shared memory. */
static void make_build_devices(const char *dev)
{
    make_devices(dev);
    need(call2(SYS_symlink, "/proc/kcore", join(dev, "/core")), "make the link", "core");
    need(call2(SYS_symlink, "pts/ptmx", join(dev, "/ptmx")), "make the link", "ptmx");
    need(call2(SYS_mkdir, join(dev, "/pts"), 0755), "make the folder", "pts");
    need(call2(SYS_mkdir, join(dev, "/shm"), 0755), "make the folder", "shm");
    call2(SYS_chmod, join(dev, "/shm"), 01777);
    if (plain)
        return;
    call(SYS_mount, "devpts", join(dev, "/pts"), "devpts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666,mode=620");   /* a kernel may lack them */
    mount_at("tmpfs", join(dev, "/shm"), "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777");
    mount_at(NULL, dev, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID, NULL);
}

/* Adds an input: mounted read-only, or as a copy. A link cannot be mounted, so it is created again. */
static void bind_input(const char *path, const char *to)
{
    struct status status;
    if (!look_at(path, &status))
        need(-ENOENT, "look at", path);
    if ((status.mode & S_KIND) == S_LINK) {
        need(call2(SYS_symlink, read_link(path), to), "make the link", to);
        return;
    }
    if (plain) {
        copy_tree(path, to);
        make_canonical(to);
        return;
    }
    if ((status.mode & S_KIND) == S_FOLDER)
        need(call2(SYS_mkdir, to, 0755), "make the folder", to);
    else
        make_file(to, "");
    mount_at(path, to, NULL, MS_BIND, NULL);
    mount_at(NULL, to, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV, NULL);
}

/* The network of a new namespace has one device, which is off: "lo", flags up and running. */
static void start_loopback(void)
{
    byte request[40] = "lo";
    long fd = call3(SYS_socket, 2, 2, 0);
    if (fd < 0)
        return;                                /* a kernel without a network */
    request[16] = 0x41;
    call3(SYS_ioctl, fd, 0x8914, request);
    call1(SYS_close, fd);
}

static void soften_limit(int which, size soft)
{
    size limit[2];
    if (call2(SYS_getrlimit, which, limit) < 0)
        return;
    if (limit[1] >= soft)
        limit[0] = soft;
    call2(SYS_setrlimit, which, limit);
}

/* Folders and files that are no mounts. */
static void lay_out_root(const char *root)
{
    static const struct { const char *path; int mode; } folders[] = {
        { "", 0755 }, { "/build", 0700 }, { "/tmp", 01777 }, { "/etc", 0755 }, { "/dev", 0755 }, { "/proc", 0755 }, { "/nix", 0755 },
        { STORE, 01775 }, { NULL, 0 }
    };
    int i;
    for (i = 0; folders[i].path; i++) {
        char *path = join(root, folders[i].path);
        make_folders(path);
        need(call2(SYS_chmod, path, folders[i].mode), "set the mode of", path);
    }
    make_file(join(root, "/etc/passwd"),
        "root:x:0:0:Nix build user:/build:/noshell\n"
        "nixbld:x:1000:100:Nix build user:/build:/noshell\n"
        "nobody:x:65534:65534:Nobody:/:/noshell\n");
    make_file(join(root, "/etc/group"), "root:x:0:\nnixbld:!:100:\nnogroup:x:65534:\n");
    make_file(join(root, "/etc/hosts"), "127.0.0.1 localhost\n::1 localhost\n");
}

/* Where the kernel has no namespaces of users, root becomes the build's user, who then has to own the files. */
static void give_to_builder(const char *root)
{
    static const char *folders[] = { "", "/build", "/tmp", STORE, NULL };
    int i;
    for (i = 0; folders[i]; i++)
        need(call3(SYS_lchown, join(root, folders[i]), BUILD_USER, BUILD_GROUP), "give away", root);
}

/* The builder itself: the first process of its namespace, if there is one, so all its processes end with it. */
static void become_builder(const char *root, char **command, char **environment, int is_root_outside)
{
    int fd;
    dies_with_parent();
    if (!plain)
        mount_at("proc", join(root, "/proc"), "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
    change_root();
    need(call2(SYS_chmod, "/", 0750), "set the mode of", "/");
    need(call1(SYS_chdir, "/build"), "enter", "/build");
    fd = need(call3(SYS_open, "/dev/null", O_RDONLY, 0), "open", "/dev/null");
    call2(SYS_dup2, fd, 0);
    if (call3(SYS_close_range, 3, 0x7fffffff, 0) < 0)
        for (fd = 3; fd < 1024; fd++)          /* Linux before 5.9 */
            call1(SYS_close, fd);
    call1(SYS_umask, 022);
    soften_limit(4, 0);                        /* no core files */
    soften_limit(3, 8 << 20);                  /* the stack */
    soften_limit(7, 1024);                     /* open files */
    call1(SYS_personality, 0x0040000);         /* addresses are not random */
    if (is_root_outside) {
        need(call2(SYS_setgroups, 0, NULL), "leave", "groups");
        need(call1(SYS_setgid, BUILD_GROUP), "become", "the build's group");
        need(call1(SYS_setuid, BUILD_USER), "become", "the build's user");
        dies_with_parent();                    /* who becomes another has to say so again */
    }
    call(SYS_prctl, 38, 1, 0, 0, 0);           /* no new privileges */
    need(call3(SYS_execve, command[0], command, environment), "run", command[0]);
}

static void sandbox(const char *root, char **command, char **environment, const struct list *inputs)
{
    enum { MOST = NEW_MOUNTS | NEW_NAMES | NEW_IPC | NEW_PROCESSES | NEW_NETWORK };
    long user = call0(SYS_getuid), group = call0(SYS_getgid), builder;
    int is_root_outside = 0;
    size i;
    call0(SYS_setsid);
    dies_with_parent();
    if (leave(MOST | NEW_USERS))
        map_user(user, group, BUILD_USER, BUILD_GROUP);
    else {
        plain = !leave(MOST);
        is_root_outside = 1;
        give_to_builder(root);
    }
    if (!plain) {
        mount_at("none", "/", NULL, MS_REC | MS_PRIVATE, NULL);
        mount_at(root, root, NULL, MS_BIND, NULL);
    }
    need(call1(SYS_chdir, root), "enter", root);
    for (i = 0; i < inputs->count; i++)
        bind_input(inputs->at[i], join(root, inputs->at[i]));
    make_build_devices(join(root, "/dev"));
    if (!plain) {
        start_loopback();
        call2(SYS_sethostname, "localhost", 9);
        call2(SYS_setdomainname, "(none)", 6);
    }
    builder = need(call0(SYS_fork), "start", command[0]);
    if (!builder)
        become_builder(root, command, environment, is_root_outside);
    quit(wait_for(builder));
}

/* Runs a command in a sandbox to its end; its output goes to a log. Returns its exit status. */
static long run_in_sandbox(const char *root, char **command, char **environment, const struct list *inputs, const char *log)
{
    byte piece[4096];
    int ends[2];
    long process, n, file;
    remove_tree(root);
    lay_out_root(root);
    file = need(call3(SYS_open, log, O_WRONLY | O_CREAT | O_TRUNC, 0644), "create", log);
    need(call1(SYS_pipe, ends), "make", "a pipe");
    process = need(call0(SYS_fork), "start", "a sandbox");
    if (!process) {
        call2(SYS_dup2, ends[1], 1);
        call2(SYS_dup2, ends[1], 2);
        sandbox(root, command, environment, inputs);
    }
    call1(SYS_close, ends[1]);
    while ((n = call3(SYS_read, ends[0], piece, sizeof piece)) != 0)
        if (n != -EINTR)
            write_all(file, piece, need(n, "read", "what the builder says"));
    call1(SYS_close, ends[0]);
    call1(SYS_close, file);
    return wait_for(process);
}

/* -- The kit's own world --------------------------------------------------------------------------------------------- */

/* Only one kit works in a folder at a time. The file stays open, and so locked, until the last process that inherits it ends. */
static void lock_folder(const char *file)
{
    long fd = need(call3(SYS_open, file, O_RDWR | O_CREAT, 0644), "create", file);
    if (call2(SYS_flock, fd, 6) < 0)
        die("another one is at work in this folder");
}

static void build_all(void);

/* In the kit's own world: runs a command, or without one builds everything. */
static void work(char **command)
{
    static char *nothing[] = { NULL };
    if (!*command) {
        build_all();
        quit(0);
    }
    need(call3(SYS_execve, command[0], command, nothing), "run", command[0]);
}

/* On a running system: the kit's folder, where we are, becomes the root, with a /proc and a /dev of its own. */
static void enter(char **command)
{
    char here[4096];
    long user = call0(SYS_getuid), group = call0(SYS_getgid), process;
    need(call2(SYS_getcwd, here, sizeof here), "find", "the working directory");
    lock_folder("made/lock");
    dies_with_parent();
    if (user != 0 || !leave(NEW_MOUNTS | NEW_PROCESSES)) {
        if (leave(NEW_MOUNTS | NEW_PROCESSES | NEW_USERS))
            map_user(user, group, 0, 0);
        else if (user != 0)
            die("namespaces are refused; start this as root, or where they are allowed");
        else
            plain = 1;
    }
    if (!plain) {
        mount_at("none", "/", NULL, MS_REC | MS_PRIVATE, NULL);
        mount_at(here, here, NULL, MS_BIND | MS_REC, NULL);
        need(call1(SYS_chdir, here), "enter", here);
    }
    process = need(call0(SYS_fork), "start", "a process");
    if (process)
        quit(wait_for(process));
    dies_with_parent();
    make_folders(join(here, "/proc"));
    make_folders(join(here, "/dev"));
    if (!plain)
        mount_at("proc", join(here, "/proc"), "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
    make_devices(join(here, "/dev"));
    change_root();
    work(command);
}

/*
 * On a bare kernel: only the root is mounted, a disk or the kernel's initial files in memory. At the end the machine is switched off, unless the
 * kernel was told "kit.stay", for a person to read.
 */
static void boot(char **command)
{
    long process, code;
    int stay;
    make_folders("/proc");
    make_folders("/dev");
    mount_at("proc", "/proc", "proc", 0, NULL);
    make_devices("/dev");
    process = need(call0(SYS_fork), "start", "a process");
    if (!process)
        work(command);
    code = wait_for(process);
    stay = strstr(read_text("/proc/cmdline"), "kit.stay") != NULL;
    say("kit: ", code ? "failed" : "done", stay ? ", and you may switch the machine off\n" : ", and off\n");
    call0(SYS_sync);
    call(SYS_mount, NULL, "/", NULL, MS_REMOUNT | MS_RDONLY, NULL);            /* completes a disk; memory does not need it */
    while (stay)
        call0(SYS_pause);
    call3(SYS_reboot, 0xfee1dead, 672274793, 0x4321fedc);
    quit(1);
}
