// What the ladder's C compiler claims of the language, printed. gcc and clang must print the same.
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHOW(expression) printf("%s = %ld\n", #expression, (long)(expression))
#define SHOW_FLOAT(expression) printf("%s = %Lg\n", #expression, (long double)(expression))

// ---- types, promotions and conversions

static void integers(void) {
    signed char sc = -1;
    unsigned char uc = 255;
    short s = -32768;
    unsigned short us = 65535;
    int i = -1;
    unsigned u = 4294967295U;
    long l = LONG_MIN;
    unsigned long ul = ULONG_MAX;
    _Bool b = 256;
    char c = -1;
    SHOW(b), SHOW((_Bool)0.5), SHOW((_Bool)&b), SHOW(c < 0), SHOW(sc == uc), SHOW(sc + uc), SHOW(s - 1), SHOW(us + 1);
    SHOW(i < u), SHOW(i == u), SHOW((long)i == (long)u), SHOW(i < ul), SHOW(u + 1), SHOW(u + 1L), SHOW(ul + 1), SHOW(-u), SHOW(~us), SHOW(!l);
    SHOW(us * us == (int)4294836225U), SHOW(u >> 1), SHOW(i >> 1), SHOW(l >> 63), SHOW(ul >> 63), SHOW(1UL << 63 == (unsigned long)l);
    SHOW(-7 / 2), SHOW(-7 % 2), SHOW(7 / -2), SHOW(7 % -2), SHOW(u / 2), SHOW(u % 10), SHOW(ul / 3), SHOW(ul % 1000), SHOW(l / 7), SHOW(l % 7);
    SHOW((signed char)200), SHOW((unsigned char)-1), SHOW((short)40000), SHOW((unsigned short)-1), SHOW((int)4294967295UL), SHOW((unsigned)-1L);
    SHOW(sizeof(sc + sc)), SHOW(sizeof(i + l)), SHOW(sizeof(i + u)), SHOW(sizeof 1L), SHOW(sizeof 'a'), SHOW(sizeof "abc"), SHOW(sizeof(long double));
    SHOW(2147483647), SHOW(sizeof 2147483648), SHOW(sizeof 0x80000000), SHOW(0x80000000 > 0), SHOW(017), SHOW(0xFFFFFFFFFFFFFFFF), SHOW(10u - 11 > 0);
    SHOW('\n'), SHOW('\x41'), SHOW('\377'), SHOW('\0'), SHOW('ab'), SHOW('\''), SHOW("\x41\102\"\\"[1]), SHOW("ab" "cd"[2] - 'c');
    uc += 1, SHOW(uc), uc--, SHOW(uc), us++, SHOW(us), sc -= 200, SHOW(sc), b += 3, SHOW(b), b--, SHOW(b), b--, SHOW(b);
    i = 5, i <<= 3, SHOW(i), i ^= 3, SHOW(i), i |= 64, SHOW(i), i &= ~1, SHOW(i), i %= 7, SHOW(i), i *= -3, SHOW(i), i >>= 1, SHOW(i), i /= 2, SHOW(i);
    i = 3, SHOW(i++ * 10), SHOW(--i), SHOW((i = 9, i + 1)), SHOW(i ? 1 : 2), SHOW(sizeof(1 ? 'a' : 1L)), SHOW((1 ? -1 : 0u) > 0);
    SHOW((i > 3) + (i > 100) * 10), SHOW(i && !i || i == 9), SHOW(!(i < 3) && !(i > 100)), uc = 7, SHOW(uc *= 40), SHOW(us = -1), SHOW((uc = 300) == 44);
}

// ---- floating types

static void floats(void) {
    float f = 0.1f;
    double d = 0.1, zero = 0;
    long double ld = 0.1L, big = 18446744073709551615.0L;
    unsigned long ul = ULONG_MAX;
    SHOW(f == 0.1), SHOW(f == 0.1f), SHOW(d == 0.1L), SHOW(ld == 0.1L), SHOW((float)ld == f), SHOW((double)ld == d), SHOW(f < d), SHOW(d <= ld);
    SHOW((long double)ul == big), SHOW((unsigned long)big == ul), SHOW((double)ul == 18446744073709551616.0), SHOW((unsigned long)1e19), SHOW((int)-1.9), SHOW((unsigned char)200.7);
    SHOW((long)-1e18), SHOW((long double)LONG_MIN == -9223372036854775808.0L), SHOW((float)16777217), SHOW((double)9007199254740993L == 9007199254740992.0);
    SHOW(zero / zero == zero / zero), SHOW(zero / zero != 0), SHOW(1 / zero > 1e308), SHOW(!(zero / zero < 1)), SHOW(!zero), SHOW(-zero == zero), SHOW(1 / -zero < 0);
    SHOW(zero / zero ? 1 : 2), SHOW((_Bool)(zero / zero)), SHOW(d && !zero || 0), SHOW(0x1.8p1 == 3.0), SHOW(0x.8p0f == 0.5f), SHOW(1e400L > 1e308L), SHOW(1e-400L > 0);
    f = 1, f += d, SHOW_FLOAT(f), f++, SHOW_FLOAT(f), SHOW_FLOAT(f--), d *= 3, SHOW_FLOAT(d), d /= f, SHOW_FLOAT(d), ld -= 1, SHOW_FLOAT(ld), SHOW_FLOAT(-ld), SHOW_FLOAT(+f);
    SHOW(sizeof(f + f)), SHOW(sizeof(f + d)), SHOW(sizeof(1 + ld)), SHOW_FLOAT(1 ? 1 : 2.5), SHOW_FLOAT((1 + 2.5) * (3 - 1.5) / (2 + d * (ld - f))), SHOW_FLOAT(5 / 2 + 5 / 2.0);
    int i = 3;
    i *= 2.5, SHOW(i), i += 0.75, SHOW(i), i = 2.99, SHOW(i), ul = 3e9, SHOW(ul), ul += 0.5, SHOW(ul);
}

static float float_global = -1.5f;
static double computed = 1.0 / 3 - 2.5e-3 * 4;
static long double table[] = { 1, -2.5L, 1e-4940L, 0.1L, 1e4932L };
static double from_int = -3, negative_zero = -0.0;

static float float_of(float f, double d, long double l) { return f + d * l; }
static double double_of(int i, ...) {
    va_list list;
    double sum = 0;
    va_start(list, i);
    for (; i; i--) {
        sum += va_arg(list, double);
        sum += va_arg(list, int);
        sum += va_arg(list, long double);
        sum += *va_arg(list, char *);
    }
    va_end(list);
    return sum;
}

// ---- structures, unions, bit-fields

struct point { int x, y; };
struct big { char c; long l[12]; struct point p; };
union any { char c[8]; int i; long l; double d; };
struct inner { int tag; union { long number; struct { short low, high; }; }; };
struct bits {
    int a : 3, b : 5;
    unsigned c : 7;
    unsigned long d : 40;
    signed char e : 4;
    int : 0;
    unsigned short f : 9, g : 9;
    _Bool h : 1;
    unsigned : 3;
    unsigned i : 31;
};
struct packed { char a; int b; short c : 3; long d; } __attribute__((packed));
struct flexible { int count; char rest[]; };

static struct point make(int x, int y) {
    struct point p = { x, y };
    return p;
}

static struct big change(struct big b, int by) {
    b.c += by, b.l[11] += by, b.p.y -= by;
    return b;
}

static void structures(void) {
    struct big b = { 'a', { 1, 2, 3 }, .p = { 4, 5 } }, copy;
    struct inner in = { 1, { 0x20001 } };
    union any any = { "abc" };
    struct point points[2] = { 1, 2, { 3, 4 } }, *p = points;
    struct bits bits;
    SHOW(sizeof(struct big)), SHOW(offsetof(struct big, p.y)), SHOW(sizeof(union any)), SHOW(sizeof(struct packed)), SHOW(offsetof(struct packed, d));
    SHOW(sizeof(struct bits)), SHOW(sizeof(struct flexible)), SHOW(sizeof(struct { char c; long double d; }));
    copy = change(b, 3), SHOW(copy.c), SHOW(copy.l[2]), SHOW(copy.l[11]), SHOW(copy.p.y), SHOW(b.p.y), SHOW(change(b, 1).p.y), SHOW(make(8, 9).y);
    SHOW(in.low), SHOW(in.high), SHOW(in.number), SHOW(any.i), SHOW(any.c[2]), SHOW((p++)->y), SHOW(p->x), SHOW(p - points), *p = make(6, 7), SHOW(points[1].y);
    SHOW((p = points, p[1] = p[0], p[1].x)), SHOW((*(p + 1)).y), SHOW((b.c ? points[0] : points[1]).y), SHOW(((struct point){ 5, 6 }).y);
    memset(&bits, 0, sizeof bits);
    bits.a = 7, SHOW(bits.a), bits.b = -17, SHOW(bits.b), bits.c = 200, SHOW(bits.c), bits.d = -1, SHOW(bits.d), bits.e = 9, SHOW(bits.e), bits.f = 511;
    SHOW(bits.f++), SHOW(bits.f), SHOW(--bits.g), SHOW(bits.h = 2), SHOW(bits.h--), SHOW(bits.i -= 1), SHOW(bits.a += 3), SHOW(bits.c <<= 2), SHOW(bits.c > -1), SHOW(bits.i - 5 < 0);
    unsigned char *raw = (unsigned char *)&bits;
    for (unsigned i = 0; i < sizeof bits; i++) printf("%02x ", raw[i]);
    printf("\n");
}

// ---- initialisers

static int matrix[][3] = { { 1 }, { 2, 3 }, 4, 5, 6, 7 };
static const char *names[] = { "one", "two", [4] = "five", "six" }, text[] = "text", exact[3] = "abc", padded[6] = { "ab" };
static struct { struct point p[2]; char name[4]; int *where; char *(*function)(char *, const char *); } nested[] = {
    { { { 1, 2 }, { 3 } }, "xyz", &matrix[1][1], strcpy }, { 5, 6, 7, 8, "q", matrix[2] + 1 }, { .where = 0, .function = strcat }
};
static struct bits initial_bits = { -1, 2, 3, 0x1234567890, -4, 5, 6, 1, 8 };
static char *inside = &"hello"[1];
static long offset = (long)&((struct big *)0)->p.y, difference = sizeof matrix / sizeof *matrix;
static union any first = { { 1, 2, 3 } };
int tentative, tentative;
extern int declared_only[];
int declared_only[3] = { 1 };

static void initialisers(void) {
    int local[5] = { 1, 2 }, many[] = { 1, [3] = 4, 5 }, square[2][2] = { 1, 2, 3 }, scalar = { 7 };
    char word[] = "word", room[8] = "ab", letters[] = { 'a', 'b' };
    struct point p = make(1, 2), q = p, list[] = { p, { q.y, 9 }, make(3, 4) };
    SHOW(sizeof matrix), SHOW(matrix[2][1]), SHOW(matrix[3][0]), SHOW(sizeof names / sizeof *names), SHOW(names[2] == 0), printf("%s %s\n", names[4], names[5]);
    SHOW(sizeof text), SHOW(exact[2]), SHOW(padded[1]), SHOW(padded[2]), SHOW(nested[0].p[1].x), SHOW(nested[0].p[1].y), SHOW(*nested[0].where), SHOW(*nested[1].where);
    SHOW(nested[1].p[1].y), SHOW(nested[1].name[0]), SHOW(nested[2].function == strcat), SHOW(nested[0].function == strcpy), SHOW(nested[1].function == 0);
    SHOW(initial_bits.a), SHOW(initial_bits.d), SHOW(initial_bits.e), SHOW(initial_bits.g), SHOW(initial_bits.i), printf("%s\n", inside), SHOW(offset), SHOW(difference), SHOW(first.i);
    SHOW(local[1] + local[4]), SHOW(sizeof many), SHOW(many[4]), SHOW(square[1][0] + square[1][1]), SHOW(scalar), SHOW(sizeof word), SHOW(room[1] + room[7]), SHOW(sizeof letters);
    SHOW(list[0].y), SHOW(list[1].x), SHOW(list[2].y), SHOW(sizeof list), SHOW(tentative), SHOW(declared_only[0] + declared_only[2]);
    SHOW_FLOAT(float_global), SHOW_FLOAT(computed), SHOW_FLOAT(from_int), SHOW(1 / negative_zero < 0), SHOW_FLOAT(table[1]), SHOW(table[2] > 0), SHOW(table[3] == 0.1L), SHOW(table[4] > 1e308L);
}

// ---- statements

enum colour { RED, GREEN = 5, BLUE, LAST = -1 };
enum small { ZERO, ONE };

static int choose(long n) {
    switch (n) {
    case 0: return 1;
    case 1:
    case 2: n += 10;
    case 3: return n;
    default: n = 99; break;
    case -5: return -1;
    case 1000: case 1001: case 1002: case 1003: case 1004: return 5;
    case 0x7fffffffffff: return 6;
    case LONG_MIN: return 7;
    }
    return n;
}

static int jumps(int n) {
    int sum = 0, i;
again:
    for (i = 0;; i++) {
        if (i == 3) continue;
        if (i > 6) break;
        sum += i;
        switch (i) {
            case 5: do { if (sum > 100) goto out; sum += 50; } while (sum < 90); continue;
            default: while (1) { sum++; break; }
        }
    }
    if (n-- > 0) goto again;
out:
    return sum;
}

static int counter(void) {
    static int count = 10;
    static struct point where = { 1, 2 };
    where.x++;
    return count++ + where.x;
}

static int recursive(int n) { return n < 2 ? n : recursive(n - 1) + recursive(n - 2); }
static jmp_buf buffer;
static void jump_away(int n) { if (n) jump_away(n - 1); longjmp(buffer, 7); }
static int add(int a, int b) { return a + b; }
static int apply(int (*f)(int, int), int a, int b) { return f(a, b) + (*f)(a, b) + (**f)(a, b); }
static int (*pick_function(int which))(int, int) { return which ? add : 0; }
static int many(int a, char b, long c, short d, unsigned char e, int *f, int g, struct point h, double i, int j) { return a + b + c + d + e + *f + g + h.y + i + j; }
static int sum(int count, ...) {
    va_list list, again;
    int total = 0;
    va_start(list, count);
    va_copy(again, list);
    while (count--) total += va_arg(list, int);
    struct point p = va_arg(list, struct point);
    total += p.x * va_arg(again, int) + va_arg(list, long);
    va_end(list), va_end(again);
    return total;
}

static void statements(void) {
    volatile int kept = 1;
    int i, j, x = 3, shadow = 1;
    SHOW(choose(0)), SHOW(choose(1)), SHOW(choose(3)), SHOW(choose(4)), SHOW(choose(-5)), SHOW(choose(1003)), SHOW(choose(0x7fffffffffff)), SHOW(choose(LONG_MIN)), SHOW(choose(0x100000000));
    SHOW(jumps(0)), SHOW(jumps(2)), SHOW(counter()), SHOW(counter()), SHOW(recursive(15)), SHOW(apply(add, 3, 4)), SHOW(pick_function(1)(2, 3)), SHOW(pick_function(0) == 0);
    SHOW(many(1, 2, 3, 4, 5, &x, 7, make(8, 9), 10.5, 11)), SHOW(sum(3, 10, 20, 30, make(4, 5), 1000000L)), SHOW_FLOAT(double_of(2, 1.5, 2, 3.25L, "a", 0.5, -1, 1e3L, "b")), SHOW_FLOAT(float_of(1, 2, 3));
    if ((i = setjmp(buffer)) == 0) { kept = 5; jump_away(10); }
    SHOW(i), SHOW(kept);
    { int shadow = 2; SHOW(shadow); { extern int tentative; tentative = 3; } }
    SHOW(shadow), SHOW(tentative), SHOW(LAST), SHOW(BLUE), SHOW(sizeof(enum colour)), SHOW((enum small)0 - 1 < 0), SHOW((enum colour)0 - 1 < 0);
    for (i = 0, j = 10; i < j; i++, j--) {}
    SHOW(i * 100 + j), printf("%s %s\n", __func__, __FUNCTION__);
    char *s = "pointer", *t = s + 3, **pp = &t;
    SHOW(*++*pp), SHOW(t - s), SHOW(t > s), SHOW(&s[2] == s + 2), SHOW(2[s]), SHOW(!s), SHOW((long)(s == 0)), SHOW(*"x" + *s++), SHOW((t ? t : s) == t), SHOW(s && *s);
    int cube[2][3][4], (*row)[4] = cube[1];
    for (i = 0; i < 24; i++) (&cube[0][0][0])[i] = i;
    SHOW(row[1][2]), SHOW(cube[1][2][3]), SHOW(sizeof cube[0]), SHOW(&cube[1] - &cube[0]), SHOW((char *)(row + 1) - (char *)row), SHOW(**cube[1]);
}

int main(int argc, char **argv) {
    integers();
    floats();
    structures();
    initialisers();
    statements();
    SHOW(argc), SHOW(argv[argc] == 0);
    return 0;
}
