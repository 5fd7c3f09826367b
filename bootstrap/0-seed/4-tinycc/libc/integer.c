/* Integers from text. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int digit_of(int c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'Z')
        return c - 'A' + 10;
    return 99;
}

/* The digits' value, and whether it exceeds 64 bits. Base 0 means: as C writes it. */
static unsigned long read_integer(const char *s, char **end, int base, int *negative, int *too_large)
{
    const char *digits;
    unsigned long n = 0, most;
    *negative = *too_large = 0;
    if (end)
        *end = (char *)s;
    while (*s == ' ' || *s >= '\t' && *s <= '\r')
        s++;
    if (*s == '+' || *s == '-')
        *negative = *s++ == '-';
    if ((base == 0 || base == 16) && s[0] == '0' && (s[1] == 'x' || s[1] == 'X') && digit_of(s[2]) < 16) {
        base = 16;
        s += 2;
    }
    if (base == 0)
        base = *s == '0' ? 8 : 10;
    most = ~0ul / base;
    for (digits = s; digit_of(*s) < base; s++) {
        unsigned long next = n * base + digit_of(*s);
        if (n > most || next < n * base)
            *too_large = 1;
        n = next;
    }
    if (end && s > digits)
        *end = (char *)s;
    return n;
}

unsigned long strtoul(const char *s, char **end, int base)
{
    int negative, too_large;
    unsigned long n = read_integer(s, end, base, &negative, &too_large);
    if (too_large) {
        errno = ERANGE;
        return ~0ul;
    }
    return negative ? -n : n;
}

unsigned long long strtoull(const char *s, char **end, int base) { return strtoul(s, end, base); }

long strtol(const char *s, char **end, int base)
{
    int negative, too_large;
    unsigned long n = read_integer(s, end, base, &negative, &too_large), most = ~0ul >> 1;
    if (too_large || n > most + negative) {
        errno = ERANGE;
        return most + negative;
    }
    return negative ? -n : n;
}

int atoi(const char *s) { return strtol(s, NULL, 10); }
