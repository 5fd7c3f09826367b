/*
 * What ties a program to the kernel: its start and its end, system calls, and what there is one of in a process.
 *
 * A function that TinyCC mentions but that neither compiling nor stage 1 calls ends the program with its name. None
 * pretends.
 */
#include <errno.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
#include "kernel.h"

int errno;
char **environ;

int main(int count, char **arguments);

/* Where the compiler lets a program begin. */
void __libc_start(int count, char **arguments, char **environment)
{
    environ = environment;
    exit(main(count, arguments));
}

void exit(int status)
{
    flush_all();
    for (;;)
        call1(SYS_exit, status);
}

/* The last words: not through stdio, which may be what has failed. */
void fail(const char *what, const char *of)
{
    static const char *words[6];
    int i;
    words[0] = "libc: ", words[1] = what, words[2] = ": ", words[3] = of, words[4] = "\n";
    for (i = 0; i < 5; i++)
        call3(SYS_write, 2, words[i], strlen(words[i]));
    for (;;)
        call1(SYS_exit, 127);
}

void __assert_fail(const char *what, int line)
{
    fprintf(stderr, "line %d: this should be true: %s\n", line, what);
    exit(127);
}

/* The kernel's answer as C functions give it: -1, and errno says why. */
static long answer(long result)
{
    if (result >= 0 || result < -4095)
        return result;
    errno = -result;
    return -1;
}

/* The mode is the third argument; without O_CREAT nobody looks at it. */
int open(const char *path, int flags, ...)
{
    va_list arguments;
    int mode;
    va_start(arguments, flags);
    mode = va_arg(arguments, int);
    va_end(arguments);
    return answer(call3(SYS_open, path, flags, mode));
}

ssize_t read(int fd, void *to, size_t length) { return answer(call3(SYS_read, fd, to, length)); }
ssize_t write(int fd, const void *from, size_t length) { return answer(call3(SYS_write, fd, from, length)); }
int close(int fd) { return answer(call1(SYS_close, fd)); }
long lseek(int fd, long offset, int whence) { return answer(call3(SYS_lseek, fd, offset, whence)); }
int mkdir(const char *path, int mode) { return answer(call2(SYS_mkdir, path, mode)); }
int unlink(const char *path) { return answer(call1(SYS_unlink, path)); }
int remove(const char *path) { return unlink(path); }
int mprotect(void *at, size_t length, int protection) { return answer(call3(SYS_mprotect, at, length, protection)); }
char *getcwd(char *to, size_t room) { return answer(call2(SYS_getcwd, to, room)) < 0 ? NULL : to; }
int gettimeofday(struct timeval *now, void *zone) { return answer(call2(SYS_gettimeofday, now, zone)); }
time_t time(time_t *now) { return answer(call1(SYS_time, now)); }

char *getenv(const char *name)
{
    size_t length = strlen(name);
    char **entry;
    for (entry = environ; *entry; entry++)
        if (!strncmp(*entry, name, length) && (*entry)[length] == '=')
            return *entry + length + 1;
    return NULL;
}

/* TinyCC guards itself against other threads. There are none: nobody can be waited for. */
int sem_init(sem_t *semaphore, int shared, unsigned count)
{
    semaphore->count = count;
    return 0;
}

int sem_wait(sem_t *semaphore)
{
    if (!semaphore->count)
        fail("would wait for ever", "sem_wait");
    semaphore->count--;
    return 0;
}

int sem_post(sem_t *semaphore)
{
    semaphore->count++;
    return 0;
}

/* For __DATE__ and __TIME__, with which no build would come out the same twice. */
struct tm *localtime(const time_t *now)
{
    fail("not in this libc", "localtime");
    return NULL;
}

/* For -m32. */
int execvp(const char *program, char *const *arguments)
{
    fail("not in this libc", "execvp");
    return -1;
}
