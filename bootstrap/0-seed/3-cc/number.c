// Numbers. A floating constant is kept as a whole number of at most 64 bits times a power of two; it is computed with integers
// of any length and rounded once, to the nearest, in a tie to even.

enum { BIG_LIMIT = 1600 };

struct Big {
  long used;
  unsigned long limb[BIG_LIMIT];   // of 32 bits each, the lowest first
};

struct Big numerator;
struct Big denominator;

void big_set(struct Big *b, unsigned long value) {
  b->used = 2;
  b->limb[0] = value & 0xffffffff;
  b->limb[1] = value >> 32;
}

void big_multiply_add(struct Big *b, unsigned long factor, unsigned long carry) {
  long i;
  for (i = 0; i < b->used; i++) {
    carry += b->limb[i] * factor;
    b->limb[i] = carry & 0xffffffff;
    carry = carry >> 32;
  }
  if (carry) {
    if (b->used == BIG_LIMIT) stop("a floating constant is too long", 0);
    b->limb[b->used++] = carry;
  }
}

long big_bits(struct Big *b) {
  long n;
  while (b->used && b->limb[b->used - 1] == 0) b->used--;
  if (b->used == 0) return 0;
  n = b->used * 32;
  while (!(b->limb[b->used - 1] >> (n - 1) % 32 & 1)) n--;
  return n;
}

void big_shift(struct Big *b, long n) {
  for (; n >= 31; n -= 31) big_multiply_add(b, 0x80000000, 0);
  big_multiply_add(b, (unsigned long)1 << n, 0);
}

long big_less(struct Big *a, struct Big *b) {
  long i = a->used > b->used ? a->used : b->used;
  unsigned long x;
  unsigned long y;
  while (i > 0) {
    i--;
    x = i < a->used ? a->limb[i] : 0;
    y = i < b->used ? b->limb[i] : 0;
    if (x != y) return x < y;
  }
  return 0;
}

// a -= b, where a is not less than b
void big_subtract(struct Big *a, struct Big *b) {
  unsigned long borrow = 0;
  unsigned long d;
  long i;
  for (i = 0; i < a->used; i++) {
    d = a->limb[i] - (i < b->used ? b->limb[i] : 0) - borrow;
    a->limb[i] = d & 0xffffffff;
    borrow = d >> 63;
  }
}

// numerator * 2^exponent / denominator -> number_value and so on
void big_divide(long exponent) {
  long shift = big_bits(&denominator) - big_bits(&numerator);
  long i;
  if (shift > 0) big_shift(&numerator, shift);
  else big_shift(&denominator, -shift);
  if (big_less(&numerator, &denominator)) {
    big_shift(&numerator, 1);
    shift++;
  }
  for (i = 0; i < 65; i++) {
    number_guard = !big_less(&numerator, &denominator);
    if (number_guard) big_subtract(&numerator, &denominator);
    if (i < 64) number_value = number_value * 2 + number_guard;
    big_shift(&numerator, 1);
  }
  number_sticky = big_bits(&numerator) != 0;
  number_exponent = exponent - shift - 63;
}

void set_infinity(void) {
  number_value = (unsigned long)1 << 63;
  number_exponent = 100000;
}

// Rounds number_value (whose highest bit is set, or which is zero), number_guard and number_sticky to what the type holds.
void round_float(long kind) {
  long precision = kind == TY_FLOAT ? 24 : kind == TY_DOUBLE ? 53 : 64;
  long most = kind == TY_FLOAT ? 127 : kind == TY_DOUBLE ? 1023 : 16383;
  long power = number_exponent + 63;
  if (number_value == 0 || number_exponent == 100000) return;
  if (power < 1 - most) precision -= 1 - most - power;   // a denormal number
  if (precision < 0) {
    number_value = 0;
    return;
  }
  while (precision < 64) {
    number_sticky = number_sticky || number_guard;
    number_guard = number_value & 1;
    number_value = number_value >> 1;
    number_exponent++;
    precision++;
  }
  if (number_guard && (number_sticky || number_value & 1)) {
    number_value++;
    if (number_value == 0) {
      number_value = (unsigned long)1 << 63;
      number_exponent++;
    }
  }
  number_guard = 0;
  number_sticky = 0;
  if (number_value == 0) return;
  while (!(number_value >> 63)) {
    number_value = number_value << 1;
    number_exponent--;
  }
  if (number_exponent + 63 > most) set_infinity();
}

// A whole number as the exact value.
void round_integer(unsigned long value) {
  number_value = value;
  number_exponent = 0;
  number_guard = 0;
  number_sticky = 0;
  if (value == 0) return;
  while (!(number_value >> 63)) {
    number_value = number_value << 1;
    number_exponent--;
  }
}

char *read_exponent(struct Token *t, char *s, long *exponent) {
  long negative = s[1] == '-';
  long n = 0;
  s++;
  if (*s == '-' || *s == '+') s++;
  if (!is_digit(*s)) fail(t, "expected digits in the exponent");
  while (is_digit(*s)) {
    if (n < 100000) n = n * 10 + *s - '0';
    s++;
  }
  *exponent += negative ? -n : n;
  return s;
}

char *read_decimal(struct Token *t) {
  char *s = t->text;
  long exponent = 0;
  long after_point = 0;
  long digits = 0;
  long i;
  big_set(&numerator, 0);
  big_set(&denominator, 1);
  for (; is_digit(*s) || *s == '.'; s++) {
    if (*s == '.') {
      if (after_point) fail(t, "this number has two points");
      after_point = 1;
    } else {
      big_multiply_add(&numerator, 10, *s - '0');
      digits++;
      exponent -= after_point;
    }
  }
  if (digits > 4000) fail(t, "a floating constant is too long");
  if (*s == 'e' || *s == 'E') s = read_exponent(t, s, &exponent);
  number_value = 0;
  if (big_bits(&numerator) == 0) return s;
  if (exponent + digits < -5100) return s;
  if (exponent > 5100) {
    set_infinity();
    return s;
  }
  for (i = 0; i < exponent; i++) big_multiply_add(&numerator, 10, 0);
  for (i = 0; i < -exponent; i++) big_multiply_add(&denominator, 10, 0);
  big_divide(0);
  return s;
}

char *read_hexadecimal(struct Token *t) {
  char *s = t->text + 2;
  long exponent = 0;
  long after_point = 0;
  big_set(&numerator, 0);
  big_set(&denominator, 1);
  for (; hex_value(*s) >= 0 || *s == '.'; s++) {
    if (*s == '.') {
      if (after_point) fail(t, "this number has two points");
      after_point = 1;
    } else {
      big_multiply_add(&numerator, 16, hex_value(*s));
      exponent -= 4 * after_point;
    }
  }
  if (*s != 'p' && *s != 'P') fail(t, "expected an exponent with 'p'");
  s = read_exponent(t, s, &exponent);
  number_value = 0;
  if (big_bits(&numerator)) big_divide(exponent);
  return s;
}

void read_float(struct Token *t, long is_hexadecimal) {
  char *s = is_hexadecimal ? read_hexadecimal(t) : read_decimal(t);
  number_type = ty_double;
  if (*s == 'f' || *s == 'F') {
    number_type = ty_float;
    s++;
  } else if (*s == 'l' || *s == 'L') {
    number_type = ty_long_double;
    s++;
  }
  if (s != t->text + t->length) fail(t, "this floating constant is malformed");
  round_float(number_type->kind);
}

void read_integer(struct Token *t) {
  char *s = t->text;
  char *end = t->text + t->length;
  long base = 10;
  long digit;
  long is_unsigned = 0;
  long longs = 0;
  long fits_signed;
  unsigned long n = 0;
  if (s[0] == '0' && (s[1] == 'x' || s[1] == 'X')) {
    base = 16;
    s += 2;
    if (hex_value(*s) < 0) fail(t, "expected hexadecimal digits");
  } else if (s[0] == '0') {
    base = 8;
  }
  while (s < end && hex_value(*s) >= 0 && hex_value(*s) < base) {
    digit = hex_value(*s);
    if (n > ((unsigned long)0 - 1 - digit) / base) fail(t, "this number is above 64 bits");
    n = n * base + digit;
    s++;
  }
  while (s < end) {
    if (*s == 'u' || *s == 'U') is_unsigned++;
    else if (*s == 'l' || *s == 'L') longs++;
    else fail(t, "this number is malformed");
    s++;
  }
  if (is_unsigned > 1 || longs > 2) fail(t, "this number is malformed");
  number_value = n;
  fits_signed = !is_unsigned && (n >> 63) == 0;
  if (longs == 0 && !in_directive) {
    if (!is_unsigned && n >> 31 == 0) {
      number_type = ty_int;
      return;
    }
    if ((is_unsigned || base != 10) && n >> 32 == 0) {
      number_type = ty_unsigned;
      return;
    }
  }
  number_type = fits_signed ? ty_long : ty_unsigned_long;
}

// Sets number_type, and either number_value or, for a floating type, number_value and number_exponent.
void read_number(struct Token *t) {
  char *s = t->text;
  char *end = s + t->length;
  long is_hexadecimal = s[0] == '0' && (s[1] == 'x' || s[1] == 'X');
  for (; s < end; s++) {
    if (*s == '.' || *s == 'p' || *s == 'P' || !is_hexadecimal && (*s == 'e' || *s == 'E')) {
      read_float(t, is_hexadecimal);
      return;
    }
  }
  read_integer(t);
}
