/*
 * Unpacks a tarball as it was published:  unpack FILE.tar.bz2 FOLDER
 *
 * The readers of the two formats are those of stage 1, bunzip2.c and untar.c; this is the ground they stand on.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef unsigned char byte;
typedef unsigned short half;
typedef unsigned int word;
typedef unsigned long long wide;
typedef unsigned long size;

struct bytes { byte *at; size length; };

/* So that, with what malloc adds, it is a power of two. */
enum { MOST_UNPACKED = (1 << 28) - 16 };

/* Prints strings, the last of which is NULL, and gives up. */
static void die_of(const char *part, ...)
{
    va_list parts;
    va_start(parts, part);
    fputs("unpack: ", stderr);
    for (; part; part = va_arg(parts, const char *))
        fputs(part, stderr);
    va_end(parts);
    fputs("\n", stderr);
    exit(1);
}
#define die(...) die_of(__VA_ARGS__, NULL)

static char *join_of(const char *part, ...)
{
    char *text = NULL;
    size length = 0, more;
    va_list parts;
    va_start(parts, part);
    for (; part; part = va_arg(parts, const char *)) {
        more = strlen(part);
        text = realloc(text, length + more + 1);
        if (!text)
            die("no memory");
        memcpy(text + length, part, more + 1);
        length += more;
    }
    va_end(parts);
    return text;
}
#define join(...) join_of(__VA_ARGS__, NULL)

/* Memory that costs nothing until it is touched. */
static void *map_pages(size length)
{
    void *at = malloc(length);
    if (!at)
        die("no memory");
    return at;
}

static void *allocate(size length) { return memset(map_pages(length), 0, length); }
static size length_of(const char *s) { return strlen(s); }
static int same_bytes(const void *a, const void *b, size length) { return !memcmp(a, b, length); }
static int compare(const char *a, const char *b) { return strcmp(a, b); }
static int starts_with(const char *s, const char *prefix) { return !strncmp(s, prefix, strlen(prefix)); }

static char *copy_of(const char *text, size length)
{
    char *copy = allocate(length + 1);
    memcpy(copy, text, length);
    return copy;
}

static void need(long result, const char *attempt, const char *path)
{
    if (result < 0)
        die("cannot ", attempt, " ", path);
}

static struct bytes read_file(const char *path)
{
    struct bytes file;
    int fd = open(path, O_RDONLY);
    long length, n;
    need(fd, "open", path);
    length = lseek(fd, 0, SEEK_END);
    need(length, "measure", path);
    need(lseek(fd, 0, SEEK_SET), "read", path);
    file.at = allocate(length + 16);                          /* readers may look a word ahead */
    file.length = 0;
    while (file.length < length && (n = read(fd, file.at + file.length, length - file.length)) > 0)
        file.length += n;
    if (file.length < length)
        die("cannot read all of ", path);
    close(fd);
    return file;
}

static void write_file(const char *path, const void *at, size length, int mode)
{
    FILE *file = fopen(path, "w");
    if (!file)
        die("cannot create ", path);
    fwrite(at, 1, length, file);
    need(fclose(file), "close", path);
}

/* The folder and those above it. */
static void make_folders(const char *path)
{
    char *folder = join(path), *end = folder;
    do {
        int kept;
        for (end++; *end && *end != '/'; end++)
            ;
        kept = *end;
        *end = 0;
        if (mkdir(folder, 0777) < 0 && errno != EEXIST)
            die("cannot make the folder ", folder);
        *end = kept;
    } while (*end);
    free(folder);
}

#include "ending.c"
#include "bunzip2.c"
#include "untar.c"

int main(int count, char **arguments)
{
    static const char *all[] = { "", NULL };
    if (count != 3)
        die("arguments: FILE.tar.bz2 FOLDER");
    untar(bunzip2(read_file(arguments[1])), "", all, arguments[2]);
    return 0;
}
