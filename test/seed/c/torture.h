// What GCC has built in and its tests take for granted.
void abort(void);
void exit(int);
int printf(const char *, ...);
void *memcpy(void *, const void *, unsigned long);
void *memset(void *, int, unsigned long);
int memcmp(const void *, const void *, unsigned long);
unsigned long strlen(const char *);
int strcmp(const char *, const char *);
char *strcpy(char *, const char *);
void *malloc(unsigned long);
int sprintf(char *, const char *, ...);
#define __builtin_abort abort
#define __builtin_exit exit
#define __builtin_printf printf
#define __builtin_memcpy memcpy
#define __builtin_memset memset
#define __builtin_memcmp memcmp
#define __builtin_strlen strlen
#define __builtin_strcmp strcmp
#define __builtin_strcpy strcpy
#define __builtin_malloc malloc
#define __builtin_sprintf sprintf
#define __builtin_expect(a, b) (a)
#define __builtin_offsetof(t, m) ((unsigned long)&((t *)0)->m)
#define __builtin_prefetch(p, ...) ((void)(p))
#define __builtin_unreachable() abort()
#define __CHAR_BIT__ 8
#define __INT_MAX__ 2147483647
#define __LONG_MAX__ 9223372036854775807L
#define __LONG_LONG_MAX__ 9223372036854775807L
#define __SHRT_MAX__ 32767
#define __SCHAR_MAX__ 127
#define __SIZEOF_INT__ 4
#define __SIZEOF_LONG__ 8
#define __SIZEOF_SHORT__ 2
#define __SIZEOF_LONG_LONG__ 8
#define __SIZEOF_POINTER__ 8
#define __WCHAR_TYPE__ int
#define __UINT32_TYPE__ unsigned
#define __INT32_TYPE__ int
#define __UINT64_TYPE__ unsigned long
#define __INT64_TYPE__ long
#define __UINT16_TYPE__ unsigned short
#define __INT16_TYPE__ short
#define __UINT8_TYPE__ unsigned char
#define __INT8_TYPE__ signed char
#define __UINTPTR_TYPE__ unsigned long
#define __INTPTR_TYPE__ long
#define __BYTE_ORDER__ 1234
#define __ORDER_LITTLE_ENDIAN__ 1234
#define __ORDER_BIG_ENDIAN__ 4321
