/*
 * Runs a command, and gives it and all its children another view of the machine: another time, another order of directories,
 * another memory size, and random numbers that are the same each time. A preloaded library could do that for programs that are
 * linked dynamically; this does it for all, by stopping them at the system calls that tell of such things (ptrace(2), seccomp(2)).
 *
 *   tracer [-t SECONDS] [-f SECONDS] [-o sorted|reversed] [-m BYTES] [-r] -- COMMAND...
 *
 * -t  time goes on from here: seconds since 1970
 * -f  time stands still there, but for a microsecond each time that a process asks; the monotonic clock and rdtsc, too
 * -o  how each piece of a directory's listing is sorted
 * -m  what sysinfo(2) says of the memory
 * -r  getrandom(2) and the kernel's gift to each new process (AT_RANDOM) are the same each time
 *
 * Only programs for x86-64 are looked at. The instructions cpuid and rdrand cannot be changed from here.
 */
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/futex.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long shift;         /* what is added to times of the real clock, in seconds */
static long long standing = -1; /* the time that stands still */
static int sorting;             /* 1 up, -1 down */
static unsigned long long memory;
static int same_random;
static long long began;

/* File times from this second on are the build's own, and follow its clock; older ones came with sources. */
static int is_own(long long seconds) { return seconds >= began - 60 && seconds < began + 30 * 86400; }
static int moves_time(void) { return shift != 0 || standing >= 0; }

static void die(const char *what)
{
  fprintf(stderr, "tracer: %s: %s\n", what, strerror(errno));
  exit(125);
}

/* What is known of a traced thread. */
struct thread {
  pid_t id;
  int inside;                     /* in a system call whose end is waited for */
  struct user_regs_struct regs;   /* when it began */
  unsigned long long asked, drawn;
  struct thread *next;
};
static struct thread *threads[1024];

static struct thread *find(pid_t id)
{
  struct thread **at = &threads[id % 1024], *one;
  for (one = *at; one; one = one->next)
    if (one->id == id) return one;
  if (!(one = calloc(1, sizeof *one))) die("memory");
  one->id = id;
  one->next = *at;
  return *at = one;
}

static void forget(pid_t id)
{
  struct thread **at = &threads[id % 1024], *one;
  for (; (one = *at); at = &one->next)
    if (one->id == id) {
      *at = one->next;
      free(one);
      return;
    }
}

static int copy(pid_t id, uint64_t there, void *here, size_t size, int out)
{
  struct iovec local = { here, size }, remote = { (void *)there, size };
  ssize_t done = out ? process_vm_writev(id, &local, 1, &remote, 1, 0) : process_vm_readv(id, &local, 1, &remote, 1, 0);
  return done == (ssize_t)size;
}
static int get(pid_t id, uint64_t from, void *to, size_t size) { return copy(id, from, to, size, 0); }
static int put(pid_t id, uint64_t to, void *from, size_t size) { return copy(id, to, from, size, 1); }

/* The time that a process is told. `unit` is how much of a second the second word counts. */
static void tell_time(struct thread *one, uint64_t at, long unit, int is_real)
{
  int64_t pair[2];
  if (!at || !get(one->id, at, pair, sizeof pair)) return;
  if (standing >= 0) {
    unsigned long long micro = one->asked++;
    pair[0] = standing + micro / 1000000;
    pair[1] = micro % 1000000 * (unit / 1000000);
  } else if (is_real)
    pair[0] += shift;
  put(one->id, at, pair, sizeof pair);
}

static void tell_file_time(struct thread *one, uint64_t at)
{
  int64_t seconds;
  int32_t rest = 0;
  if (!get(one->id, at, &seconds, sizeof seconds) || !is_own(seconds)) return;
  seconds = standing >= 0 ? standing : seconds + shift;
  put(one->id, at, &seconds, sizeof seconds);
  if (standing >= 0) put(one->id, at + 8, &rest, sizeof rest);
}

/* A time on the real clock that a process wants to wait for. What it says is copied below its stack, past the red zone. */
static void translate_wait(struct thread *one, unsigned long long *argument)
{
  int64_t pair[2];
  uint64_t spare = (one->regs.rsp - 512) & ~15ull;
  if (!*argument || !get(one->id, *argument, pair, sizeof pair)) return;
  pair[0] -= shift;
  if (!put(one->id, spare, pair, sizeof pair)) return;
  *argument = spare;
  ptrace(PTRACE_SETREGS, one->id, 0, &one->regs);
}

static const char *names;
static int compare(const void *a, const void *b)
{
  return sorting * strcmp(names + *(const int *)a, names + *(const int *)b);
}

/* The entries of a piece of a listing in another order; cookies stay in their places. Source: getdents(2). */
static void sort_listing(struct thread *one, uint64_t at, long size, int name_offset)
{
  char *old, *new;
  int starts[8192], count = 0, done = 0, i;
  if (size <= 0 || size > 1 << 20) return;
  old = malloc(size), new = malloc(size);
  if (old && new && get(one->id, at, old, size)) {
    for (i = 0; i < size && count < 8192; i += *(uint16_t *)(old + i + 16)) starts[count++] = i + name_offset;
    if (i == size) {
      char *cookie = old;
      names = old;
      qsort(starts, count, sizeof *starts, compare);
      for (i = 0; i < count; i++) {
        char *entry = old + starts[i] - name_offset;
        int length = *(uint16_t *)(entry + 16);
        memcpy(new + done, entry, length);
        memcpy(new + done + 8, cookie + 8, 8);
        cookie += *(uint16_t *)(cookie + 16);
        done += length;
      }
      put(one->id, at, new, size);
    }
  }
  free(old), free(new);
}

static void tell_random(struct thread *one, uint64_t at, long size)
{
  unsigned char bytes[256];
  long i, done;
  for (done = 0; done < size; done += i) {
    for (i = 0; i < (long)sizeof bytes && done + i < size; i++) {
      unsigned long long x = ++one->drawn * 0x9e3779b97f4a7c15ull;
      bytes[i] = (x ^ x >> 29) >> 32;
    }
    put(one->id, at + done, bytes, i);
  }
}

static void begins(struct thread *one)
{
  ptrace(PTRACE_GETREGS, one->id, 0, &one->regs);
  one->inside = 1;
  if (!shift) return;
  if (one->regs.orig_rax == SYS_futex && one->regs.rsi & FUTEX_CLOCK_REALTIME) translate_wait(one, &one->regs.r10);
  if (one->regs.orig_rax == SYS_clock_nanosleep && one->regs.rdi == CLOCK_REALTIME && one->regs.rsi & TIMER_ABSTIME)
    translate_wait(one, &one->regs.rdx);
}

static void ends(struct thread *one)
{
  struct user_regs_struct now;
  struct user_regs_struct *was = &one->regs;
  long result;
  one->inside = 0;
  if (ptrace(PTRACE_GETREGS, one->id, 0, &now) || (result = (long)now.rax) < 0) return;
  switch (was->orig_rax) {
  case SYS_clock_gettime: {
    int real = was->rdi == CLOCK_REALTIME || was->rdi == CLOCK_REALTIME_COARSE || was->rdi == CLOCK_TAI;
    int runs = real || was->rdi == CLOCK_MONOTONIC || (was->rdi >= CLOCK_MONOTONIC_RAW && was->rdi <= CLOCK_BOOTTIME);
    if (runs) tell_time(one, was->rsi, 1000000000, real);
    break;
  }
  case SYS_gettimeofday: tell_time(one, was->rdi, 1000000, 1); break;
  case SYS_time: {
    int64_t seconds = standing >= 0 ? standing : result + shift;
    now.rax = seconds;
    ptrace(PTRACE_SETREGS, one->id, 0, &now);
    if (was->rdi) put(one->id, was->rdi, &seconds, sizeof seconds);
    break;
  }
  case SYS_stat:
  case SYS_lstat:
  case SYS_fstat:
  case SYS_newfstatat: {
    uint64_t at = was->orig_rax == SYS_newfstatat ? was->rdx : was->rsi;
    for (int field = 72; field <= 104; field += 16) tell_file_time(one, at + field);
    break;
  }
  case SYS_statx:
    for (int field = 0x40; field <= 0x70; field += 16) tell_file_time(one, was->r8 + field);
    break;
  case SYS_getdents64: sort_listing(one, was->rsi, result, 19); break;
  case SYS_getdents: sort_listing(one, was->rsi, result, 18); break;
  case SYS_getrandom: tell_random(one, was->rdi, result); break;
  case SYS_sysinfo: {
    uint32_t unit;
    uint64_t sizes[2];
    if (!get(one->id, was->rdi + 104, &unit, sizeof unit) || !unit) break;
    sizes[0] = memory / unit, sizes[1] = sizes[0] / 2;
    put(one->id, was->rdi + 32, sizes, sizeof sizes);
    break;
  }
  }
}

/* A new program: without the kernel's library, by which programs read clocks unseen. Source: the System V ABI for AMD64, 3.4. */
static void starts(struct thread *one)
{
  struct user_regs_struct regs;
  uint64_t at, word, zeros = 0;
  Elf64_auxv_t entry;
  one->inside = 0, one->asked = 0, one->drawn = 0;
  if (ptrace(PTRACE_GETREGS, one->id, 0, &regs) || regs.cs != 0x33) return;
  for (at = regs.rsp + 8; zeros < 2; at += 8) {
    if (!get(one->id, at, &word, 8)) return;
    if (!word) zeros++;
  }
  for (; get(one->id, at, &entry, sizeof entry) && entry.a_type != AT_NULL; at += sizeof entry) {
    if (moves_time() && entry.a_type == AT_SYSINFO_EHDR) {
      uint64_t ignore = AT_IGNORE;
      put(one->id, at, &ignore, 8);
    }
    if (same_random && entry.a_type == AT_RANDOM) {
      char gift[16] = "the same always";
      put(one->id, entry.a_un.a_val, gift, 16);
    }
  }
}

/* The cycle counter, when time stands still: the processor faults on rdtsc and rdtscp, and this does their work. Source: prctl(2). */
static int count_cycles(struct thread *one)
{
  struct user_regs_struct regs;
  unsigned char code[3] = { 0 };
  unsigned long long cycles;
  int is_tsc, is_tscp;
  if (standing < 0 || ptrace(PTRACE_GETREGS, one->id, 0, &regs) || !get(one->id, regs.rip, code, 2)) return 0;
  is_tsc = code[0] == 0x0f && code[1] == 0x31;
  is_tscp = code[0] == 0x0f && code[1] == 0x01 && get(one->id, regs.rip + 2, code + 2, 1) && code[2] == 0xf9;
  if (!is_tsc && !is_tscp) return 0;
  cycles = one->asked++ * 1000;
  regs.rax = cycles & 0xffffffff, regs.rdx = cycles >> 32;
  if (is_tscp) regs.rcx = 0;
  regs.rip += is_tsc ? 2 : 3;
  return !ptrace(PTRACE_SETREGS, one->id, 0, &regs);
}

/* Stops at the calls that are changed, and at no others. */
static void filter(void)
{
  static const int of_time[] = { SYS_clock_gettime, SYS_gettimeofday, SYS_time, SYS_stat, SYS_lstat, SYS_fstat, SYS_newfstatat, SYS_statx, SYS_futex, SYS_clock_nanosleep };
  struct sock_filter program[64], *p = program;
  int calls[32], count = 0, i;
  for (i = 0; moves_time() && i < (int)(sizeof of_time / sizeof *of_time); i++) calls[count++] = of_time[i];
  if (sorting) calls[count++] = SYS_getdents64, calls[count++] = SYS_getdents;
  if (same_random) calls[count++] = SYS_getrandom;
  if (memory) calls[count++] = SYS_sysinfo;
  *p++ = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch));
  *p++ = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 0, count + 1);
  *p++ = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
  for (i = 0; i < count; i++) *p++ = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, calls[i], count - i, 0);
  *p++ = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  *p++ = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE);
  struct sock_fprog whole = { p - program, program };
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &whole)) die("seccomp");
}

static void stopped(struct thread *one, int status)
{
  int signal = WSTOPSIG(status), event = status >> 16, request = PTRACE_CONT;
  long pass = 0;
  if (event == PTRACE_EVENT_SECCOMP) begins(one), request = PTRACE_SYSCALL;
  else if (event == PTRACE_EVENT_EXEC) starts(one);
  else if (event == PTRACE_EVENT_STOP) {
    if (signal != SIGTRAP) request = PTRACE_LISTEN;
  } else if (signal == (SIGTRAP | 0x80)) {
    if (one->inside) ends(one);
  } else if (!event) {
    pass = signal == SIGSEGV && count_cycles(one) ? 0 : signal;
    if (one->inside) request = PTRACE_SYSCALL;
  }
  ptrace(request, one->id, 0, pass);
}

int main(int count, char **words)
{
  int option, ready[2], status;
  pid_t first, id;
  char byte;
  long options = PTRACE_O_EXITKILL | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACEEXEC |
                 PTRACE_O_TRACESECCOMP | PTRACE_O_TRACESYSGOOD;
  began = time(0);
  while ((option = getopt(count, words, "+t:f:o:m:r")) != -1) switch (option) {
    case 't': shift = atoll(optarg) - began; break;
    case 'f': standing = atoll(optarg); break;
    case 'o': sorting = *optarg == 's' ? 1 : -1; break;
    case 'm': memory = strtoull(optarg, 0, 10); break;
    case 'r': same_random = 1; break;
    default: return 125;
    }
  if (optind >= count || pipe(ready)) return 125;
  first = fork();
  if (first < 0) die("fork");
  if (!first) {
    close(ready[1]);
    if (read(ready[0], &byte, 1) != 1) _exit(125);
    close(ready[0]);
    if (standing >= 0 && prctl(PR_SET_TSC, PR_TSC_SIGSEGV, 0, 0, 0)) die("PR_SET_TSC");
    filter();
    execvp(words[optind], words + optind);
    die(words[optind]);
  }
  close(ready[0]);
  if (ptrace(PTRACE_SEIZE, first, 0, options)) die("ptrace");
  /* What the command has open is its own: who waits for its end must not wait for this process. */
  for (int fd = 3; fd < 64; fd++)
    if (fd != ready[1]) close(fd);
  if (write(ready[1], "", 1) != 1) die("pipe");
  close(ready[1]);
  for (;;) {
    id = waitpid(-1, &status, __WALL);
    if (id < 0) {
      if (errno == EINTR) continue;
      return 125;
    }
    if (WIFSTOPPED(status)) stopped(find(id), status);
    else {
      forget(id);
      if (id == first) return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }
  }
}
