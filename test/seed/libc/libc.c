// As much of a C library as the tests of the ladder's C compiler need. It is compiled by that compiler.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ctype.h>
#include <math.h>
#include <stdint.h>

static FILE files[] = { { 1 }, { 2 } };
FILE *stdout = &files[0], *stderr = &files[1];
static char heap[64 << 20];
static size_t heap_used;

void exit(int code) { __syscall(231, code, 0, 0, 0, 0, 0); }
void abort(void) { exit(134); }

void *memcpy(void *to, const void *from, size_t size) {
    char *t = to;
    const char *f = from;
    while (size--) *t++ = *f++;
    return to;
}

void *memmove(void *to, const void *from, size_t size) {
    char *t = to;
    const char *f = from;
    if (t < f) return memcpy(to, from, size);
    while (size--) t[size] = f[size];
    return to;
}

void *memset(void *to, int byte, size_t size) {
    char *t = to;
    while (size--) *t++ = byte;
    return to;
}

int memcmp(const void *a, const void *b, size_t size) {
    const unsigned char *x = a, *y = b;
    for (; size; size--, x++, y++) if (*x != *y) return *x - *y;
    return 0;
}

size_t strlen(const char *s) {
    size_t n = 0;
    while (s[n]) n++;
    return n;
}

int strncmp(const char *a, const char *b, size_t n) {
    for (; n; n--, a++, b++) if (*a != *b || !*a) return *(unsigned char *)a - *(unsigned char *)b;
    return 0;
}

int strcmp(const char *a, const char *b) { return strncmp(a, b, (size_t)-1); }
char *strcpy(char *to, const char *from) { return memcpy(to, from, strlen(from) + 1); }
char *strcat(char *to, const char *from) { strcpy(to + strlen(to), from); return to; }

char *strncpy(char *to, const char *from, size_t n) {
    size_t i;
    for (i = 0; i < n && from[i]; i++) to[i] = from[i];
    for (; i < n; i++) to[i] = 0;
    return to;
}

char *strchr(const char *s, int c) {
    for (; *s != (char)c; s++) if (!*s) return NULL;
    return (char *)s;
}

char *strrchr(const char *s, int c) {
    const char *end = s + strlen(s);
    for (; *end != (char)c; end--) if (end == s) return NULL;
    return (char *)end;
}

void *malloc(size_t size) {
    size_t *p = (size_t *)(heap + heap_used);
    size = (size + 15) & ~15;
    if (size > sizeof heap - 16 - heap_used) return NULL;
    heap_used += size + 16;
    *p = size;
    return p + 2;
}

void free(void *p) {}
void *calloc(size_t count, size_t size) { return malloc(count * size); }

void *realloc(void *old, size_t size) {
    void *p = malloc(size);
    if (p && old) memcpy(p, old, ((size_t *)old)[-2] < size ? ((size_t *)old)[-2] : size);
    return p;
}

int isdigit(int c) { return c >= '0' && c <= '9'; }
int isalpha(int c) { return (c | 32) >= 'a' && (c | 32) <= 'z'; }
int isspace(int c) { return c == ' ' || c >= 9 && c <= 13; }
int toupper(int c) { return c >= 'a' && c <= 'z' ? c - 32 : c; }
int abs(int n) { return n < 0 ? -n : n; }
long labs(long n) { return n < 0 ? -n : n; }
double fabs(double x) { return x < 0 ? -x : x; }
float fabsf(float x) { return x < 0 ? -x : x; }

int atoi(const char *s) {
    int n = 0, negative;
    while (isspace(*s)) s++;
    negative = *s == '-';
    if (*s == '-' || *s == '+') s++;
    while (isdigit(*s)) n = n * 10 + *s++ - '0';
    return negative ? -n : n;
}

// ---- printf

struct sink {
    char *to;
    size_t room, count;
};

static void put(struct sink *s, int c) {
    if (s->count + 1 < s->room) s->to[s->count] = c;
    s->count++;
}

static char *integer(char *end, uint64_t n, unsigned base, int capital) {
    do *--end = "0123456789abcdef0123456789ABCDEF"[n % base + capital * 16];
    while (n /= base);
    return end;
}

// %e, %f and %g as whole numbers scaled by powers of ten: right for what tests print, not for every number.
static char *floating(char *to, long double x, int precision, char kind) {
    char digits[40], *d, *start = to;
    int power = 0, i, strip = 0;
    long double scale = 1;
    if (x < 0 || x == 0 && 1 / x < 0) *to++ = '-', x = -x;
    if (x != x || x - x != 0) return strcpy(to, x != x ? "nan" : "inf"), start;
    if (precision < 0) precision = 6;
    if (x != 0) {
        while (x / scale >= 10) scale *= 10, power++;
        while (x / scale < 1) scale /= 10, power--;
    }
    if (kind == 'g') {
        if (precision == 0) precision = 1;
        if (x + 0.5L * scale >= 10 * scale) power++;
        strip = 1;
        if (power < -4 || power >= precision) kind = 'e', precision--;
        else kind = 'f', precision -= power + 1;
    }
    if (kind == 'e') x /= scale;
    for (i = 0; i < precision; i++) x *= 10;
    if (x >= 9e18L) return strcpy(to, "large"), start;
    uint64_t whole = x;
    x -= whole;
    if (x > 0.5L || x == 0.5L && whole & 1) whole++;
    if (kind == 'e') {
        uint64_t limit = 10;
        for (i = 0; i < precision; i++) limit *= 10;
        if (whole >= limit) whole /= 10, power++;
    }
    digits[39] = 0;
    d = integer(digits + 39, whole, 10, 0);
    while (digits + 39 - d <= precision) *--d = '0';
    while (digits + 39 - d > precision) *to++ = *d++;
    if (precision > 0) {
        *to++ = '.';
        while (*d) *to++ = *d++;
        if (strip) {
            while (to[-1] == '0') to--;
            if (to[-1] == '.') to--;
        }
    }
    *to = 0;
    if (kind == 'e') sprintf(to, "e%c%02d", power < 0 ? '-' : '+', abs(power));
    return start;
}

int vsnprintf(char *to, size_t room, const char *format, va_list list) {
    struct sink s = { to, room, 0 };
    for (; *format; format++) {
        char buffer[400], *text = buffer + 399;
        int left = 0, zero = 0, plus = 0, alternate = 0, width = 0, precision = -1, longs = 0, big = 0, length;
        if (*format != '%') {
            put(&s, *format);
            continue;
        }
        for (format++;; format++) {
            if (*format == '-') left = 1;
            else if (*format == '0') zero = 1;
            else if (*format == '+') plus = '+';
            else if (*format == ' ') plus = ' ';
            else if (*format == '#') alternate = 1;
            else break;
        }
        if (*format == '*') width = va_arg(list, int), format++;
        while (isdigit(*format)) width = width * 10 + *format++ - '0';
        if (*format == '.') {
            precision = 0;
            format++;
            if (*format == '*') precision = va_arg(list, int), format++;
            while (isdigit(*format)) precision = precision * 10 + *format++ - '0';
        }
        for (;; format++) {
            if (*format == 'l' || *format == 'z' || *format == 'j' || *format == 't') longs++;
            else if (*format == 'h') longs--;
            else if (*format == 'L') big = 1;
            else break;
        }
        *text = 0;
        switch (*format) {
        case '%': *--text = '%'; break;
        case 'c': *--text = va_arg(list, int); break;
        case 's':
            text = va_arg(list, char *);
            if (!text) text = "(null)";
            break;
        case 'd':
        case 'i': {
            int64_t n = longs > 0 ? va_arg(list, long) : va_arg(list, int);
            if (longs == -1) n = (short)n;
            if (longs == -2) n = (signed char)n;
            text = integer(text, n < 0 ? -(uint64_t)n : n, 10, 0);
            while (buffer + 399 - text < precision) *--text = '0';
            if (zero && !left && precision < 0) while (buffer + 399 - text < width - (n < 0 || plus)) *--text = '0';
            if (n < 0) *--text = '-';
            else if (plus) *--text = plus;
            break;
        }
        case 'u':
        case 'x':
        case 'X':
        case 'o': {
            uint64_t n = longs > 0 ? va_arg(list, unsigned long) : va_arg(list, unsigned);
            if (longs == -1) n = (unsigned short)n;
            if (longs == -2) n = (unsigned char)n;
            text = integer(text, n, *format == 'u' ? 10 : *format == 'o' ? 8 : 16, *format == 'X');
            while (buffer + 399 - text < precision) *--text = '0';
            if (zero && !left && precision < 0) while (buffer + 399 - text < width) *--text = '0';
            if (alternate && n && *format != 'u') {
                if (*format != 'o') *--text = *format;
                *--text = '0';
            }
            break;
        }
        case 'p':
            text = integer(text, (uint64_t)va_arg(list, void *), 16, 0);
            *--text = 'x';
            *--text = '0';
            break;
        case 'e':
        case 'f':
        case 'g':
            text = floating(buffer + 1, big ? va_arg(list, long double) : va_arg(list, double), precision, *format);
            if (plus && *text != '-') *--text = plus;
            break;
        default:
            puts("libc: unknown conversion in printf");
            exit(3);
        }
        length = *format == 'c' ? 1 : strlen(text);
        if (*format == 's' && precision >= 0) {
            for (length = 0; length < precision && text[length]; length++) {}
        }
        if (!left) for (; width > length; width--) put(&s, ' ');
        for (int i = 0; i < length; i++) put(&s, text[i]);
        for (; width > length; width--) put(&s, ' ');
    }
    if (room) to[s.count < room ? s.count : room - 1] = 0;
    return s.count;
}

static char out[1 << 16];

static int print(int fd, const char *format, va_list list) {
    int n = vsnprintf(out, sizeof out, format, list);
    if (n >= sizeof out) abort();
    __syscall(1, fd, (long)out, n, 0, 0, 0);
    return n;
}

int vprintf(const char *format, va_list list) { return print(1, format, list); }

int printf(const char *format, ...) {
    va_list list;
    va_start(list, format);
    return print(1, format, list);
}

int fprintf(FILE *file, const char *format, ...) {
    va_list list;
    va_start(list, format);
    return print(file->fd, format, list);
}

int snprintf(char *to, size_t room, const char *format, ...) {
    va_list list;
    va_start(list, format);
    return vsnprintf(to, room, format, list);
}

int sprintf(char *to, const char *format, ...) {
    va_list list;
    va_start(list, format);
    return vsnprintf(to, (size_t)1 << 40, format, list);
}

int puts(const char *s) { return __syscall(1, 1, (long)s, strlen(s), 0, 0, 0), printf("\n"); }
int putchar(int c) { return printf("%c", c); }
int fflush(FILE *file) { return 0; }
