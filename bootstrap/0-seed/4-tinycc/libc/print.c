/*
 * printf and sscanf, as far as TinyCC goes: %d %i %u %x %X %o %c %s %p %f %%, with the flags - 0 + space, width and precision
 * (numbers or *), and the sizes h, l, ll, z. Any other conversion ends the program.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "big.h"
#include "kernel.h"

/* Where text goes: to a file, or else to `at`, as long as there is room. */
struct sink { FILE *file; char *at; size_t room; long length; };

static void put_char(struct sink *sink, int c)
{
    if (sink->file)
        fputc(c, sink->file);
    else if (sink->length < sink->room)
        sink->at[sink->length] = c;
    sink->length++;
}

static void put_many(struct sink *sink, int c, long count)
{
    for (; count > 0; count--)
        put_char(sink, c);
}

/* A conversion's flags and figures; `sign` is 0 or the character before the number. */
struct style { int left, zero, width, precision, size, sign; };

/* The text, padded: between sign and digits with zeros, or else with spaces. `zeros` go before the text in any case. */
static void put_field(struct sink *sink, const struct style *style, const char *text, long length, long zeros)
{
    long padding = style->width - (style->sign != 0) - zeros - length;
    if (!style->left && !style->zero)
        put_many(sink, ' ', padding);
    if (style->sign)
        put_char(sink, style->sign);
    if (!style->left && style->zero)
        put_many(sink, '0', padding);
    put_many(sink, '0', zeros);
    for (; length > 0; length--)
        put_char(sink, *text++);
    if (style->left)
        put_many(sink, ' ', padding);
}

static void put_integer(struct sink *sink, struct style *style, unsigned long n, int base, const char *digits)
{
    char text[72], *end = text + sizeof text, *at = end;
    long length;
    for (; n; n /= base)
        *--at = digits[n % base];
    length = end - at;
    if (style->precision < 0)
        style->precision = 1;
    else
        style->zero = 0;
    put_field(sink, style, at, length, style->precision > length ? style->precision - length : 0);
}

static void put_pointer(struct sink *sink, struct style *style, unsigned long n, const char *digits)
{
    char text[18], *at = text + sizeof text;
    if (!n) {
        put_field(sink, style, "(nil)", 5, 0);
        return;
    }
    for (; n; n /= 16)
        *--at = digits[n % 16];
    *--at = 'x';
    *--at = '0';
    put_field(sink, style, at, text + sizeof text - at, 0);
}

/* value * 10^precision, rounded to an integer (ties to even), whose digits are then parted by a point. */
static void put_double(struct sink *sink, struct style *style, double value)
{
    enum { MOST = 500 };
    static struct big big;
    static char text[1000];
    char *end = text + sizeof text, *at = end;
    union { double value; unsigned long bits; } number;
    int exponent, i, up;
    number.value = value;
    exponent = number.bits >> 52 & 2047;
    if (exponent == 2047)
        fail("not a number, or infinite", "printf");
    if (style->precision < 0)
        style->precision = 6;
    if (style->precision > MOST)
        fail("too many digits", "printf");
    if (number.bits >> 63)
        style->sign = '-';
    number.bits &= (1ul << 52) - 1;
    if (exponent)
        number.bits |= 1ul << 52;
    else
        exponent = 1;
    exponent -= 1075;
    big_set(&big, number.bits);
    for (i = 0; i < style->precision; i++)
        big_multiply(&big, 10, 0);
    if (exponent >= 0)
        big_shift(&big, exponent);
    else {
        /* The bit behind the point, and whether any behind it is set. */
        up = big_bit(&big, -exponent - 1);
        for (i = 0; up && i < -exponent - 1 && !big_bit(&big, i); i++)
            ;
        if (up && i == -exponent - 1)
            up = big_bit(&big, -exponent);
        big_shift(&big, exponent);
        if (up)
            big_multiply(&big, 1, 1);
    }
    for (i = 0; big.length || i <= style->precision; i++) {
        if (i == style->precision && i)
            *--at = '.';
        *--at = '0' + big_divide(&big, 10);
    }
    put_field(sink, style, at, end - at, 0);
}

static void print(struct sink *sink, const char *format, va_list arguments)
{
    static const char lower[] = "0123456789abcdef", upper[] = "0123456789ABCDEF";
    for (; *format; format++) {
        struct style style;
        const char *text;
        char one;
        long n;
        if (*format != '%') {
            put_char(sink, *format);
            continue;
        }
        memset(&style, 0, sizeof style);
        style.precision = -1;
        for (;;) {
            format++;
            if (*format == '-')
                style.left = 1;
            else if (*format == '0')
                style.zero = 1;
            else if (*format == '+')
                style.sign = '+';
            else if (*format == ' ')
                style.sign = style.sign ? style.sign : ' ';
            else
                break;
        }
        if (*format == '*') {
            style.width = va_arg(arguments, int);
            if (style.width < 0) {
                style.left = 1;
                style.width = -style.width;
            }
            format++;
        } else
            for (; *format >= '0' && *format <= '9'; format++)
                style.width = style.width * 10 + *format - '0';
        if (*format == '.') {
            format++;
            style.precision = 0;
            if (*format == '*') {
                style.precision = va_arg(arguments, int);
                format++;
            } else
                for (; *format >= '0' && *format <= '9'; format++)
                    style.precision = style.precision * 10 + *format - '0';
        }
        for (; *format == 'h' || *format == 'l' || *format == 'z'; format++)
            style.size += *format == 'h' ? -1 : 1;

        switch (*format) {
        case 'd': case 'i':
            n = style.size > 0 ? va_arg(arguments, long) : va_arg(arguments, int);
            if (style.size < 0)
                n = style.size == -1 ? (long)(short)n : (long)(signed char)n;
            if (n < 0)
                style.sign = '-';
            put_integer(sink, &style, n < 0 ? -n : n, 10, lower);
            break;
        case 'u': case 'x': case 'X': case 'o':
            n = style.size > 0 ? va_arg(arguments, long) : (long)va_arg(arguments, unsigned);
            if (style.size < 0)
                n &= style.size == -1 ? 0xffff : 0xff;
            style.sign = 0;
            put_integer(sink, &style, n, *format == 'u' ? 10 : *format == 'o' ? 8 : 16, *format == 'X' ? upper : lower);
            break;
        case 'p':
            n = (long)va_arg(arguments, void *);
            style.sign = 0;
            put_pointer(sink, &style, n, lower);
            break;
        case 'f':
            put_double(sink, &style, va_arg(arguments, double));
            break;
        case 'c':
            one = va_arg(arguments, int);
            style.sign = style.zero = 0;
            put_field(sink, &style, &one, 1, 0);
            break;
        case 's':
            text = va_arg(arguments, char *);
            if (!text)
                text = "(null)";
            style.sign = style.zero = 0;
            for (n = 0; (style.precision < 0 || n < style.precision) && text[n]; n++)
                ;
            put_field(sink, &style, text, n, 0);
            break;
        case '%':
            put_char(sink, '%');
            break;
        default:
            fail("not in this printf", format);
        }
    }
}

static long print_to_file(FILE *file, const char *format, va_list arguments)
{
    struct sink sink = { file, NULL, 0, 0 };
    print(&sink, format, arguments);
    if (file == stderr)
        fflush(file);
    return sink.length;
}

int vsnprintf(char *to, size_t room, const char *format, va_list arguments)
{
    struct sink sink = { NULL, to, room ? room - 1 : 0, 0 };
    print(&sink, format, arguments);
    if (room)
        to[sink.length < room ? sink.length : room - 1] = 0;
    return sink.length;
}

int printf(const char *format, ...)
{
    va_list arguments;
    int length;
    va_start(arguments, format);
    length = print_to_file(stdout, format, arguments);
    va_end(arguments);
    return length;
}

int fprintf(FILE *file, const char *format, ...)
{
    va_list arguments;
    int length;
    va_start(arguments, format);
    length = print_to_file(file, format, arguments);
    va_end(arguments);
    return length;
}

int snprintf(char *to, size_t room, const char *format, ...)
{
    va_list arguments;
    int length;
    va_start(arguments, format);
    length = vsnprintf(to, room, format, arguments);
    va_end(arguments);
    return length;
}

int sprintf(char *to, const char *format, ...)
{
    va_list arguments;
    int length;
    va_start(arguments, format);
    length = vsnprintf(to, ~0ul >> 1, format, arguments);
    va_end(arguments);
    return length;
}

/* %d, and characters that stand for themselves. */
int sscanf(const char *s, const char *format, ...)
{
    va_list arguments;
    char *end;
    int count = 0, number;
    va_start(arguments, format);
    for (; *format; format++) {
        if (*format != '%') {
            if (*s++ != *format)
                break;
            continue;
        }
        if (*++format != 'd')
            fail("not in this sscanf", format);
        number = strtol(s, &end, 10);
        if (end == s)
            break;
        *va_arg(arguments, int *) = number;
        s = end;
        count++;
    }
    va_end(arguments);
    return count;
}
