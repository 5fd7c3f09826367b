/* Known answers of SHA-256, by each way there is; and that both ways agree about many lengths. */
#include <sha256-blocks.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef void compress(uint32_t state[8], const unsigned char *data, size_t blocks);

/* The whole of SHA-256: `times` times the text, padded, in one call. */
static const char *hash_by(compress *blocks, const char *text, size_t times) {
    static char hex[65];
    const size_t length = strlen(text) * times, whole = (length + 9 + 63) / 64;
    uint32_t state[8] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 };
    unsigned char *data = (unsigned char *)calloc(whole + 1, 64) + 1; /* not aligned */
    for (size_t i = 0; i < length; i++)
        data[i] = text[i % strlen(text)];
    data[length] = 0x80;
    for (int i = 0; i < 8; i++)
        data[whole * 64 - 1 - i] = (unsigned char)((unsigned long long)length * 8 >> 8 * i);
    blocks(state, data, whole);
    free(data - 1);
    for (int i = 0; i < 8; i++)
        sprintf(hex + 8 * i, "%08x", state[i]);
    return hex;
}

static void expect(const char *how, const char *got, const char *wanted) {
    if (strcmp(got, wanted) == 0)
        return;
    printf("%s: %s, not %s\n", how, got, wanted);
    exit(1);
}

static void known_answers(const char *how, compress *blocks) {
    expect(how, hash_by(blocks, "abc", 0), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    expect(how, hash_by(blocks, "abc", 1), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    expect(how, hash_by(blocks, "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1),
           "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    expect(how, hash_by(blocks, "a", 1000000), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    printf("%s: right\n", how);
}

int main(void) {
    known_answers("plain C", sha256_blocks_portable);
    known_answers("as chosen", sha256_blocks);
    if (!sha256_has_instructions()) {
        puts("the processor has no instructions for SHA-256, so they were not tried");
        return 0;
    }
    known_answers("instructions", sha256_blocks_ni);
    for (size_t times = 0; times < 300; times++) {
        char wanted[65];
        strcpy(wanted, hash_by(sha256_blocks_portable, "zilch\xff", times));
        expect("many lengths", hash_by(sha256_blocks_ni, "zilch\xff", times), wanted);
    }
    return 0;
}
