/*
 * What TinyCC runs at the end of the climb on a bare machine: says what TinyCC is, by a checksum (FNV-1a) of its bytes, and
 * switches the machine off.
 */
long call(long number, long a, long b, long c);
__asm__(
    ".text\n"
    ".globl call\n"
    "call:\n"
    "    mov %rdi, %rax\n"
    "    mov %rsi, %rdi\n"
    "    mov %rdx, %rsi\n"
    "    mov %rcx, %rdx\n"
    "    syscall\n"
    "    ret\n"
);

enum { READ = 0, WRITE = 1, OPEN = 2, REBOOT = 169 };

int _start(int count, char **arguments)
{
    static unsigned char block[65536];
    static char text[] = "TinyCC 0000000000000000 came of 148 bytes, and ran this.\n";
    unsigned long sum = 0xcbf29ce484222325;
    long file = call(OPEN, (long)arguments[1], 0, 0), n, i;
    while ((n = call(READ, file, (long)block, sizeof block)) > 0)
        for (i = 0; i < n; i++)
            sum = (sum ^ block[i]) * 0x100000001b3;
    for (i = 0; i < 16; i++)
        text[7 + i] = "0123456789abcdef"[sum >> (60 - 4 * i) & 15];
    call(WRITE, 1, (long)text, sizeof text - 1);
    call(REBOOT, 0xfee1dead, 672274793, 0x4321fedc);
    return 1;
}
