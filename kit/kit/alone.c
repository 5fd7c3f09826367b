/*
 * The builder for a kit that a TinyCC starts, instead of the 148 bytes:
 *
 *     TINYCC -nostdinc -nostdlib -I climb/4-tinycc/include -run kit/alone.c boot
 *
 * TinyCC compiles this into memory and calls _start like any function. The C library is one file of the ladder's.
 */
#include "../climb/4-tinycc/libc/string.c"
#include "kit.c"

int _start(int count, char **arguments) { return main(count, arguments); }
