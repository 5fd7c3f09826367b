/*
 * Nix archives: a file, a link or a folder as one run of bytes, without times, owners and other modes than "executable". Nothing keeps an
 * archive here: its bytes go into a sink, which hashes them and finds the store paths in them.
 *
 * A store path is named by its 32 characters of base 32. In a window of 32 bytes that has another character at place i, no window that begins
 * up to there can hold one.
 */

enum { HASH_PART = 32, SINK_ROOM = 1 << 17 };

struct sink {
    struct sha256 hash;
    size length;                               /* of what was put in */
    const struct list *sought;                 /* hash parts to look for, or NULL */
    byte *found;                               /* for each: whether it was there */
    const char *self;                          /* a hash part that counts as zeros, or NULL */
    struct text positions;                     /* "|offset" for each place of it */
    size used;
    byte buffer[SINK_ROOM];
};

static byte is_base32[256];

static void begin_sink(struct sink *sink, const struct list *sought, const char *self)
{
    const char *digit;
    for (digit = base32_digits; *digit; digit++)
        is_base32[(byte)*digit] = 1;
    memset(sink, 0, sizeof *sink - SINK_ROOM);
    sha256_begin(&sink->hash);
    sink->sought = sought;
    sink->self = self;
    sink->found = allocate(sought ? sought->count + 1 : 1);
}

/* Looks at the window that begins at `at`; returns the distance to the next one that can hold a hash part. */
static size look_at_window(struct sink *sink, size at)
{
    byte *window = sink->buffer + at;
    int i;
    size n;
    for (i = HASH_PART - 1; i >= 0; i--)
        if (!is_base32[window[i]])
            return i + 1;
    if (sink->self && !memcmp(window, sink->self, HASH_PART)) {
        memset(window, 0, HASH_PART);
        add(&sink->positions, "|", decimal(sink->length - sink->used + at));
        return HASH_PART;
    }
    for (n = 0; sink->sought && n < sink->sought->count; n++)
        if (*(const char *)window == *sink->sought->at[n] && !memcmp(window, sink->sought->at[n], HASH_PART))
            sink->found[n] = 1;
    return 1;
}

/* Hashes the buffer, but for an end in which a hash part may have begun, unless nothing follows. */
static void flush(struct sink *sink, int all)
{
    size settled = sink->used, at;
    if (sink->sought || sink->self) {
        for (at = 0; at + HASH_PART <= sink->used; at += look_at_window(sink, at))
            ;
        if (!all && settled >= HASH_PART)
            settled -= HASH_PART - 1;
    }
    sha256_add(&sink->hash, sink->buffer, settled);
    sink->used -= settled;
    memmove(sink->buffer, sink->buffer + settled, sink->used);
}

static void put_bytes(struct sink *sink, const void *from, size length)
{
    const byte *at = from;
    while (length) {
        size part = SINK_ROOM - sink->used < length ? SINK_ROOM - sink->used : length;
        memcpy(sink->buffer + sink->used, at, part);
        sink->used += part;
        sink->length += part;
        at += part;
        length -= part;
        if (sink->used == SINK_ROOM)
            flush(sink, 0);
    }
}

static void end_sink(struct sink *sink, byte *digest)
{
    flush(sink, 1);
    if (sink->positions.length)
        sha256_add(&sink->hash, sink->positions.at, sink->positions.length);
    sha256_end(&sink->hash, digest);
}

static void put_length(struct sink *sink, size n)
{
    byte eight[8];
    int i;
    for (i = 0; i < 8; i++, n >>= 8)
        eight[i] = n;
    put_bytes(sink, eight, 8);
}

static void put_padding(struct sink *sink, size length) { put_bytes(sink, "\0\0\0\0\0\0\0", -length & 7); }

static void put_string(struct sink *sink, const char *s)
{
    size length = strlen(s);
    put_length(sink, length);
    put_bytes(sink, s, length);
    put_padding(sink, length);
}

static void put_strings(struct sink *sink, const char **strings)
{
    for (; *strings; strings++)
        put_string(sink, *strings);
}
#define put(sink, ...) put_strings(sink, (const char *[]){ __VA_ARGS__, NULL })

static void put_contents(struct sink *sink, const char *path, size length)
{
    byte piece[16384];
    long n, fd = need(call3(SYS_open, path, O_RDONLY, 0), "open", path);
    size rest = length;
    put_length(sink, length);
    while ((n = call3(SYS_read, fd, piece, sizeof piece)) != 0) {
        if (n == -EINTR)
            continue;
        need(n, "read", path);
        if (n > rest)
            die(path, " grew while it was read");
        put_bytes(sink, piece, n);
        rest -= n;
    }
    if (rest)
        die(path, " shrank while it was read");
    call1(SYS_close, fd);
    put_padding(sink, length);
}

static void put_node(struct sink *sink, const char *path)
{
    struct status status;
    struct list names;
    size i;
    if (!look_at(path, &status))
        need(-ENOENT, "look at", path);
    put(sink, "(", "type");
    switch (status.mode & S_KIND) {
    case S_FILE:
        put(sink, "regular");
        if (status.mode & 0100)
            put(sink, "executable", "");
        put(sink, "contents");
        put_contents(sink, path, status.length);
        break;
    case S_LINK:
        put(sink, "symlink", "target", read_link(path));
        break;
    case S_FOLDER:
        put(sink, "directory");
        names = list_folder(path);
        for (i = 0; i < names.count; i++) {
            put(sink, "entry", "(", "name", names.at[i], "node");
            put_node(sink, join(path, "/", names.at[i]));
            put(sink, ")");
        }
        break;
    default:
        die(path, " is neither file, link nor folder");
    }
    put(sink, ")");
}

/* The facts of a tree: the hash and length of its archive, and which of the sought hash parts it contains. */
struct scan { byte hash[32]; size length; byte *found; };

static struct scan scan_tree(const char *path, const struct list *sought, const char *self)
{
    static struct sink sink;
    struct scan scan;
    begin_sink(&sink, sought, self);
    put(&sink, "nix-archive-1");
    put_node(&sink, path);
    end_sink(&sink, scan.hash);
    scan.length = sink.length;
    scan.found = sink.found;
    return scan;
}

/* The hash of a file as it is. */
static void hash_file(const char *path, byte *digest)
{
    static byte piece[65536];
    struct sha256 hash;
    long n, fd = need(call3(SYS_open, path, O_RDONLY, 0), "open", path);
    sha256_begin(&hash);
    while ((n = call3(SYS_read, fd, piece, sizeof piece)) != 0)
        if (n != -EINTR)
            sha256_add(&hash, piece, need(n, "read", path));
    call1(SYS_close, fd);
    sha256_end(&hash, digest);
}
