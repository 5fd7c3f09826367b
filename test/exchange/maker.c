/* A builder for tests: does what its arguments say, in order, so that derivations need no shell.
   write FILE TEXT | make DIRECTORY | link TARGET FILE | program FILE TEXT | big FILE MEGABYTES | say TEXT | sleep SECONDS | copy FROM TO | install FROM TO | random FILE | fail STATUS */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void save(const char *file, const char *text, int mode) {
  int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC, mode);
  if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text)) { perror(file); exit(9); }
  close(fd);
}

static void copy(int from, const char *file, long limit) {
  static char buffer[1 << 16];
  int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  for (long count; limit != 0 && (count = read(from, buffer, limit > 0 && limit < (long)sizeof buffer ? limit : (long)sizeof buffer)) > 0; limit -= limit > 0 ? count : 0)
    if (write(fd, buffer, count) != count) exit(9);
  close(fd);
}

int main(int argc, char **argv) {
  for (int at = 1; at < argc; at++) {
    const char *verb = argv[at];
    if (!strcmp(verb, "write")) { save(argv[at + 1], argv[at + 2], 0644); at += 2; }
    else if (!strcmp(verb, "program")) { save(argv[at + 1], argv[at + 2], 0755); at += 2; }
    else if (!strcmp(verb, "make")) { if (mkdir(argv[++at], 0755)) return 9; }
    else if (!strcmp(verb, "link")) { if (symlink(argv[at + 1], argv[at + 2])) return 9; at += 2; }
    else if (!strcmp(verb, "say")) { printf("%s\n", argv[++at]); fflush(stdout); }
    else if (!strcmp(verb, "sleep")) { usleep(atof(argv[++at]) * 1e6); }
    else if (!strcmp(verb, "copy")) { int fd = open(argv[at + 1], O_RDONLY); if (fd < 0) return 9; copy(fd, argv[at + 2], -1); close(fd); at += 2; }
    else if (!strcmp(verb, "install")) { int fd = open(argv[at + 1], O_RDONLY); if (fd < 0) return 9; copy(fd, argv[at + 2], -1); close(fd); chmod(argv[at + 2], 0755); at += 2; }
    else if (!strcmp(verb, "random")) { copy(open("/dev/urandom", O_RDONLY), argv[++at], 64); }
    else if (!strcmp(verb, "fail")) return atoi(argv[++at]);
    else if (!strcmp(verb, "big")) {
      FILE *file = fopen(argv[at + 1], "w");
      unsigned long long state = 88172645463325252ULL;
      for (long left = atol(argv[at + 2]) << 17; left > 0; left--) { state ^= state << 13; state ^= state >> 7; state ^= state << 17; unsigned long long word = left % 4 ? state & 0xff : state; fwrite(&word, 8, 1, file); }
      fclose(file);
      at += 2;
    } else return 8;
  }
  return 0;
}
