/* Leaks that a shell has no words for: leak KIND. Compiled by stage 1's tcc. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

/* Something that leaves addresses on the stack. */
static int deep(int depth)
{
    void *here[8];
    for (int i = 0; i < 8; i++) here[i] = here;
    return depth == 0 ? here[3] != 0 : deep(depth - 1);
}

static unsigned long unwritten(void)
{
    unsigned long words[64], sum = 0;
    for (int i = 0; i < 64; i++) sum += words[i];
    return sum;
}

int main(int count, char **words)
{
    const char *kind = count > 1 ? words[1] : "";
    if (!strcmp(kind, "address")) printf("%p\n", malloc(1 << 20));
    else if (!strcmp(kind, "unwritten")) {
        deep(4);
        printf("%lx\n", unwritten());
    } else if (!strcmp(kind, "hash-seed")) {
        unsigned seed;
        if (getrandom(&seed, sizeof seed, 0) != sizeof seed) return 1;
        printf("%x\n", seed * 2654435761u);
    } else if (!strcmp(kind, "cycles")) {
        unsigned low, high;
        __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
        printf("%x\n", low);
    } else return 1;
    return 0;
}
