/*
 * Natural numbers in words of 32 bits, for exact conversion between decimal and binary. 2,700 words have 86,400 bits. The
 * largest power of ten that float.c asks for, 10^24953 below 20,001 digits, has 82,893.
 */
#include "big.h"
#include "kernel.h"

static void put(struct big *big, unsigned long word)
{
    if (!word)
        return;
    if (big->length == BIG_WORDS)
        fail("a number is too long", "floating point");
    big->word[big->length++] = word;
}

static void trim(struct big *big)
{
    while (big->length && !big->word[big->length - 1])
        big->length--;
}

void big_set(struct big *big, unsigned long value)
{
    big->length = 2;
    big->word[0] = value;
    big->word[1] = value >> 32;
    trim(big);
}

/* big = big * factor + add */
void big_multiply(struct big *big, unsigned int factor, unsigned int add)
{
    unsigned long carry = add;
    int i;
    for (i = 0; i < big->length; i++) {
        carry += (unsigned long)big->word[i] * factor;
        big->word[i] = carry;
        carry >>= 32;
    }
    put(big, carry);
}

/* big = big / by; gives what remains. */
unsigned int big_divide(struct big *big, unsigned int by)
{
    unsigned long rest = 0;
    int i;
    for (i = big->length - 1; i >= 0; i--) {
        rest = rest << 32 | big->word[i];
        big->word[i] = rest / by;
        rest %= by;
    }
    trim(big);
    return rest;
}

/* Times 2 to the power of `bits`, or, if that is negative, divided by it and rounded down. */
void big_shift(struct big *big, int bits)
{
    for (; bits >= 31; bits -= 31)
        big_multiply(big, 1u << 31, 0);
    if (bits > 0)
        big_multiply(big, 1u << bits, 0);
    for (; bits <= -31; bits += 31)
        big_divide(big, 1u << 31);
    if (bits < 0)
        big_divide(big, 1u << -bits);
}

/* big = big - less, which must not be larger. */
void big_subtract(struct big *big, const struct big *less)
{
    long borrow = 0;
    int i;
    for (i = 0; i < big->length; i++) {
        borrow += (long)big->word[i] - (i < less->length ? (long)less->word[i] : 0);
        big->word[i] = borrow;
        borrow >>= 32;
    }
    trim(big);
}

/* Below, equal to or above 0 as a is to b. */
int big_compare(const struct big *a, const struct big *b)
{
    int i = a->length;
    if (i != b->length)
        return i < b->length ? -1 : 1;
    while (--i >= 0)
        if (a->word[i] != b->word[i])
            return a->word[i] < b->word[i] ? -1 : 1;
    return 0;
}

/* How many bits it takes to write the number. */
int big_bits(const struct big *big)
{
    int bits = big->length * 32;
    while (bits && !big_bit(big, bits - 1))
        bits--;
    return bits;
}

int big_bit(const struct big *big, int at) { return at / 32 < big->length && big->word[at / 32] >> at % 32 & 1; }
