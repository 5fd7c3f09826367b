/* Natural numbers of any length that a floating-point number may need: see big.c. */
enum { BIG_WORDS = 2700 };

/* word[0] is the lowest; word[length - 1] is not 0. */
struct big { int length; unsigned int word[BIG_WORDS]; };

void big_set(struct big *big, unsigned long value);
void big_multiply(struct big *big, unsigned int factor, unsigned int add);
unsigned int big_divide(struct big *big, unsigned int by);
void big_shift(struct big *big, int bits);
void big_subtract(struct big *big, const struct big *less);
int big_compare(const struct big *a, const struct big *b);
int big_bits(const struct big *big);
int big_bit(const struct big *big, int at);
