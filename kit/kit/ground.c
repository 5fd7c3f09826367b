/*
 * System calls, memory, strings, messages, files. The rest of the kit uses this, and a few functions that every C library has (memcpy and the
 * like, strchr, strstr, qsort), so the ladder's C compiler, TinyCC and others can compile the same text. Memory is never freed, because each
 * command of the kit is a short-lived process. Every failure ends the program, and names what was tried.
 */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

typedef unsigned char byte;
typedef unsigned int word;
typedef unsigned long size;

struct bytes { byte *at; size length; };

/* -- System calls ------------------------------------------------------------------------------------------------ */

#if defined __GNUC__ || defined __TINYC__
/* C passes (number, a..f) in rdi rsi rdx rcx r8 r9 and on the stack; the kernel wants rax, rdi rsi rdx r10 r8 r9. */
long kernel_call(long number, long a, long b, long c, long d, long e, long f);
__asm__(
    ".text\n"
    ".globl kernel_call\n"
    "kernel_call:\n"
    "    mov %rdi, %rax\n"
    "    mov %rsi, %rdi\n"
    "    mov %rdx, %rsi\n"
    "    mov %rcx, %rdx\n"
    "    mov %r8, %r10\n"
    "    mov %r9, %r8\n"
    "    mov 8(%rsp), %r9\n"
    "    syscall\n"
    "    ret\n"
);
#else
#define kernel_call __syscall                  /* the ladder's compiler has it built in */
#endif

#define call(n, a, b, c, d, e) kernel_call(n, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), 0)
#define call0(n)               call(n, 0, 0, 0, 0, 0)
#define call1(n, a)            call(n, a, 0, 0, 0, 0)
#define call2(n, a, b)         call(n, a, b, 0, 0, 0)
#define call3(n, a, b, c)      call(n, a, b, c, 0, 0)

enum {
    SYS_read = 0, SYS_write = 1, SYS_open = 2, SYS_close = 3, SYS_lstat = 6, SYS_lseek = 8, SYS_mmap = 9, SYS_ioctl = 16, SYS_pipe = 22,
    SYS_dup2 = 33, SYS_getpid = 39, SYS_socket = 41, SYS_fork = 57, SYS_execve = 59, SYS_exit = 60, SYS_wait4 = 61, SYS_flock = 73, SYS_fsync = 74,
    SYS_rename = 82, SYS_mkdir = 83, SYS_rmdir = 84, SYS_unlink = 87, SYS_symlink = 88, SYS_readlink = 89, SYS_chmod = 90, SYS_lchown = 94,
    SYS_umask = 95, SYS_getrlimit = 97, SYS_getuid = 102, SYS_getgid = 104, SYS_setuid = 105, SYS_setgid = 106, SYS_setsid = 112,
    SYS_setgroups = 116, SYS_mknod = 133, SYS_personality = 135, SYS_statfs = 137, SYS_prctl = 157, SYS_setrlimit = 160, SYS_sync = 162, SYS_mount = 165,
    SYS_umount2 = 166, SYS_pivot_root = 155, SYS_chroot = 161, SYS_chdir = 80, SYS_getcwd = 79, SYS_reboot = 169, SYS_sethostname = 170,
    SYS_setdomainname = 171, SYS_sched_getaffinity = 204, SYS_getdents64 = 217, SYS_clock_gettime = 228,
    SYS_pause = 34, SYS_unshare = 272, SYS_utimensat = 280, SYS_syncfs = 306, SYS_close_range = 436
};

enum { EPERM = 1, ENOENT = 2, EINTR = 4, EEXIST = 17, EINVAL = 22 };
enum { O_RDONLY = 0, O_WRONLY = 1, O_RDWR = 2, O_CREAT = 0100, O_TRUNC = 01000, O_DIRECTORY = 0200000 };
enum { S_KIND = 0170000, S_FOLDER = 0040000, S_FILE = 0100000, S_LINK = 0120000, S_DEVICE = 0020000 };

/* The kernel's struct stat. */
struct status {
    size device, inode, links;
    word mode, user, group, unused;
    size special, length, block, blocks;
    size accessed[2], modified[2], changed[2], more[3];
};

/* -- Memory and strings ------------------------------------------------------------------------------------------ */

static void die_of(const char **words);
#define die(...) die_of((const char *[]){ __VA_ARGS__, NULL })

/* Zeroed memory, never freed. */
static void *allocate(size length)
{
    static byte *at, *end;
    byte *block;
    length = (length + 15) & ~15ul;
    if (length > (size)(end - at)) {
        size chunk = length > 1 << 18 ? length : 1 << 20;
        long pages = kernel_call(SYS_mmap, 0, chunk, 3, 0x22, -1, 0);          /* read and write; private, of no file */
        if (pages < 0 && pages > -4096)
            die("cannot get memory from the kernel");
        if (chunk == length)
            return (void *)pages;
        at = (byte *)pages;
        end = at + chunk;
    }
    block = at;
    at += length;
    return block;
}

/* A text that grows: add(&text, "a", "b"). */
struct text { char *at; size length, room; };

static void add_bytes(struct text *text, const void *from, size length)
{
    if (text->length + length >= text->room) {
        char *wider;
        text->room = (text->length + length) * 2 + 64;
        wider = allocate(text->room);
        memcpy(wider, text->at, text->length);
        text->at = wider;
    }
    memcpy(text->at + text->length, from, length);
    text->length += length;
    text->at[text->length] = 0;
}

static void add_all(struct text *text, const char **parts)
{
    for (; *parts; parts++)
        add_bytes(text, *parts, strlen(*parts));
}
#define add(text, ...) add_all(text, (const char *[]){ __VA_ARGS__, NULL })

/* join("a", "b", "c") is a new string "abc". */
static char *join_all(const char **parts)
{
    struct text text = { NULL, 0, 0 };
    add_all(&text, parts);
    return text.at;
}
#define join(...) join_all((const char *[]){ "", __VA_ARGS__, NULL })

static char *copy_of(const char *text, size length)
{
    char *copy = allocate(length + 1);
    memcpy(copy, text, length);
    return copy;
}

static char *decimal(size n)
{
    char *digit = (char *)allocate(24) + 23;
    do
        *--digit = '0' + n % 10;
    while (n /= 10);
    return digit;
}

static int same(const char *a, const char *b) { return !strcmp(a, b); }
static int starts_with(const char *s, const char *prefix) { return !strncmp(s, prefix, strlen(prefix)); }

/* The part after the last slash. */
static const char *base_name(const char *path)
{
    const char *base = path;
    for (; *path; path++)
        if (*path == '/')
            base = path + 1;
    return base;
}

/* A list of strings, ended by NULL. */
struct list { char **at; size count, room; };

static void append(struct list *list, const char *item)
{
    if (list->count + 1 >= list->room) {
        char **wider;
        list->room = list->room * 2 + 16;
        wider = allocate(list->room * sizeof *wider);
        memcpy(wider, list->at, list->count * sizeof *wider);
        list->at = wider;
    }
    list->at[list->count++] = (char *)item;
    list->at[list->count] = NULL;
}

static int contains(const struct list *list, const char *item)
{
    size i;
    for (i = 0; i < list->count; i++)
        if (same(list->at[i], item))
            return 1;
    return 0;
}

static void append_new(struct list *list, const char *item)
{
    if (!contains(list, item))
        append(list, item);
}

static int in_byte_order(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static void sort(struct list *list)
{
    if (list->count)
        qsort(list->at, list->count, sizeof *list->at, in_byte_order);
}

/* The parts of a text between separators, which are overwritten; empty ones do not count. */
static struct list split(char *text, const char *separators)
{
    struct list parts = { NULL, 0, 0 };
    const char *s;
    char *begin = NULL;
    for (;; text++) {
        for (s = separators; *s && *s != *text; s++)
            ;
        if (*text && !*s) {
            if (!begin)
                begin = text;
            continue;
        }
        if (begin)
            append(&parts, begin);
        begin = NULL;
        if (!*text)
            return parts;
        *text = 0;
    }
}

/* -- Messages ---------------------------------------------------------------------------------------------------- */

static void write_all(int fd, const void *at, size length)
{
    const byte *rest = at;
    while (length) {
        long n = call3(SYS_write, fd, rest, length);
        if (n == -EINTR)
            continue;
        if (n <= 0) {
            if (fd <= 2)
                return;                        /* nobody to tell */
            die("cannot write: errno ", decimal(-n));
        }
        rest += n;
        length -= n;
    }
}

static void say_all(int fd, const char **words)
{
    char *text = join_all(words);
    write_all(fd, text, strlen(text));
}
#define say(...) say_all(1, (const char *[]){ __VA_ARGS__, NULL })

static void quit(int code)
{
    for (;;)
        call1(SYS_exit, code);
}

static void die_of(const char **words)
{
    say_all(2, (const char *[]){ "kit: ", join_all(words), "\n", NULL });
    quit(1);
}

static long need(long result, const char *attempt, const char *path)
{
    if (result < 0)
        die("cannot ", attempt, " ", path, ": errno ", decimal(-result));
    return result;
}

/* -- Files ------------------------------------------------------------------------------------------------------- */

/* The whole file, with a zero behind it; at is NULL if there is none. */
static struct bytes read_file_if_any(const char *path)
{
    struct bytes file = { NULL, 0 };
    size room = 16384;
    long n, fd = call3(SYS_open, path, O_RDONLY, 0);
    if (fd == -ENOENT)
        return file;
    need(fd, "open", path);
    file.at = allocate(room);
    while ((n = call3(SYS_read, fd, file.at + file.length, room - file.length - 1)) != 0) {
        if (n == -EINTR)
            continue;
        file.length += need(n, "read", path);
        if (file.length == room - 1) {
            byte *wider = allocate(room *= 4);
            memcpy(wider, file.at, file.length);
            file.at = wider;
        }
    }
    call1(SYS_close, fd);
    return file;
}

static char *read_text(const char *path)
{
    struct bytes file = read_file_if_any(path);
    if (!file.at)
        need(-ENOENT, "open", path);
    return (char *)file.at;
}

/* Written under another name first, and to the disk, so a file is complete or missing, even if the power goes. */
static void write_text(const char *path, const char *text)
{
    char *fresh = join(path, ".new");
    long fd = need(call3(SYS_open, fresh, O_WRONLY | O_CREAT | O_TRUNC, 0644), "create", fresh);
    write_all(fd, text, strlen(text));
    need(call1(SYS_fsync, fd), "write", fresh);
    need(call1(SYS_close, fd), "close", fresh);
    need(call2(SYS_rename, fresh, path), "rename", fresh);
}

/* For files of the kernel, which take one write, and no other name. */
static long write_setting(const char *path, const char *text)
{
    long n, fd = call3(SYS_open, path, O_WRONLY, 0);
    if (fd < 0)
        return fd;
    n = call3(SYS_write, fd, text, strlen(text));
    call1(SYS_close, fd);
    return n;
}

/* The folder and those above it. */
static void make_folders(const char *path)
{
    const char *end = path;
    do {
        for (end++; *end && *end != '/'; end++)
            ;
        char *folder = copy_of(path, end - path);
        long result = call2(SYS_mkdir, folder, 0755);
        if (result != -EEXIST)
            need(result, "make the folder", folder);
    } while (*end);
}

/* False if it does not exist. */
static int look_at(const char *path, struct status *status)
{
    long result = call2(SYS_lstat, path, status);
    if (result == -ENOENT)
        return 0;
    need(result, "look at", path);
    return 1;
}

static char *read_link(const char *path)
{
    char target[4096];
    long n = need(call3(SYS_readlink, path, target, sizeof target), "read the link", path);
    return copy_of(target, n);
}

/* The names in a folder but "." and "..", in byte order. */
static struct list list_folder(const char *path)
{
    struct list names = { NULL, 0, 0 };
    byte entries[8192], *entry;
    long n, fd = need(call3(SYS_open, path, O_RDONLY | O_DIRECTORY, 0), "open", path);
    while ((n = need(call3(SYS_getdents64, fd, entries, sizeof entries), "list", path)) != 0)
        for (entry = entries; entry < entries + n; entry += *(unsigned short *)(entry + 16)) {
            const char *name = (const char *)entry + 19;
            if (!same(name, ".") && !same(name, ".."))
                append(&names, join(name));
        }
    call1(SYS_close, fd);
    sort(&names);
    return names;
}

static void remove_tree(const char *path)
{
    struct status status;
    struct list names;
    size i;
    if (!look_at(path, &status))
        return;
    if ((status.mode & S_KIND) != S_FOLDER) {
        need(call1(SYS_unlink, path), "delete", path);
        return;
    }
    call2(SYS_chmod, path, 0700);
    names = list_folder(path);
    for (i = 0; i < names.count; i++)
        remove_tree(join(path, "/", names.at[i]));
    need(call1(SYS_rmdir, path), "delete", path);
}

static long wait_for(long process)
{
    int status = 0;
    long ended;
    do
        ended = call(SYS_wait4, process, &status, 0, 0, 0);
    while (ended == -EINTR || (ended >= 0 && ended != process));
    need(ended, "wait for", "a process");
    return status & 0x7f ? 128 + (status & 0x7f) : status >> 8 & 0xff;
}
