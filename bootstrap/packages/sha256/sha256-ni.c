/* SHA-256 by the instructions that processors have for it, and the choice between them and plain C. */
#include "sha256-blocks.h"
#include <cpuid.h>
#include <immintrin.h>

int sha256_has_instructions(void) {
    unsigned a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_SSSE3) || !(c & bit_SSE4_1))
        return 0;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b >> 29 & 1);
}

/* Four rounds with the words `now`. The state lies in two vectors, ABEF and CDGH, as the instructions want it. */
#define ROUNDS(now, n)                                                                                             \
    sum = _mm_add_epi32(now, _mm_loadu_si128((const __m128i *)&sha256_constants[n]));                              \
    cdgh = _mm_sha256rnds2_epu32(cdgh, abef, sum);                                                                 \
    abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(sum, 0x0e));

/* The same, and in the place of `now` the four words that come sixteen later. */
#define ROUNDS_AND_SCHEDULE(now, next, after, last, n)                                                             \
    ROUNDS(now, n)                                                                                                 \
    now = _mm_add_epi32(_mm_sha256msg1_epu32(now, next), _mm_alignr_epi8(last, after, 4));                         \
    now = _mm_sha256msg2_epu32(now, last);

__attribute__((target("sha,sse4.1,ssse3"))) void sha256_blocks_ni(uint32_t state[8], const unsigned char *data, size_t blocks) {
    const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
    __m128i dcba = _mm_loadu_si128((const __m128i *)&state[0]);
    __m128i hgfe = _mm_loadu_si128((const __m128i *)&state[4]);
    __m128i cdab = _mm_shuffle_epi32(dcba, 0xb1), efgh = _mm_shuffle_epi32(hgfe, 0x1b);
    __m128i abef = _mm_alignr_epi8(cdab, efgh, 8), cdgh = _mm_blend_epi16(efgh, cdab, 0xf0);

    for (; blocks > 0; blocks--, data += 64) {
        const __m128i abef_before = abef, cdgh_before = cdgh;
        const __m128i *words = (const __m128i *)data;
        __m128i sum;
        __m128i w0 = _mm_shuffle_epi8(_mm_loadu_si128(words + 0), big_endian);
        __m128i w1 = _mm_shuffle_epi8(_mm_loadu_si128(words + 1), big_endian);
        __m128i w2 = _mm_shuffle_epi8(_mm_loadu_si128(words + 2), big_endian);
        __m128i w3 = _mm_shuffle_epi8(_mm_loadu_si128(words + 3), big_endian);
        for (int n = 0; n < 48; n += 16) {
            ROUNDS_AND_SCHEDULE(w0, w1, w2, w3, n)
            ROUNDS_AND_SCHEDULE(w1, w2, w3, w0, n + 4)
            ROUNDS_AND_SCHEDULE(w2, w3, w0, w1, n + 8)
            ROUNDS_AND_SCHEDULE(w3, w0, w1, w2, n + 12)
        }
        ROUNDS(w0, 48)
        ROUNDS(w1, 52)
        ROUNDS(w2, 56)
        ROUNDS(w3, 60)
        abef = _mm_add_epi32(abef, abef_before);
        cdgh = _mm_add_epi32(cdgh, cdgh_before);
    }

    const __m128i feba = _mm_shuffle_epi32(abef, 0x1b), dchg = _mm_shuffle_epi32(cdgh, 0xb1);
    _mm_storeu_si128((__m128i *)&state[0], _mm_blend_epi16(feba, dchg, 0xf0));
    _mm_storeu_si128((__m128i *)&state[4], _mm_alignr_epi8(dchg, feba, 8));
}

void sha256_blocks(uint32_t state[8], const unsigned char *data, size_t blocks) {
    /* Asked once. Threads that ask at the same time get the same answer. */
    static _Atomic int known;
    if (!known)
        known = sha256_has_instructions() ? 1 : 2;
    if (known == 1)
        sha256_blocks_ni(state, data, blocks);
    else
        sha256_blocks_portable(state, data, blocks);
}
