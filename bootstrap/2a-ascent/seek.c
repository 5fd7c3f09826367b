/* seek STRING... -- FILE...: prints the names of the files that hold one of the strings. Compilers of 2004 compile it, too. */

#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static void give_up (const char *file)
{
  perror (file);
  exit (1);
}

static int holds_one (const char *bytes, size_t size, char **strings, char **end)
{
  for (; strings < end; strings++)
    if (memmem (bytes, size, *strings, strlen (*strings))) return 1;
  return 0;
}

int main (int argc, char **argv)
{
  char **end = argv + 1, **file;
  while (*end && strcmp (*end, "--")) end++;
  if (!*end) return 2;
  for (file = end + 1; *file; file++)
    {
      int fd = open (*file, O_RDONLY);
      struct stat status;
      if (fd < 0 || fstat (fd, &status)) give_up (*file);
      if (status.st_size > 0)
        {
          char *bytes = mmap (NULL, status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
          if (bytes == MAP_FAILED) give_up (*file);
          if (holds_one (bytes, status.st_size, argv + 1, end)) puts (*file);
          munmap (bytes, status.st_size);
        }
      close (fd);
    }
  return 0;
}
