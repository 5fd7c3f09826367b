/*
 * SHA-256 (FIPS 180-4). Nix hashes all that it builds and copies, and the libraries it has here do that in plain C, a sixth as
 * fast as a processor does that has instructions for it. Which one runs is decided when the first block is hashed.
 */
#include "sha256.h"

#include <string.h>

static const uint32_t K[64] = {
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t rotate(uint32_t x, int n) { return x >> n | x << (32 - n); }

static void hash_portably(uint32_t state[8], const unsigned char *data, size_t blocks)
{
  for (; blocks > 0; blocks--, data += 64) {
    uint32_t w[64], s[8];
    for (int i = 0; i < 16; i++)
      w[i] = (uint32_t)data[4 * i] << 24 | (uint32_t)data[4 * i + 1] << 16 | (uint32_t)data[4 * i + 2] << 8 | data[4 * i + 3];
    for (int i = 16; i < 64; i++) {
      uint32_t a = w[i - 15], b = w[i - 2];
      w[i] = w[i - 16] + w[i - 7] + (rotate(a, 7) ^ rotate(a, 18) ^ a >> 3) + (rotate(b, 17) ^ rotate(b, 19) ^ b >> 10);
    }
    memcpy(s, state, sizeof s);
    for (int i = 0; i < 64; i++) {
      uint32_t a = s[0], b = s[1], c = s[2], e = s[4];
      uint32_t one = s[7] + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + ((e & s[5]) ^ (~e & s[6])) + K[i] + w[i];
      uint32_t two = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
      memmove(s + 1, s, 7 * sizeof *s);
      s[4] += one;
      s[0] = one + two;
    }
    for (int i = 0; i < 8; i++)
      state[i] += s[i];
  }
}

#ifdef __x86_64__
#include <cpuid.h>
#include <immintrin.h>

__attribute__((target("sha,sse4.1")))
static void hash_by_processor(uint32_t state[8], const unsigned char *data, size_t blocks)
{
  const __m128i big_endian = _mm_set_epi8(12, 13, 14, 15, 8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3);
  /* The instructions want the state as a b e f and c d g h, the first in the highest place. */
  __m128i badc = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)state), 0xb1);
  __m128i efgh = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)(state + 4)), 0x1b);
  __m128i abef = _mm_alignr_epi8(badc, efgh, 8), cdgh = _mm_blend_epi16(efgh, badc, 0xf0);
  for (; blocks > 0; blocks--, data += 64) {
    __m128i w[4], before_abef = abef, before_cdgh = cdgh;
#pragma clang loop unroll(full)
    for (int i = 0; i < 16; i++) {
      __m128i *this = &w[i % 4], last = w[(i + 3) % 4];
      if (i < 4)
        *this = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)data + i), big_endian);
      else
        *this = _mm_sha256msg2_epu32(
          _mm_add_epi32(_mm_sha256msg1_epu32(*this, w[(i + 1) % 4]), _mm_alignr_epi8(last, w[(i + 2) % 4], 4)), last);
      __m128i sum = _mm_add_epi32(*this, _mm_loadu_si128((const __m128i *)(K + 4 * i)));
      cdgh = _mm_sha256rnds2_epu32(cdgh, abef, sum);
      abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(sum, 0x0e));
    }
    abef = _mm_add_epi32(abef, before_abef);
    cdgh = _mm_add_epi32(cdgh, before_cdgh);
  }
  __m128i feba = _mm_shuffle_epi32(abef, 0x1b), dchg = _mm_shuffle_epi32(cdgh, 0xb1);
  _mm_storeu_si128((__m128i *)state, _mm_blend_epi16(feba, dchg, 0xf0));
  _mm_storeu_si128((__m128i *)(state + 4), _mm_alignr_epi8(dchg, feba, 8));
}

static int has_instructions(void)
{
  unsigned a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_SSE4_1) || !(c & bit_SSSE3))
    return 0;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & bit_SHA);
}
#else
#define hash_by_processor hash_portably
static int has_instructions(void) { return 0; }
#endif

/* Whoever asks first finds out; if two do at once, they find the same. */
static int known; /* 0: not yet, 1: no, 2: yes */

int sha256_by_processor(void)
{
  if (__atomic_load_n(&known, __ATOMIC_RELAXED) == 0)
    __atomic_store_n(&known, 1 + has_instructions(), __ATOMIC_RELAXED);
  return __atomic_load_n(&known, __ATOMIC_RELAXED) == 2;
}

void sha256_portable_only(void) { __atomic_store_n(&known, 1, __ATOMIC_RELAXED); }

static void hash(struct sha256 *h, const unsigned char *data, size_t blocks)
{
  (sha256_by_processor() ? hash_by_processor : hash_portably)(h->state, data, blocks);
}

void sha256_start(struct sha256 *h)
{
  static const uint32_t first[8] = {
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
  };
  memcpy(h->state, first, sizeof first);
  h->size = 0;
}

void sha256_update(struct sha256 *h, const void *data, size_t size)
{
  const unsigned char *from = data;
  size_t waiting = h->size % 64;
  if (size == 0)
    return;
  h->size += size;
  if (waiting > 0) {
    size_t missing = 64 - waiting, taken = size < missing ? size : missing;
    memcpy(h->block + waiting, from, taken);
    if (taken < missing)
      return;
    hash(h, h->block, 1);
    from += taken;
    size -= taken;
  }
  hash(h, from, size / 64);
  memcpy(h->block, from + size / 64 * 64, size % 64);
}

void sha256_finish(struct sha256 *h, unsigned char digest[32])
{
  uint64_t bits = h->size * 8;
  size_t waiting = h->size % 64;
  unsigned char end[72] = { 0x80 };
  size_t zeros = (waiting < 56 ? 56 : 120) - waiting;
  for (int i = 0; i < 8; i++)
    end[zeros + i] = bits >> (56 - 8 * i);
  sha256_update(h, end, zeros + 8);
  for (int i = 0; i < 32; i++)
    digest[i] = h->state[i / 4] >> (24 - 8 * (i % 4));
}
