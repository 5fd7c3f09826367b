#ifndef STDIO_H
#define STDIO_H
#include <stddef.h>
#include <stdarg.h>
typedef struct { int fd; } FILE;
extern FILE *stdout, *stderr;
int printf(const char *format, ...);
int fprintf(FILE *file, const char *format, ...);
int sprintf(char *to, const char *format, ...);
int snprintf(char *to, size_t room, const char *format, ...);
int vsnprintf(char *to, size_t room, const char *format, va_list list);
int vprintf(const char *format, va_list list);
int puts(const char *s);
int putchar(int c);
int fflush(FILE *file);
#endif
