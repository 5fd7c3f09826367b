/* SHA-256 (FIPS 180-4), and hashes in base 16 and in Nix's base 32. */

struct sha256 { word state[8]; byte block[64]; size length; };

static const word round_constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2
};

static void sha256_begin(struct sha256 *hash)
{
    static const word start[8] = {
        0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19
    };
    memcpy(hash->state, start, sizeof start);
    hash->length = 0;
}

#define TURN(x, n) ((x) >> (n) | (x) << (32 - (n)))

static void sha256_block(word *state, const byte *block)
{
    word w[64], a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6], h = state[7];
    word one, two;
    int i;
    for (i = 0; i < 16; i++, block += 4)
        w[i] = (word)block[0] << 24 | block[1] << 16 | block[2] << 8 | block[3];
    for (; i < 64; i++) {
        one = w[i - 15], two = w[i - 2];
        w[i] = w[i - 16] + (TURN(one, 7) ^ TURN(one, 18) ^ one >> 3) + w[i - 7] + (TURN(two, 17) ^ TURN(two, 19) ^ two >> 10);
    }
    for (i = 0; i < 64; i++) {
        one = h + (TURN(e, 6) ^ TURN(e, 11) ^ TURN(e, 25)) + (g ^ (e & (f ^ g))) + round_constants[i] + w[i];
        two = (TURN(a, 2) ^ TURN(a, 13) ^ TURN(a, 22)) + ((a & b) | (c & (a | b)));
        h = g, g = f, f = e, e = d + one, d = c, c = b, b = a, a = one + two;
    }
    state[0] += a, state[1] += b, state[2] += c, state[3] += d, state[4] += e, state[5] += f, state[6] += g, state[7] += h;
}

static void sha256_add(struct sha256 *hash, const void *from, size length)
{
    const byte *at = from;
    size held = hash->length & 63, taken;
    hash->length += length;
    if (held) {
        taken = length < 64 - held ? length : 64 - held;
        memcpy(hash->block + held, at, taken);
        if (held + taken < 64)
            return;
        sha256_block(hash->state, hash->block);
        at += taken;
        length -= taken;
    }
    for (; length >= 64; at += 64, length -= 64)
        sha256_block(hash->state, at);
    memcpy(hash->block, at, length);
}

static void sha256_end(struct sha256 *hash, byte *digest)
{
    static const byte padding[64] = { 0x80 };
    size bits = hash->length * 8;
    byte length[8];
    int i;
    for (i = 0; i < 8; i++)
        length[i] = bits >> (56 - 8 * i);
    sha256_add(hash, padding, 1 + (119 - hash->length % 64) % 64);
    sha256_add(hash, length, 8);
    for (i = 0; i < 32; i++)
        digest[i] = hash->state[i / 4] >> (24 - i % 4 * 8);
}

static void sha256_of(const char *text, byte *digest)
{
    struct sha256 hash;
    sha256_begin(&hash);
    sha256_add(&hash, text, strlen(text));
    sha256_end(&hash, digest);
}

static char *base16(const byte *at, int length)
{
    char *text = allocate(length * 2 + 1);
    int i;
    for (i = 0; i < length * 2; i++)
        text[i] = "0123456789abcdef"[at[i / 2] >> (i % 2 ? 0 : 4) & 15];
    return text;
}

/* Without e, o, t and u; the first character has the highest bits of the last byte. */
static const char base32_digits[] = "0123456789abcdfghijklmnpqrsvwxyz";

static char *base32(const byte *at, int length)
{
    int count = (length * 8 + 4) / 5, i;
    char *text = allocate(count + 1);
    for (i = 0; i < count; i++) {
        int bit = (count - 1 - i) * 5, from = bit / 8;
        word two = at[from] | (from + 1 < length ? at[from + 1] << 8 : 0);
        text[i] = base32_digits[two >> bit % 8 & 31];
    }
    return text;
}
