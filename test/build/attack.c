/* What a hostile builder tries, call by call, by number: `attack ATTEMPT [FILE]` prints the error, or `done`. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static const unsigned char capability[20] = {1, 0, 0, 2, 2}; /* cap_dac_override, effective */

static const char *name_of(int error) {
  switch (error) {
  case EPERM: return "EPERM";
  case ENOSYS: return "ENOSYS";
  case ENOTSUP: return "ENOTSUP";
  case ENOTTY: return "ENOTTY";
  case EAFNOSUPPORT: return "EAFNOSUPPORT";
  case EINVAL: return "EINVAL";
  case EFAULT: return "EFAULT";
  case EBADF: return "EBADF";
  case EACCES: return "EACCES";
  case EIO: return "EIO";
  default: return strerror(error);
  }
}

static long setxattrat(const char *file, const char *name, const void *value, uint32_t size) {
  struct { uint64_t value; uint32_t size, flags; } args = {(uintptr_t)value, size, 0};
  return syscall(463, AT_FDCWD, file, 0, name, &args, sizeof args);
}

/* By int $0x80, as 32-bit programs call; all arguments are small numbers. */
static long call32(long number, long a, long b, long c) {
  long result;
  __asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(a), "c"(b), "d"(c) : "memory", "r8", "r9", "r10", "r11");
  if (result >= 0 || result < -4095) return result;
  errno = -result;
  return -1;
}

int main(int argc, char **argv) {
  const char *what = argc > 1 ? argv[1] : "", *file = argc > 2 ? argv[2] : ".";
  long r = 0;
#define IS(name) (strcmp(what, name) == 0)
  if (IS("setxattr")) r = syscall(188, file, "user.note", "text", 4, 0);
  else if (IS("lsetxattr")) r = syscall(189, file, "user.note", "text", 4, 0);
  else if (IS("fsetxattr")) r = syscall(190, open(file, O_RDWR), "user.note", "text", 4, 0);
  else if (IS("setxattrat")) r = setxattrat(file, "user.note", "text", 4);
  else if (IS("capability")) r = setxattrat(file, "security.capability", capability, sizeof capability);
  else if (IS("file_setattr")) r = syscall(469, AT_FDCWD, file, 0, 0, 0);
  else if (IS("io_uring_setup")) r = syscall(425, 8, 0);
  else if (IS("io_uring_enter")) r = syscall(426, 99, 0, 0, 0, 0, 0);
  else if (IS("io_uring_register")) r = syscall(427, 99, 0, 0, 0);
  else if (IS("unknown")) r = syscall(100000, 0, 0, 0);
  else if (IS("gap")) r = syscall(400, 0, 0, 0);
  else if (IS("x32")) r = syscall(0x40000000 | 39, 0, 0, 0);
  else if (IS("add_key")) r = syscall(248, "user", "zilch", "x", 1, -3);
  else if (IS("request_key")) r = syscall(249, "user", "zilch", 0, -3);
  else if (IS("keyctl")) r = syscall(250, 0, -5, 1);
  else if (IS("keyctl32")) r = call32(288, 0, -5, 1);
  else if (IS("setxattr32")) r = call32(226, 0, 0, 0);
  else if (IS("socketcall32")) r = call32(102, 1, 0, 0);
  else if (IS("vsock32")) r = call32(359, 40, 1, 0);
  else if (IS("bpf")) r = syscall(321, 0, 0, 0);
  else if (IS("perf")) r = syscall(298, 0, 0, -1, -1, 0);
  else if (IS("syslog")) r = syscall(103, 3, 0, 0);
  else if (IS("by_handle")) r = syscall(304, -1, 0, 0);
  else if (IS("vsock")) r = socket(40, SOCK_STREAM, 0);
  else if (IS("alg")) r = socket(38, SOCK_SEQPACKET, 0);
  else if (IS("packet")) r = socket(17, SOCK_RAW, 0);
  else if (IS("vsock-pair")) { int pair[2]; r = socketpair(40, SOCK_STREAM, 0, pair); }
  else if (IS("inet")) r = socket(AF_INET, SOCK_STREAM, 0);
  else if (IS("inet6")) r = socket(AF_INET6, SOCK_STREAM, 0);
  else if (IS("netlink")) r = socket(AF_NETLINK, SOCK_RAW, 0);
  else if (IS("unix")) { int pair[2]; r = socketpair(AF_UNIX, SOCK_STREAM, 0, pair); }
  else if (IS("flags")) { int flags = 0x40; r = ioctl(open(file, O_RDONLY), 0x40086602, &flags); }
  else if (IS("immutable")) { int flags = 0x10; r = ioctl(open(file, O_RDONLY), 0x40086602, &flags); }
  else if (IS("sticks")) r = ioctl(0, 0x5412, "x");
  else if (IS("sticks-high")) r = syscall(16, 0, 0x100005412L, "x");
  else if (IS("tioclinux")) r = ioctl(0, 0x541c, "\003");
  else if (IS("winsize")) { char size[8]; r = ioctl(0, TIOCGWINSZ, size); }
  else if (IS("survive")) {
    /* Asks not to be killed with its parent, and goes on without the files it was given. */
    prctl(PR_SET_PDEATHSIG, 0);
    for (int fd = 0; fd < 100; fd++) close(fd);
    for (;;) sleep(1);
  } else if (IS("fill")) {
    static char block[1 << 16];
    int fd = open(file, O_WRONLY | O_CREAT, 0600);
    for (r = 0; write(fd, block, sizeof block) > 0;) ;
    r = -1;
  } else {
    fprintf(stderr, "attack: what is %s?\n", what);
    return 2;
  }
  printf("%s: %s\n", what, r >= 0 ? "done" : name_of(errno));
  return 0;
}
