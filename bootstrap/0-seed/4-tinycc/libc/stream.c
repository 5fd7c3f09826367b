/*
 * Files. What is written waits in a buffer; what is read does not. TinyCC does not look whether writing worked, so
 * this does: a write that fails ends the program.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "kernel.h"

enum { BUFFER = 65536 };

struct file { int fd; size_t waiting; char *buffer; FILE *next; };

static char stdout_buffer[BUFFER], stderr_buffer[BUFFER];
static struct file error_stream = { 2, 0, stderr_buffer, NULL };
static struct file output_stream = { 1, 0, stdout_buffer, &error_stream };
FILE *stdout = &output_stream, *stderr = &error_stream;

/* All open ones. */
static FILE *first_stream = &output_stream;

static void write_all(int fd, const char *from, size_t length)
{
    long n;
    while (length) {
        n = call3(SYS_write, fd, from, length);
        if (n == -EINTR)
            continue;
        if (n <= 0) {
            char code[16];
            sprintf(code, "errno %ld", -n);
            fail("cannot write", code);
        }
        from += n;
        length -= n;
    }
}

int fflush(FILE *file)
{
    size_t waiting = file->waiting;
    file->waiting = 0;
    write_all(file->fd, file->buffer, waiting);
    return 0;
}

void flush_all(void)
{
    FILE *file;
    for (file = first_stream; file; file = file->next)
        fflush(file);
}

FILE *fdopen(int fd, const char *mode)
{
    FILE *file = malloc(sizeof *file);
    char *buffer = malloc(BUFFER);
    if (!file || !buffer)
        return NULL;
    file->fd = fd;
    file->waiting = 0;
    file->buffer = buffer;
    file->next = first_stream;
    first_stream = file;
    return file;
}

/* "r", or "w", to which "b" adds nothing and "+" that the file may also be read. */
FILE *fopen(const char *path, const char *mode)
{
    int fd, flags = O_RDONLY;
    if (*mode != 'r' && *mode != 'w')
        fail("not in this fopen", mode);
    if (*mode == 'w')
        flags = (strchr(mode, '+') ? O_RDWR : O_WRONLY) | O_CREAT | O_TRUNC;
    else if (strchr(mode, '+'))
        flags = O_RDWR;
    fd = open(path, flags, 0666);
    return fd < 0 ? NULL : fdopen(fd, mode);
}

int fclose(FILE *file)
{
    FILE **link = &first_stream;
    int result;
    fflush(file);
    result = close(file->fd);
    while (*link != file)
        link = &(*link)->next;
    *link = file->next;
    free(file->buffer);
    free(file);
    return result;
}

size_t fread(void *to, size_t size, size_t count, FILE *file)
{
    size_t have = 0, want = size * count;
    long n;
    fflush(file);
    while (have < want && (n = read(file->fd, (char *)to + have, want - have)) > 0)
        have += n;
    return size ? have / size : 0;
}

size_t fwrite(const void *from, size_t size, size_t count, FILE *file)
{
    size_t length = size * count;
    if (file->waiting + length > BUFFER)
        fflush(file);
    if (length > BUFFER)
        write_all(file->fd, from, length);
    else {
        memcpy(file->buffer + file->waiting, from, length);
        file->waiting += length;
    }
    return count;
}

int fputc(int c, FILE *file)
{
    if (file->waiting == BUFFER)
        fflush(file);
    file->buffer[file->waiting++] = c;
    return (unsigned char)c;
}

int fputs(const char *s, FILE *file)
{
    fwrite(s, 1, strlen(s), file);
    if (file == stderr)
        fflush(file);
    return 1;
}

int fseek(FILE *file, long offset, int whence)
{
    fflush(file);
    return lseek(file->fd, offset, whence) < 0 ? -1 : 0;
}

long ftell(FILE *file)
{
    fflush(file);
    return lseek(file->fd, 0, SEEK_CUR);
}
