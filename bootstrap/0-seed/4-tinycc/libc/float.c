/*
 * Floating-point numbers from text, correctly rounded (to nearest, ties to even) whatever their length. All is done with
 * integers, so that it does not depend on how the compiler below this one calculates.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "big.h"
#include "kernel.h"

/* How a type holds a number: bits of the significand, the first written or not, and the exponents of normal numbers. */
struct format { int precision, lowest, highest; };

static const struct format single_format = { 24, -126, 127 };
static const struct format double_format = { 53, -1022, 1023 };
static const struct format extended_format = { 64, -16382, 16383 };

/* significand * 2^(exponent - 63), the significand's top bit set unless the number is 0; `infinite` beyond all others. */
struct number { int negative, exponent, infinite; unsigned long significand; };

/* How much lies behind a significand's last bit. */
enum { NOTHING, BELOW_HALF, HALF, ABOVE_HALF };

/* Rounds a number, behind whose 64 bits lies `rest`, to what a format can hold. A significand of fewer bits keeps its place
   at the top; one that is below all normal numbers loses its top bit, and has the exponent `lowest`. */
static void round_number(struct number *x, int rest, const struct format *format)
{
    int drop = 64 - format->precision, up;
    unsigned long m = x->significand, low;
    if (!m)
        return;
    if (x->exponent < format->lowest) {
        drop += format->lowest - x->exponent;
        x->exponent = format->lowest;
    }
    if (drop > 64) {
        x->significand = 0;
        return;
    }
    if (drop == 0)
        up = rest == ABOVE_HALF || rest == HALF && m & 1;
    else {
        low = m << (64 - drop);
        m = drop == 64 ? 0 : m >> drop;
        up = low > 1ul << 63 || low == 1ul << 63 && (rest != NOTHING || m & 1);
    }
    m += up;
    /* All ones became a one and zeros: 2^precision, and nothing in 64 bits. */
    if (format->precision == 64 ? up && !m : m >> format->precision) {
        m = 1ul << (format->precision - 1);
        x->exponent++;
    }
    x->significand = m << (64 - format->precision);
    if (x->exponent > format->highest)
        x->infinite = 1;
}

/* numerator / denominator, both not 0, as 64 bits and what lies behind them. */
static int divide(struct number *x, struct big *numerator, struct big *denominator)
{
    int i, order;
    x->exponent = big_bits(numerator) - big_bits(denominator);
    if (x->exponent < 0)
        big_shift(numerator, -x->exponent);
    else
        big_shift(denominator, x->exponent);
    if (big_compare(numerator, denominator) < 0) {
        big_shift(numerator, 1);
        x->exponent--;
    }
    x->significand = 0;
    for (i = 0; i < 64; i++) {
        x->significand <<= 1;
        if (big_compare(numerator, denominator) >= 0) {
            big_subtract(numerator, denominator);
            x->significand |= 1;
        }
        big_shift(numerator, 1);
    }
    if (!numerator->length)
        return NOTHING;
    order = big_compare(numerator, denominator);
    return order < 0 ? BELOW_HALF : order == 0 ? HALF : ABOVE_HALF;
}

static void times_ten(struct big *big, long power)
{
    for (; power >= 9; power -= 9)
        big_multiply(big, 1000000000, 0);
    for (; power > 0; power--)
        big_multiply(big, 10, 0);
}

/* Reads digits with or without a point into `big`; gives the power of ten by which it is to be multiplied, and says whether
   there were `any` and how many from the first that is not 0. No half-way case has as many as MOST: of those beyond it matters
   only whether one is not 0. */
static long text_digits(const char **text, struct big *big, int *any, int *count)
{
    enum { MOST = 20000 };
    const char *s = *text;
    long power = 0;
    int digits = 0, point = 0, more = 0;
    for (; *s >= '0' && *s <= '9' || *s == '.' && !point; s++) {
        if (*s == '.') {
            point = 1;
            continue;
        }
        *any = 1;
        if (digits < MOST) {
            big_multiply(big, 10, *s - '0');
            digits += big->length > 0;
            power -= point;
        } else {
            more |= *s != '0';
            power += !point;
        }
    }
    if (more) {
        big_multiply(big, 10, 1);
        power--;
        digits++;
    }
    *text = s;
    *count = digits;
    return power;
}

static void read_number(const char *text, char **end, const struct format *format, struct number *x)
{
    static struct big numerator, denominator;
    const char *s = text, *e;
    long power, exponent = 0;
    int any = 0, digits, negative;
    memset(x, 0, sizeof *x);
    if (end)
        *end = (char *)text;
    while (*s == ' ' || *s >= '\t' && *s <= '\r')
        s++;
    if (*s == '+' || *s == '-')
        x->negative = *s++ == '-';
    big_set(&numerator, 0);
    big_set(&denominator, 1);
    power = text_digits(&s, &numerator, &any, &digits);
    if (!any) {                                /* hexadecimal ones TinyCC reads itself */
        x->negative = 0;
        return;
    }
    if (*s == 'e' || *s == 'E') {
        e = s + 1;
        negative = *e == '-';
        if (*e == '+' || *e == '-')
            e++;
        if (*e >= '0' && *e <= '9') {
            for (; *e >= '0' && *e <= '9'; e++)
                if (exponent < 100000000)
                    exponent = exponent * 10 + *e - '0';
            s = e;
            power += negative ? -exponent : exponent;
        }
    }
    if (end)
        *end = (char *)s;
    if (!numerator.length)
        return;
    /* Now the number is below 10^(digits + power), and not below a tenth of that. All formats end at 10^4932, and what is below
       10^-4951 rounds to 0. */
    if (digits + power > 4933) {
        x->infinite = 1;
        return;
    }
    if (digits + power < -4951)
        return;
    times_ten(power < 0 ? &denominator : &numerator, power < 0 ? -power : power);
    round_number(x, divide(x, &numerator, &denominator), format);
}

/* The exponent as it is stored: 0 for 0 and what is below the normal numbers, all ones for the infinite. */
static long stored_exponent(const struct number *x, const struct format *format)
{
    if (x->infinite)
        return 2 * format->highest + 1;
    return x->significand >> 63 ? x->exponent + format->highest : 0;
}

static unsigned long stored_fraction(const struct number *x) { return x->infinite ? 0 : x->significand << 1; }

float strtof(const char *s, char **end)
{
    union { unsigned int bits; float value; } result;
    struct number x;
    read_number(s, end, &single_format, &x);
    result.bits = (unsigned int)x.negative << 31 | stored_exponent(&x, &single_format) << 23 | stored_fraction(&x) >> 41;
    return result.value;
}

static double double_of(const struct number *x)
{
    union { unsigned long bits; double value; } result;
    result.bits = (unsigned long)x->negative << 63 | stored_exponent(x, &double_format) << 52 | stored_fraction(x) >> 12;
    return result.value;
}

double strtod(const char *s, char **end)
{
    struct number x;
    read_number(s, end, &double_format, &x);
    return double_of(&x);
}

/* Here the significand's top bit is written. */
long double strtold(const char *s, char **end)
{
    union { struct { unsigned long significand; unsigned short exponent; } bits; long double value; } result;
    struct number x;
    memset(&result, 0, sizeof result);
    read_number(s, end, &extended_format, &x);
    result.bits.significand = x.infinite ? 1ul << 63 : x.significand;
    result.bits.exponent = x.negative << 15 | stored_exponent(&x, &extended_format);
    return result.value;
}

/* value * 2^exponent */
double ldexp(double value, int exponent)
{
    union { unsigned long bits; double value; } old;
    struct number x;
    old.value = value;
    memset(&x, 0, sizeof x);
    x.negative = old.bits >> 63;
    x.exponent = old.bits >> 52 & 2047;
    x.significand = old.bits << 11;
    if (x.exponent == 2047)
        return value;
    if (x.exponent)
        x.significand |= 1ul << 63;
    else
        x.exponent = 1;
    if (!x.significand)
        return value;
    x.exponent -= 1023;
    while (!(x.significand >> 63)) {
        x.significand <<= 1;
        x.exponent--;
    }
    /* No double is 2^4400 times another. */
    x.exponent += exponent > 4400 ? 4400 : exponent < -4400 ? -4400 : exponent;
    round_number(&x, NOTHING, &double_format);
    return double_of(&x);
}
