/*
 * The ground under stage 1: what a C program has from libc, for one that has none.
 *
 * The seed's `-run` compiles stage1.c into memory and calls _start as a plain function, so there is no crt1.o, no
 * libc and not even libtcc1 here. Hence the rules for all files of stage 1: no floating point, no variable arguments
 * (tcc needs libtcc1 for both), nothing newer than C99.
 *
 * Memory is taken from the kernel and given back when the process ends. Every failure is final: die() says what was
 * attempted on which path.
 */

typedef unsigned char byte;
typedef unsigned long size;

struct bytes { byte *at; size length; };

#define NULL ((void *)0)

/* -- System calls ------------------------------------------------------------------------------------------------ */

/* C passes (number, a..f) in rdi rsi rdx rcx r8 r9 and on the stack; the kernel wants rax, rdi rsi rdx r10 r8 r9. */
long system_call(long number, long a, long b, long c, long d, long e, long f);
__asm__(
    ".text\n"
    ".globl system_call\n"
    "system_call:\n"
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

enum {
    SYS_read = 0, SYS_write = 1, SYS_open = 2, SYS_close = 3, SYS_mmap = 9, SYS_fork = 57, SYS_execve = 59,
    SYS_exit = 60, SYS_wait4 = 61, SYS_kill = 62, SYS_getcwd = 79, SYS_chdir = 80, SYS_mkdir = 83, SYS_symlink = 88,
    SYS_chmod = 90, SYS_sched_getaffinity = 204, SYS_getdents64 = 217
};

enum { ENOENT = 2, EINTR = 4, EEXIST = 17 };
enum { O_RDONLY = 0, O_WRONLY = 1, O_CREAT = 0100, O_TRUNC = 01000, O_DIRECTORY = 0200000 };
enum { PROT_READ = 1, PROT_WRITE = 2 };
enum { MAP_PRIVATE = 2, MAP_ANONYMOUS = 0x20, MAP_NORESERVE = 0x4000 };
enum { SIGKILL = 9 };

#define call0(n)          system_call(n, 0, 0, 0, 0, 0, 0)
#define call1(n, a)       system_call(n, (long)(a), 0, 0, 0, 0, 0)
#define call2(n, a, b)    system_call(n, (long)(a), (long)(b), 0, 0, 0, 0)
#define call3(n, a, b, c) system_call(n, (long)(a), (long)(b), (long)(c), 0, 0, 0)

/* -- Memory and strings ------------------------------------------------------------------------------------------ */

/* The compiler itself calls these, for initialisers and structure copies. `rep movsb` beats any loop that an
   unoptimising compiler makes. */
void *memcpy(void *to, const void *from, size length);
void *memset(void *to, int value, size length);
void *memmove(void *to, const void *from, size length);
__asm__(
    ".globl memcpy\n"
    "memcpy:\n"
    "    mov %rdi, %rax\n"
    "    mov %rdx, %rcx\n"
    "    rep movsb\n"
    "    ret\n"
    ".globl memset\n"
    "memset:\n"
    "    mov %rdi, %r8\n"
    "    mov %esi, %eax\n"
    "    mov %rdx, %rcx\n"
    "    rep stosb\n"
    "    mov %r8, %rax\n"
    "    ret\n"
);

void *memmove(void *to, const void *from, size length)
{
    byte *t = to;
    const byte *f = from;
    if (t <= f || t >= f + length)
        return memcpy(to, from, length);
    while (length--)
        t[length] = f[length];
    return to;
}

static size length_of(const char *s)
{
    const char *end = s;
    while (*end)
        end++;
    return end - s;
}

static int same_bytes(const void *a, const void *b, size length)
{
    const byte *p = a, *q = b;
    for (; length; length--)
        if (*p++ != *q++)
            return 0;
    return 1;
}

static int compare(const char *a, const char *b)
{
    while (*a && *a == *b)
        a++, b++;
    return (byte)*a - (byte)*b;
}

static int starts_with(const char *s, const char *prefix) { return same_bytes(s, prefix, length_of(prefix)); }

static int ends_with(const char *s, const char *suffix)
{
    size n = length_of(s), m = length_of(suffix);
    return n >= m && same_bytes(s + n - m, suffix, m);
}

static void die_of(const char **words);
#define die(...) die_of((const char *[]){ __VA_ARGS__, NULL })

/* Fresh zeroed pages. Untouched ones cost nothing, so ask for the most that could be needed. */
static void *map_pages(size length)
{
    enum { FLAGS = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE };
    long at = system_call(SYS_mmap, 0, length, PROT_READ | PROT_WRITE, FLAGS, -1, 0);
    if (at < 0 && at > -4096)
        die("cannot get memory from the kernel");
    return (void *)at;
}

/* Zeroed memory, never given back. */
static void *allocate(size length)
{
    enum { CHUNK = 1 << 20 };
    static byte *at, *end;
    byte *block;
    length = (length + 15) & ~15ul;
    if (length > CHUNK / 4)
        return map_pages(length);
    if (length > (size)(end - at)) {
        at = map_pages(CHUNK);
        end = at + CHUNK;
    }
    block = at;
    at += length;
    return block;
}

/* A text that grows: add(&text, "a", "b"). */
struct text { char *at; size length, room; };

static void add_all(struct text *text, const char **parts)
{
    for (; *parts; parts++) {
        size length = length_of(*parts);
        if (text->length + length >= text->room) {
            char *wider;
            text->room = (text->length + length) * 2 + 64;
            wider = allocate(text->room);
            memcpy(wider, text->at, text->length);
            text->at = wider;
        }
        memcpy(text->at + text->length, *parts, length + 1);
        text->length += length;
    }
}
#define add(text, ...) add_all(text, (const char *[]){ __VA_ARGS__, NULL })

/* join("a", "b", "c") is a new string "abc". */
static char *join_all(const char **parts)
{
    struct text text = { NULL };
    add_all(&text, parts);
    return text.at;
}
#define join(...) join_all((const char *[]){ __VA_ARGS__, NULL })

/* The first `length` bytes, as a string of their own. */
static char *copy_of(const char *text, size length)
{
    char *copy = allocate(length + 1);
    memcpy(copy, text, length);
    return copy;
}

/* What the compiler calls the object it makes of a source: foo.o of foo.c or foo.s. */
static char *object_of(const char *source)
{
    char *name = join(source), *end = name + length_of(name);
    while (*--end != '.')
        ;
    end[1] = 'o';
    end[2] = 0;
    return name;
}

static char *decimal(size n)
{
    char *digit = (char *)allocate(24) + 23;
    do
        *--digit = '0' + n % 10;
    while (n /= 10);
    return digit;
}

/* -- Messages ---------------------------------------------------------------------------------------------------- */

static void say(const char *text)
{
    size length = length_of(text);
    while (length) {
        long n = call3(SYS_write, 2, text, length);
        if (n == -EINTR)
            continue;
        if (n <= 0)
            return;                            /* nobody to tell */
        text += n;
        length -= n;
    }
}

/* A line of Nix's structured log: whoever runs the build shows where it is. */
static void phase(const char *name) { say(join("@nix {\"action\":\"setPhase\",\"phase\":\"", name, "\"}\n")); }

static void quit(int status)
{
    for (;;)
        call1(SYS_exit, status);
}

static void die_of(const char **words)
{
    say(join("stage1: ", join_all(words), "\n"));
    quit(1);
}

/* -- Files ------------------------------------------------------------------------------------------------------- */

static void need(long result, const char *attempt, const char *path)
{
    if (result < 0)
        die("cannot ", attempt, " ", path, ": errno ", decimal(-result));
}

/* The whole file with zero bytes after it: a text is also a string, and a reader may look a word ahead. */
static struct bytes read_file(const char *path)
{
    enum { SLACK = 16 };
    struct bytes file = { NULL, 0 };
    size room = 16384;
    long n, fd = call3(SYS_open, path, O_RDONLY, 0);
    need(fd, "open", path);
    file.at = allocate(room);
    while ((n = call3(SYS_read, fd, file.at + file.length, room - file.length - SLACK)) != 0) {
        if (n == -EINTR)
            continue;
        need(n, "read", path);
        file.length += n;
        if (room - file.length == SLACK) {
            byte *wider = map_pages(room *= 4);
            memcpy(wider, file.at, file.length);
            file.at = wider;
        }
    }
    call1(SYS_close, fd);
    return file;
}

/* As above, and nothing of a file that cannot be opened. */
static struct bytes read_file_if_any(const char *path)
{
    struct bytes none = { NULL, 0 };
    long fd = call3(SYS_open, path, O_RDONLY, 0);
    if (fd < 0)
        return none;
    call1(SYS_close, fd);
    return read_file(path);
}

/* For text only: a zero byte in it would hide the rest. */
static char *read_text(const char *path) { return (char *)read_file(path).at; }

/* The mode is set apart from creation, so that the umask has no say. */
static void write_file(const char *path, const void *at, size length, int mode)
{
    const byte *rest = at;
    long n, fd = call3(SYS_open, path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    need(fd, "create", path);
    while (length) {
        n = call3(SYS_write, fd, rest, length);
        if (n == -EINTR)
            continue;
        need(n, "write", path);
        rest += n;
        length -= n;
    }
    need(call1(SYS_close, fd), "close", path);
    need(call2(SYS_chmod, path, mode), "set the mode of", path);
}

static void write_text(const char *path, const char *text) { write_file(path, text, length_of(text), 0644); }

static void copy_file(const char *from, const char *to, int mode)
{
    struct bytes file = read_file(from);
    write_file(to, file.at, file.length, mode);
}

static void need_same(const char *a, const char *b)
{
    struct bytes one = read_file(a), other = read_file(b);
    if (one.length != other.length || !same_bytes(one.at, other.at, one.length))
        die(a, " and ", b, " differ, and must not");
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

static void enter_folder(const char *path) { need(call1(SYS_chdir, path), "enter", path); }

static void make_link(const char *target, const char *path) { need(call2(SYS_symlink, target, path), "link", path); }

/* The names in a folder but "." and "..", in byte order, ended by NULL. None if there is no such folder. */
static char **list_folder(const char *path)
{
    enum { MOST = 4096 };
    static byte entries[32768];
    static char *names[MOST];
    char **list;
    int count = 0, i;
    long n = 0, fd = call3(SYS_open, path, O_RDONLY | O_DIRECTORY, 0);
    if (fd != -ENOENT)
        need(fd, "open", path);
    while (fd >= 0 && (n = call3(SYS_getdents64, fd, entries, sizeof entries)) != 0) {
        byte *entry;
        need(n, "list", path);
        for (entry = entries; entry < entries + n; entry += *(unsigned short *)(entry + 16)) {
            const char *name = (const char *)entry + 19;
            if (!compare(name, ".") || !compare(name, ".."))
                continue;
            if (count == MOST)
                die("too many files in ", path);
            for (i = count++; i > 0 && compare(names[i - 1], name) > 0; i--)
                names[i] = names[i - 1];
            names[i] = join(name);
        }
    }
    if (fd >= 0)
        call1(SYS_close, fd);
    list = allocate((count + 1) * sizeof *list);
    memcpy(list, names, count * sizeof *list);
    return list;
}
