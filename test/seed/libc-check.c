/*
 * Calls the functions that the seed's libc has, on made-up arguments, and prints what they gave. Compiled with that libc
 * and with the host's it must print the same. Arguments: how many rounds, and a number to begin from.
 */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static unsigned long state;

/* Marsaglia's xorshift: a number below `below`. */
static unsigned long some(unsigned long below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state % below;
}

/* A number of any length. (No two calls stand in one expression: compilers need not agree on the order.) */
static unsigned long some_length(void)
{
    unsigned long n = some(~0ul);
    return n >> some(64);
}

static char *put_digits(char *at, int count)
{
    int nines = some(8) == 0;
    int zeros = some(8) == 0;
    while (count-- > 0)
        if (nines && some(20))
            *at++ = '9';
        else if (zeros && some(20))
            *at++ = '0';
        else
            *at++ = '0' + some(10);
    return at;
}

/* A decimal number somewhere in, or beside, the range of one of the three types. */
static void make_decimal(char *at)
{
    static const int ranges[] = { 3, 40, 50, 310, 330, 4940, 4960, 6000, 30000, 200000000 };
    int range = ranges[some(10)];
    if (some(4) == 0)
        *at++ = some(2) ? '-' : '+';
    at = put_digits(at, some(3) ? some(4) : some(25));
    if (some(4)) {
        *at++ = '.';
        at = put_digits(at, some(20) ? some(25) : some(20) ? some(900) : some(22000));
    }
    if (some(3)) {
        *at++ = some(2) ? 'e' : 'E';
        range = (int)some(2 * range) - range;
        at += sprintf(at, some(10) ? "%d" : "%010d", range);
    }
    strcpy(at, some(10) ? "" : some(2) ? "x" : "e+");
}

static double make_double(void)
{
    union { unsigned long bits; double value; } x;
    x.bits = some(~0ul);
    if ((x.bits >> 52 & 2047) == 2047)
        x.bits ^= 1ul << 62;
    if (some(2))
        x.bits = (x.bits & ~(2047ul << 52)) | (1023 + some(120) - 60) << 52;
    if (some(4) == 0)
        x.bits &= ~0ul << 45;
    return x.value;
}

static void show_decimal(const char *text)
{
    union { unsigned int bits; float value; } f;
    union { unsigned long bits; double value; } d;
    union { struct { unsigned long low; unsigned short high; } bits; long double value; } l;
    char *f_end, *d_end, *l_end;
    f.value = strtof(text, &f_end);
    d.value = strtod(text, &d_end);
    l.value = strtold(text, &l_end);
    printf("%s: %08x %016lx %04x%016lx %d %d %d\n", text, f.bits, d.bits, l.bits.high, l.bits.low,
        (int)(f_end - text), (int)(d_end - text), (int)(l_end - text));
}

/* Half-way cases: the digits of a double's (or float's) neighbourhood, exactly. */
static void show_half_way(void)
{
    char text[1200];
    union { unsigned long bits; double value; } x;
    x.bits = some(~0ul) >> 12;
    x.bits |= (1023 + some(200) - 100) << 52;
    if (some(2))
        x.bits = (x.bits & ~0ul << 29) | 1ul << 28;              /* half-way between two floats */
    sprintf(text, "%.300f", x.value);
    show_decimal(text);
    strcpy(text + strlen(text), some(2) ? "1" : "0000");
    show_decimal(text);
}

/* 2^53 + 1 and the like, times powers of two: half-way between two doubles; 2^64 + odd is not representable at all. */
static void show_integer_half_way(void)
{
    char text[64];
    static const char *ends[] = { "", "", ".0", ".000000000000000001" };
    unsigned long n = (1ul << 53) + some(1ul << 53) | 1;
    int shift = some(10);
    sprintf(text, "%lu%s", n << shift, ends[some(4)]);
    show_decimal(text);
    n = some(~0ul) | 1ul << 63;
    sprintf(text, "%lu.5%s", n, some(2) ? "" : "1");
    show_decimal(text);
}

static void show_print(void)
{
    static const char *flags[] = { "", "-", "0", "-0" };
    static const char *integers[] = { "d", "u", "x", "ld", "lu", "lx", "lld", "llu", "llx" };
    char format[40], text[900], *at = format;
    int kind = some(5);
    int with_width = some(2);
    int with_precision = some(2);
    int length, room, width, precision;
    unsigned long value = some_length();
    *at++ = '<';
    *at++ = '%';
    at += sprintf(at, "%s", flags[some(kind == 0 || kind == 3 ? 4 : 2)]);
    if (with_width)
        at += sprintf(at, "%d", (int)some(25));
    if (with_precision && kind > 1)
        at += sprintf(at, ".%d", (int)some(kind == 3 ? 40 : 12));
    if (some(2))
        value = -value;
    if (kind == 0) {
        strcpy(at, integers[some(9)]);
        strcpy(at + strlen(at), ">");
        if (strchr(format, 'l'))
            length = snprintf(text, sizeof text, format, value);
        else
            length = snprintf(text, sizeof text, format, (int)value);
    } else if (kind == 1) {
        strcpy(at, "c>");
        length = snprintf(text, sizeof text, format, (int)(' ' + some(90)));
    } else if (kind == 2) {
        strcpy(at, "s>");
        length = snprintf(text, sizeof text, format, "a word or two" + some(14));
    } else if (kind == 3) {
        strcpy(at, "f>");
        length = snprintf(text, sizeof text, format, make_double());
    } else {
        text[0] = 0;
        room = some(30);
        width = some(20);
        precision = some(9);
        length = snprintf(text, room, "<%*d|%-*.*s|%%>", width - 10, (int)value, width, precision, "a longer text");
        strcpy(format, "(cut off)");
    }
    printf("%s %d %s\n", format, length, text);
}

static void show_integer(void)
{
    static const int bases[] = { 0, 10, 16, 8, 2, 36 };
    char text[80], *end, *at = text;
    int base = bases[some(6)];
    unsigned long n;
    while (some(6) == 0)
        *at++ = " \t\n"[some(3)];
    if (some(3) == 0)
        *at++ = some(2) ? '-' : '+';
    if (some(4) == 0)
        at += sprintf(at, "0");
    if (some(4) == 0)
        at += sprintf(at, "x");
    n = some_length();
    sprintf(at, some(3) ? "%lu" : some(2) ? "%lx" : "%luz9", n);
    if (some(8) == 0)
        strcpy(text + strlen(text), "77777777777");
    errno = 0;
    printf("%s in %d: %ld", text, base, strtol(text, &end, base));
    printf(" %d %d", (int)(end - text), errno);
    errno = 0;
    printf(" %lu", strtoul(text, &end, base));
    printf(" %d %d", (int)(end - text), errno);
    printf(" %llu %d\n", strtoull(text, NULL, base), atoi("-12x"));
}

static void show_ldexp(void)
{
    union { unsigned long bits; double value; } x, y;
    int exponent = some(2) ? (int)some(4400) - 2200 : (int)some(100) - 50;
    x.value = make_double();
    if (some(8) == 0)
        x.bits &= ~(2047ul << 52);
    y.value = ldexp(x.value, exponent);
    printf("ldexp %016lx %d %016lx\n", x.bits, exponent, y.bits);
}

static int by_value(const void *a, const void *b)
{
    int x = *(const int *)a, y = *(const int *)b;
    return x < y ? -1 : x > y;
}

static void show_sort(void)
{
    static int numbers[500];
    int count = some(500), i;
    unsigned long sum = 0;
    for (i = 0; i < count; i++)
        numbers[i] = some(1000);
    qsort(numbers, count, sizeof *numbers, by_value);
    for (i = 0; i < count; i++)
        sum = sum * 31 + numbers[i];
    printf("sorted %d %lx\n", count, sum);
}

static int sign(int n) { return n < 0 ? -1 : n > 0; }

static void show_strings(void)
{
    static char a[300], b[300], c[300];
    int length = some(250);
    int from = some(40);
    int to = some(40);
    int i;
    for (i = 0; i < 299; i++) {
        int c = some(120);
        a[i] = b[i] = c < 100 ? 'a' + c % 3 : 100 + c;
    }
    if (some(2))
        b[some(299)] = 'z';
    a[299] = b[299] = 0;
    memcpy(c, a, 300);
    memmove(c + to, c + from, length);
    from = some(20);
    to = some(256);
    memset(c + from, to, some(40));
    for (i = 0; i < 300; i++)
        if (!c[i])
            c[i] = '.';
    c[299] = 0;
    printf("%s %d %d %d %d\n", c, sign(strcmp(a, b)), sign(strncmp(a, b, length)), sign(memcmp(a, b, length)), (int)strlen(a + from));
    b[2 + some(3)] = 0;
    printf("%d %d %d\n", (int)(strchr(a, 'c') - a), (int)(strrchr(a, 'b') - a), strstr(a + 3, b) ? (int)(strstr(a + 3, b) - a) : -1);
}

/* Blocks that grow, shrink and go keep what is in them. */
static void show_memory(void)
{
    static char *blocks[40];
    static size_t lengths[40];
    int round, i;
    unsigned long sum = 0;
    for (round = 0; round < 200; round++) {
        i = some(40);
        size_t length = some(20) ? some(5000) + 1 : some(9000000) + 1;
        char *block = realloc(blocks[i], length);
        size_t kept = blocks[i] ? lengths[i] < length ? lengths[i] : length : 0;
        if (kept && (block[0] != (char)i || block[kept - 1] != (char)(kept == lengths[i] ? i : block[kept - 1])))
            printf("block %d was lost\n", i);
        block[0] = block[length - 1] = i;
        blocks[i] = block;
        lengths[i] = length;
        sum += length + ((unsigned long)block & 15);
        if (some(5) == 0) {
            free(block);
            blocks[i] = NULL;
        }
    }
    printf("memory %lu\n", sum);
}

static jmp_buf place;

static void jump(int depth)
{
    if (depth)
        jump(depth - 1);
    else
        longjmp(place, 1 + some(5));
}

static void show_jump(void)
{
    volatile int kept = some(100);
    volatile int value = setjmp(place);
    if (!value)
        jump(some(10));
    printf("jumped with %d, kept %d\n", value, kept);
}

static void show_file(void)
{
    static const char *name = "libc-check.tmp";
    static char text[200000];
    int i, n, a = 0, b = 0, c = 0;
    FILE *file = fopen(name, "wb+");
    for (i = 0; i < 200000; i++)
        text[i] = some(256);
    n = some(200000);
    fwrite(text, 1, n, file);
    for (i = n; i < n + 1000 && i < 200000; i++)
        fputc(text[i], file);
    printf("at %ld\n", ftell(file));
    fseek(file, some(n + 1), SEEK_SET);
    i = some(50) + 1;
    n = fread(text, i, some(3000) + 1, file);
    for (i = 0; i < 3000; i++)
        c = c * 31 + text[i];
    fseek(file, 0, SEEK_END);
    printf("read %d, %d, %ld long\n", n, c, ftell(file));
    printf("closed %d\n", fclose(file));
    n = open(name, O_RDONLY);
    printf("%ld\n", lseek(n, -7, SEEK_END));
    printf("%d\n", (int)read(n, text, 100));
    printf("%d\n", close(n));
    printf("%d\n", remove(name));
    printf("%d\n", fopen(name, "r") == NULL);
    printf("%d\n", sscanf("0.9.27", "%d.%d.%d", &a, &b, &c));
    printf("%d %d %d\n", a, b, c);
    printf("%d\n", sscanf("7,x", "%d,%d", &a, &b));
    printf("%d %d %d\n", a, b, c);
}

int main(int count, char **arguments)
{
    static char text[30000];
    int rounds = atoi(arguments[1]), i;
    if (count != 3)
        return 1;
    state = strtoul(arguments[2], NULL, 10) * 2654435761u + 88172645463325252ul;
    for (i = 0; i < rounds; i++) {
        make_decimal(text);
        show_decimal(text);
        show_half_way();
        show_integer_half_way();
        show_print();
        show_print();
        show_integer();
        show_ldexp();
        if (i % 20 == 0) {
            show_sort();
            show_strings();
            show_jump();
        }
        if (i % 500 == 0) {
            show_memory();
            show_file();
        }
    }
    printf("%s\n", getenv("NOT_THERE") ? "found" : "not found");
    return 3;
}
