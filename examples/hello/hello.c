#include <stdio.h>

#ifdef __TINYC__
#define COMPILER "TinyCC"
#else
#define COMPILER "something else"
#endif

int main(int argc, char **argv)
{
    printf("Hello, %s! Compiled by %s, linked with musl.\n", argc > 1 ? argv[1] : "world", COMPILER);
    return 0;
}
