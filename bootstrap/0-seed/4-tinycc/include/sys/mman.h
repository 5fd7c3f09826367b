#include <stddef.h>
#define PROT_READ 1
#define PROT_WRITE 2
#define PROT_EXEC 4
int mprotect(void *at, size_t length, int protection);
