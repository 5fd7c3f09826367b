/* Both are built into the compiler. */
typedef long jmp_buf[8];
#define setjmp(here) __setjmp(here)
#define longjmp(there, value) __longjmp(there, value)
