/* Strings and other runs of bytes. Copying goes by eight bytes: TinyCC copies a lot, and this is compiled naively. */
#include <stdlib.h>
#include <string.h>

void *memcpy(void *to, const void *from, size_t length)
{
    char *t = to;
    const char *f = from;
    for (; length >= 8; length -= 8, t += 8, f += 8)
        *(long *)t = *(const long *)f;
    while (length--)
        *t++ = *f++;
    return to;
}

void *memmove(void *to, const void *from, size_t length)
{
    char *t = to;
    const char *f = from;
    if (t <= f || t >= f + length)
        return memcpy(to, from, length);
    while (length--)
        t[length] = f[length];
    return to;
}

void *memset(void *to, int value, size_t length)
{
    char *t = to;
    long eight = (value & 255) * 0x0101010101010101;
    for (; length >= 8; length -= 8, t += 8)
        *(long *)t = eight;
    while (length--)
        *t++ = value;
    return to;
}

int memcmp(const void *a, const void *b, size_t length)
{
    const unsigned char *p = a, *q = b;
    for (; length--; p++, q++)
        if (*p != *q)
            return *p - *q;
    return 0;
}

size_t strlen(const char *s)
{
    const char *end = s;
    while (*end)
        end++;
    return end - s;
}

char *strcpy(char *to, const char *from)
{
    memcpy(to, from, strlen(from) + 1);
    return to;
}

int strcmp(const char *a, const char *b)
{
    while (*a && *a == *b)
        a++, b++;
    return (unsigned char)*a - (unsigned char)*b;
}

int strncmp(const char *a, const char *b, size_t length)
{
    for (; length; length--, a++, b++)
        if (!*a || *a != *b)
            return (unsigned char)*a - (unsigned char)*b;
    return 0;
}

char *strchr(const char *s, int c)
{
    for (; *s != (char)c; s++)
        if (!*s)
            return NULL;
    return (char *)s;
}

char *strrchr(const char *s, int c)
{
    const char *last = NULL;
    do
        if (*s == (char)c)
            last = s;
    while (*s++);
    return (char *)last;
}

char *strstr(const char *s, const char *part)
{
    size_t length = strlen(part);
    for (; strncmp(s, part, length); s++)
        if (!*s)
            return NULL;
    return (char *)s;
}

static void swap(char *a, char *b, size_t size)
{
    char kept;
    for (; size; size--, a++, b++)
        kept = *a, *a = *b, *b = kept;
}

/* Shell's sort: insertion over ever smaller distances, down to 1. */
void qsort(void *base, size_t count, size_t size, int (*compare)(const void *, const void *))
{
    char *at = base;
    size_t gap, i, j;
    for (gap = count / 2; gap; gap = gap == 2 ? 1 : gap * 5 / 11)
        for (i = gap; i < count; i++)
            for (j = i; j >= gap && compare(at + (j - gap) * size, at + j * size) > 0; j -= gap)
                swap(at + (j - gap) * size, at + j * size, size);
}
