typedef long jmp_buf[8];
int setjmp(jmp_buf here);
void longjmp(jmp_buf there, int value);
