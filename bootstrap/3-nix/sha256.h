/* SHA-256 (FIPS 180-4), by the processor's own instructions where it has them. */
#pragma once
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct sha256 {
  uint32_t state[8];
  uint64_t size; /* in bytes, so far */
  unsigned char block[64]; /* its first size % 64 bytes are still to be hashed */
};

void sha256_start(struct sha256 *);
void sha256_update(struct sha256 *, const void *data, size_t size);
void sha256_finish(struct sha256 *, unsigned char digest[32]);

/* Whether the processor's instructions are used; a test may ask for the portable way. */
int sha256_by_processor(void);
void sha256_portable_only(void);

#ifdef __cplusplus
}
#endif
