/*
 * printf and sscanf, as far as TinyCC goes: %d %u %x %c %s %f %%, with the flags - and 0, width and precision (numbers or *),
 * l and ll. Anything else ends the program.
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
struct style { int left, zero, width, precision, sign; };

/* The text, padded: between sign and digits with zeros, or else with spaces. */
static void put_field(struct sink *sink, const struct style *style, const char *text, long length)
{
    long padding = style->width - (style->sign != 0) - length;
    if (!style->left && !style->zero)
        put_many(sink, ' ', padding);
    if (style->sign)
        put_char(sink, style->sign);
    if (!style->left && style->zero)
        put_many(sink, '0', padding);
    for (; length > 0; length--)
        put_char(sink, *text++);
    if (style->left)
        put_many(sink, ' ', padding);
}

static void put_integer(struct sink *sink, const struct style *style, unsigned long n, int base)
{
    char text[24], *end = text + sizeof text, *at = end;
    do
        *--at = "0123456789abcdef"[n % base];
    while (n /= base);
    if (style->precision >= 0)
        fail("not in this printf", "precision of an integer");
    put_field(sink, style, at, end - at);
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
    put_field(sink, style, at, end - at);
}

static const char *read_figure(const char *format, int *figure)
{
    for (*figure = 0; *format >= '0' && *format <= '9'; format++)
        *figure = *figure * 10 + *format - '0';
    return format;
}

static void print(struct sink *sink, const char *format, va_list arguments)
{
    for (; *format; format++) {
        struct style style;
        const char *text;
        char one;
        long n;
        int is_long = 0;
        if (*format != '%') {
            put_char(sink, *format);
            continue;
        }
        memset(&style, 0, sizeof style);
        style.precision = -1;
        for (format++; *format == '-' || *format == '0'; format++)
            if (*format == '-')
                style.left = 1;
            else
                style.zero = 1;
        if (*format == '*') {
            style.width = va_arg(arguments, int);
            style.left |= style.width < 0;
            style.width = style.width < 0 ? -style.width : style.width;
            format++;
        } else
            format = read_figure(format, &style.width);
        if (*format == '.' && format[1] == '*') {
            style.precision = va_arg(arguments, int);
            format += 2;
        } else if (*format == '.')
            format = read_figure(format + 1, &style.precision);
        for (; *format == 'l'; format++)
            is_long = 1;

        switch (*format) {
        case 'd':
            n = is_long ? va_arg(arguments, long) : va_arg(arguments, int);
            if (n < 0)
                style.sign = '-';
            put_integer(sink, &style, n < 0 ? -n : n, 10);
            break;
        case 'u':
        case 'x':
            n = is_long ? va_arg(arguments, long) : (long)va_arg(arguments, unsigned);
            put_integer(sink, &style, n, *format == 'u' ? 10 : 16);
            break;
        case 'f':
            put_double(sink, &style, va_arg(arguments, double));
            break;
        case 'c':
            one = va_arg(arguments, int);
            put_field(sink, &style, &one, 1);
            break;
        case 's':
            text = va_arg(arguments, char *);
            for (n = 0; (style.precision < 0 || n < style.precision) && text[n]; n++)
                ;
            put_field(sink, &style, text, n);
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
