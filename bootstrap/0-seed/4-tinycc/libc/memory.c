/*
 * malloc. A block's size is a power of two; before it stand 16 bytes, of which the first eight say which power. Blocks
 * that were freed wait in a list, one for each size. The rest of a large block costs nothing until it is touched.
 */
#include <stdlib.h>
#include <string.h>
#include "kernel.h"

enum { HEAD = 16, SMALLEST = 5, LARGEST = 40, CHUNK = 1 << 22 };

struct block { long power; struct block *next; };

static struct block *waiting[LARGEST + 1];
static char *fresh, *fresh_end;

static void *pages(size_t length)
{
    enum { READ_WRITE = 3, PRIVATE = 2, ANONYMOUS = 0x20, NORESERVE = 0x4000 };
    long at = __syscall(SYS_mmap, 0, length, READ_WRITE, PRIVATE | ANONYMOUS | NORESERVE, -1, 0);
    return at < 0 && at > -4096 ? NULL : (void *)at;
}

void *malloc(size_t length)
{
    struct block *block;
    long power = SMALLEST;
    size_t size;
    while (power <= LARGEST && ((size_t)1 << power) - HEAD < length)
        power++;
    if (power > LARGEST)
        return NULL;
    block = waiting[power];
    if (block) {
        waiting[power] = block->next;
        return (char *)block + HEAD;
    }
    size = (size_t)1 << power;
    if (size >= CHUNK)
        block = pages(size);
    else {
        if (size > fresh_end - fresh) {
            fresh = pages(CHUNK);
            fresh_end = fresh ? fresh + CHUNK : NULL;
        }
        block = (struct block *)fresh;
        if (block)
            fresh += size;
    }
    if (!block)
        return NULL;
    block->power = power;
    return (char *)block + HEAD;
}

void free(void *at)
{
    struct block *block = (struct block *)((char *)at - HEAD);
    if (!at)
        return;
    block->next = waiting[block->power];
    waiting[block->power] = block;
}

void *realloc(void *at, size_t length)
{
    size_t room;
    void *wider;
    if (!at)
        return malloc(length);
    room = ((size_t)1 << ((struct block *)((char *)at - HEAD))->power) - HEAD;
    if (length <= room)
        return at;
    wider = malloc(length);
    if (wider) {
        memcpy(wider, at, room);
        free(at);
    }
    return wider;
}
