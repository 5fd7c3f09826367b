/*
 * Floating constants, for TinyCC: each becomes the number next to what is written, or of two equally near ones the even
 * one, as C's Annex F asks. TinyCC's own way is the libc's strtold for decimal digits, which is only as good as the
 * compiler that made that libc, and 64 bits and a double for hexadecimal ones.
 *
 * Here is whole numbers only, so it does not matter how well whoever compiles this knows floats. tccpp.c includes it.
 */

enum { BIG = 1024 };                           /* words: enough for a thousand digits and any exponent */
static unsigned big[BIG];                      /* a whole number, least word first */
static int big_length;

static void big_multiply(unsigned by, unsigned plus)
{
    unsigned long long carry = plus;
    int i;
    for (i = 0; i < big_length; i++) {
        carry += (unsigned long long)big[i] * by;
        big[i] = (unsigned)carry;
        carry >>= 32;
    }
    if (!carry)
        return;
    if (big_length == BIG)
        tcc_error("number too long");
    big[big_length++] = (unsigned)carry;
}

/* Returns the remainder. */
static unsigned big_divide(unsigned by)
{
    unsigned long long rest = 0;
    int i;
    for (i = big_length - 1; i >= 0; i--) {
        rest = rest << 32 | big[i];
        big[i] = (unsigned)(rest / by);
        rest %= by;
    }
    while (big_length && !big[big_length - 1])
        big_length--;
    return (unsigned)rest;
}

static void big_append_zeros(int words)
{
    if (big_length + words > BIG)
        tcc_error("number too long");
    memmove(big + words, big, big_length * sizeof *big);
    memset(big, 0, words * sizeof *big);
    big_length += words;
}

static int big_bit(int n) { return n >= 0 && n < 32 * big_length && big[n / 32] >> n % 32 & 1; }

/* Times a power of ten. Returns the power of two that is still to be multiplied with; `more` says whether bits were lost. */
static int big_scale(int tens, int *more)
{
    int words = 0;
    if (tens < 0) {
        words = -tens * 10 / 3 / 32 + 4;       /* what is left has at least 64 bits, and one to round by */
        big_append_zeros(words);
    }
    for (; tens >= 9; tens -= 9)
        big_multiply(1000000000, 0);
    for (; tens > 0; tens--)
        big_multiply(10, 0);
    for (; tens <= -9; tens += 9)
        *more |= big_divide(1000000000) != 0;
    for (; tens < 0; tens++)
        *more |= big_divide(10) != 0;
    return -32 * words;
}

/*
 * The number times 2^exponent, rounded to a mantissa of `bits` bits, or fewer where its last one would be worth less
 * than 2^least. Sets what that last bit is worth.
 */
static unsigned long long big_round(int bits, int least, int *exponent, int more)
{
    unsigned long long mantissa = 0;
    int length = 32 * big_length, drop, i;
    while (length && !big_bit(length - 1))
        length--;
    drop = length - bits;
    if (drop < least - *exponent)
        drop = least - *exponent;
    *exponent += drop;
    for (i = drop + bits - 1; i >= drop; i--)
        mantissa = mantissa << 1 | big_bit(i);
    if (!big_bit(drop - 1))
        return mantissa;
    for (i = 0; i < drop - 1 && !more; i++)
        more = big_bit(i);
    if (!more && !(mantissa & 1))
        return mantissa;
    if (!(++mantissa << (64 - bits))) {        /* all ones became 1 and zeros */
        mantissa = 1ULL << (bits - 1);
        ++*exponent;
    }
    return mantissa;
}

/* The token of the number times 2^exponent, with the bits of a float, a double or (for x86) a long double. */
static void big_to_token(int suffix, int exponent, int more)
{
    unsigned long long mantissa, sign_and_exponent;
    int bits = suffix == 'F' ? 24 : suffix == 'L' ? 64 : 53;
    int bias = suffix == 'F' ? 150 : suffix == 'L' ? 16446 : 1075;
    int infinite = suffix == 'F' ? 255 : suffix == 'L' ? 32767 : 2047;
    mantissa = big_round(bits, 1 - bias, &exponent, more);
    sign_and_exponent = mantissa >> (bits - 1) ? exponent + bias : 0;
    if (mantissa >> (bits - 1) && exponent + bias >= infinite) {
        sign_and_exponent = infinite;
        mantissa = 1ULL << (bits - 1);
    }
    memset(&tokc, 0, sizeof tokc);
    if (suffix == 'L') {
        tok = TOK_CLDOUBLE;
        tokc.i = mantissa;
        tokc.tab[2] = (int)sign_and_exponent;
    } else {
        mantissa &= (1ULL << (bits - 1)) - 1;  /* the first bit is understood */
        mantissa |= sign_and_exponent << (bits - 1);
        tok = suffix == 'F' ? TOK_CFLOAT : TOK_CDOUBLE;
        if (suffix == 'F')
            tokc.tab[0] = (int)mantissa;
        else
            tokc.i = mantissa;
    }
}

static int digit_value(int c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : 99;
}

/* Returns false if `p` is no floating constant; or makes it the token. */
static int parse_float(const char *p)
{
    int base = 10, marker = 'E', dot = 0, after_dot = 0, digits = 0, exponent = 0, sign = 1, more = 0, suffix;
    const char *c;
    if (p[0] == '0' && toup(p[1]) == 'X')
        base = 16;
    else if (p[0] == '0' && toup(p[1]) == 'B' && tcc_state->tcc_ext)
        base = 2;
    if (base != 10)
        p += 2, marker = 'P';
    for (c = p; digit_value(*c) < base; c++)
        ;
    if (*c != '.' && toup(*c) != marker)
        return 0;

    big_length = 0;
    for (; digit_value(*p) < base || (*p == '.' && !dot); p++)
        if (*p == '.')
            dot = 1;
        else {
            big_multiply(base, digit_value(*p));
            digits++;
            after_dot += dot;
        }
    if (!digits || digit_value(*p) < (base == 2 ? 10 : base))
        tcc_error("invalid digit");
    if (toup(*p) == marker) {
        p++;
        if (*p == '-' || *p == '+')
            sign = *p++ == '-' ? -1 : 1;
        if (!isnum(*p))
            expect("exponent digits");
        for (; isnum(*p); p++)
            if (exponent < 100000)
                exponent = exponent * 10 + *p - '0';
        exponent *= sign;
    } else if (base != 10)
        expect("exponent");
    suffix = toup(*p);
    if (suffix == 'F' || suffix == 'L')
        p++;
    if (*p)
        tcc_error("invalid number");

    if (base != 10)
        exponent -= after_dot * (base == 16 ? 4 : 1);
    else {
        exponent -= after_dot;
        if (digits + exponent < -5000)         /* nothing is as small as that */
            big_length = 0;
        if (!big_length)
            exponent = 0;
        else if (exponent > 5000)              /* nor as large */
            exponent = 5000;
        exponent = big_scale(exponent, &more);
    }
    big_to_token(suffix, exponent, more);
    return 1;
}
