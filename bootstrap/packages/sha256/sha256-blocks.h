/* SHA-256's compression: `blocks` pieces of 64 bytes go into a state of eight words. */
#ifndef SHA256_BLOCKS_H
#define SHA256_BLOCKS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* By the processor's own instructions where it has them. */
void sha256_blocks(uint32_t state[8], const unsigned char *data, size_t blocks);

/* The two ways, for those who compare them. The first is only for processors of which `sha256_has_instructions` is true. */
int sha256_has_instructions(void);
void sha256_blocks_ni(uint32_t state[8], const unsigned char *data, size_t blocks);
void sha256_blocks_portable(uint32_t state[8], const unsigned char *data, size_t blocks);

extern const uint32_t sha256_constants[64];

#ifdef __cplusplus
}
#endif
#endif
