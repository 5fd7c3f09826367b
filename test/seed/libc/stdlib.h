#ifndef STDLIB_H
#define STDLIB_H
#include <stddef.h>
void *malloc(size_t size);
void *calloc(size_t count, size_t size);
void *realloc(void *old, size_t size);
void free(void *p);
void exit(int code);
void abort(void);
int atoi(const char *s);
int abs(int n);
long labs(long n);
#endif
