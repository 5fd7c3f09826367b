/*
 * What TinyCC of 2020 compiles wrongly and says nothing of, for the test of stage 1: a check or more for each edit that
 * mends it. Any other C compiler for x86-64 passes it.
 */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures, checks;

static void check(int passed, const char *what, int line)
{
    checks++;
    if (!passed)
        failures++, printf("line %d: wrong: %s\n", line, what);
}
#define CHECK(condition) check(condition, #condition, __LINE__)

/* -- Old-style definitions ----------------------------------------------------------------------------------------- */

static int is_all_ones(size_t n);
static int is_all_ones(n) size_t n; { return n == (size_t)-1; }

static double twice(double x);
static double twice(x) double x; { return 2 * x; }

static int narrow(f, c, u, s) float f; char c; unsigned char u; short s;
{
    float *p = &f;
    return *p == 1.5f && c == 44 && u == 255 && s == 4464 && sizeof f == 4;
}

static int gnu(char c);
static int gnu(c) char c; { return c == 44; }

static int on_stack(a, b, c, d, e, f, g, h, i, j) float a, b, c, d, e, f, g, h, i, j; { return i == 9.5f && j == 10.5f; }

static void old_style(void)
{
    CHECK(is_all_ones(-1));
    CHECK(twice(3) == 6);
    CHECK(narrow(1.5f, 300, 511, 70000));
    CHECK(gnu(300));
    CHECK(on_stack(1., 2., 3., 4., 5., 6., 7., 8., 9.5, 10.5));
}

/* -- Floating constants and long double ---------------------------------------------------------------------------- */

static int has_bits(long double x, unsigned sign_and_exponent, unsigned long mantissa)
{
    unsigned long m;
    unsigned short e;
    memcpy(&m, &x, 8);
    memcpy(&e, (char *)&x + 8, 2);
    return e == sign_and_exponent && m == mantissa;
}

static long double same(long double x) { return x; }
static int in_order(long double a, long double b, int c, long double d) { return a == 1.5 && b == 2.5 && c == 7 && d == 2; }
static int seven(void) { return 7; }

static void floats(void)
{
    double d = 2.5;
    float f = 2.5f;
    volatile double v = 0x1.c1e2a6f44525p+0, w = 0x1.465f603caeccp+0;
    CHECK(has_bits(0x1p-16445L, 0, 1));
    CHECK(has_bits(0xf.fffffffffffffffp16380L, 0x7ffe, ~0ul));
    CHECK(has_bits(0xf.fffffffffffffff8p16380L, 0x7fff, 1ul << 63));
    CHECK(has_bits(0x1.0000000000000002p0L, 0x3fff, 0x8000000000000001ul));
    CHECK(has_bits(0x1.00000000000000010000000000000000000000001p0L, 0x3fff, 0x8000000000000001ul));
    CHECK(has_bits(3.6451995318824746025e-4951L, 0, 1));
    CHECK(has_bits(1e-4931L, 2, 0xbe5b66ecbce0b7b1ul));
    CHECK(16777217.0f == 16777216.0f && 16777219.0f == 16777220.0f);
    CHECK(1.00000017881393432617187501f > 1.00000017881393432617187499f);
    CHECK(0x1.00000000000008p0 == 1.0 && 0x1.00000000000008000000001p0 > 1.0);
    CHECK(2.4703282292062327e-324 == 0.0 && 2.4703282292062328e-324 > 0.0);
    CHECK(0x1.c1e2a6f44525p+0 * 0x1.465f603caeccp+0 == v * w);
    CHECK(strtold("1e-4931", NULL) == 1e-4931L && has_bits(strtold("0x1p-16445", NULL), 0, 1));
    CHECK(has_bits(sqrtl(2), 0x3fff, 0xb504f333f9de6484ul) && has_bits(scalbnl(1, -16445), 0, 1));
    CHECK(cosl(1e6L) < 0.94 && cosl(1e6L) > 0.93);
    CHECK(in_order(same(1.5), (long double)d, seven(), same(2)));
    CHECK(in_order(same(1.5), (long double)f, seven(), same(2)));
    CHECK(same(1) / (d / same(4)) == 1.6L);
}

/* -- Integers ------------------------------------------------------------------------------------------------------ */

static signed char minus_one = -1;
static struct { unsigned few : 3; unsigned long word : 32, many : 35; long part : 31; } bits;
static int one = 1, two = 2;

static int two_now(void) { return two; }

static int second(int a, int b, int c) { return (a ? 0 : 0) ? b : c; }

static int unsigned_range(unsigned long n)
{
    switch (n) {
    case 0 ... 5: return 1;
    case 1000000000000000000 ... 9999999999999999999u: return 2;
    default: return 0;
    }
}

static int converted(int n)
{
    switch (n) {
    case 0xffffffff: return -1;
    case 0x80000000: return -2;
    case 1: return 1; case 2: return 2; case 3: return 3; case 4: return 4; case 5: return 5;
    case 6: return 6; case 7: return 7; case 8: return 8; case 9: return 9;
    case 20 ... 10: return 20;
    default: return 0;
    }
}

static int of_unsigned(unsigned n)
{
    switch (n) {
    case -1: return -1;
    case -100 ... -90: return -90;
    case 1: return 1; case 2: return 2; case 3: return 3; case 4: return 4; case 5: return 5;
    case 6: return 6; case 7: return 7; case 8: return 8; case 9: return 9;
    default: return 0;
    }
}

static void integers(void)
{
    CHECK((unsigned short)minus_one == 65535);
    CHECK(bits.few - 2 < 0 && bits.part - 2 < 0);
    CHECK(bits.word - 2 > 0 && bits.many - 2 > 0);
    CHECK(unsigned_range(5) == 1 && unsigned_range(6) == 0 && unsigned_range(-1ul) == 0 && unsigned_range(1ul << 63) == 2);
    CHECK(converted(-1) == -1 && converted(-2147483647 - 1) == -2 && converted(9) == 9 && converted(1) == 1);
    CHECK(of_unsigned(-1) == -1 && of_unsigned(-95) == -90 && of_unsigned(9) == 9 && of_unsigned(1) == 1);
    CHECK(second(1, 2, 7) == 7);
    CHECK(~(one ? (unsigned)(two < one) : 0) > 0 && (unsigned)(one && !one) - two_now() > 0 && -(one ? 1u : 0) > 0);
    CHECK((one && (unsigned)(two < one)) - 2 < 0 && !(unsigned)(one < two) - 2 < 0);
    CHECK((int)-2.75 == -2);
}

/* -- Variable arguments -------------------------------------------------------------------------------------------- */

struct large { long at[5]; };
struct nothing { int none[0]; };

static struct large collect(int count, ...)
{
    struct large result = { { 0 } };
    va_list list;
    int i;
    va_start(list, count);
    for (i = 0; i < count; i++)
        result.at[i] = va_arg(list, long);
    va_end(list);
    return result;
}

static int around_nothing(int first, ...)
{
    va_list list;
    va_start(list, first);
    va_arg(list, struct nothing);
    first = 10 * first + va_arg(list, int);
    va_end(list);
    return first;
}

static void arguments(void)
{
    struct nothing nothing;
    CHECK(collect(5, 1L, 2L, 3L, 4L, 5L).at[0] == 1 && collect(5, 1L, 2L, 3L, 4L, 5L).at[4] == 5);
    CHECK(around_nothing(4, nothing, 2) == 42);
}

/* -- Layout -------------------------------------------------------------------------------------------------------- */

#pragma pack(push)
#pragma pack(1)
struct packed { char a; int b; };
#pragma pack(pop)
struct padded { char a; int b; };

int main(void)
{
    old_style();
    floats();
    integers();
    arguments();
    CHECK(sizeof(struct packed) == 5 && sizeof(struct padded) == 8);
    printf("%d checks, %d failures\n", checks, failures);
    return failures != 0;
}
