/* Reads standard input and prints its SHA-256, both ways, in pieces of many sizes. */
#include "sha256.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void digest(const unsigned char *data, size_t size, size_t piece, char hex[65])
{
  struct sha256 h;
  unsigned char raw[32];
  sha256_start(&h);
  for (size_t at = 0; at < size; at += piece)
    sha256_update(&h, data + at, size - at < piece ? size - at : piece);
  sha256_finish(&h, raw);
  for (int i = 0; i < 32; i++)
    sprintf(hex + 2 * i, "%02x", raw[i]);
}

int main(void)
{
  static unsigned char data[1 << 20];
  static const size_t pieces[] = { 1, 3, 55, 56, 63, 64, 65, 119, 128, 4096, sizeof data };
  size_t size = fread(data, 1, sizeof data, stdin);
  char first[65] = "", hex[65];
  for (int portable = 0; portable < 2; portable++) {
    if (portable)
      sha256_portable_only();
    else
      fprintf(stderr, "%s\n", sha256_by_processor() ? "by the processor's instructions" : "portably");
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
      digest(data, size, pieces[i], hex);
      if (!*first)
        strcpy(first, hex);
      if (strcmp(first, hex) != 0) {
        fprintf(stderr, "%s is not %s, in pieces of %zu\n", hex, first, pieces[i]);
        return 1;
      }
    }
  }
  puts(first);
}
