typedef long jmp_buf[8];
#define setjmp(buffer) __setjmp(buffer)
#define longjmp(buffer, value) __longjmp(buffer, value)
