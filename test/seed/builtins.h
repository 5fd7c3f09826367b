/* What the ladder's C compiler has built in, for other compilers that are to compile its libc: see builtins.c. */
long __syscall(long number, long a, long b, long c, long d, long e, long f);
int __setjmp(long *here) __attribute__((returns_twice));
void __longjmp(long *there, int value);
