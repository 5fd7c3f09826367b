/*
 * bzip2, from memory to memory: all streams of a file, each with its checks, and zeros behind the last as with gzip. There
 * is no RFC: this follows the file format that bzip2 1.0 writes. In the order of decoding: prefix codes in groups of 50 symbols, move-to-front with runs of its front, the inverse Burrows-Wheeler
 * transform, and runs of four bytes or more.
 */

enum { BLOCK_UNIT = 100000, GROUP = 50, LONGEST_CODE = 20, QUICK = 10 };

static word bzip2_checksum(const byte *at, const byte *end)
{
    static word table[256];
    word sum = ~0u, i, bit;
    if (!table[1])
        for (i = 0; i < 256; i++) {
            word rest = i << 24;
            for (bit = 0; bit < 8; bit++)
                rest = rest >> 31 ? rest << 1 ^ 0x04c11db7 : rest << 1;
            table[i] = rest;
        }
    while (at < end)
        sum = table[sum >> 24 ^ *at++] ^ sum << 8;
    return ~sum;
}

/* The input, high bit first: the next bit is the highest of `bits`, of which `have` are true. */
static struct { const byte *in, *end; wide bits; int have; } bz;

static void bz_refill(void)
{
    while (bz.have <= 56) {
        bz.bits |= (wide)*bz.in++ << (56 - bz.have);
        bz.have += 8;
    }
    if (bz.in > bz.end + 8)
        die("bzip2: truncated");
}

static word bz_take(int n)
{
    word value;
    bz_refill();
    value = bz.bits >> 32 >> (32 - n);
    bz.bits <<= n;
    bz.have -= n;
    return value;
}

/*
 * A prefix code. Codes of a length are consecutive numbers, and symbols in order: a code of `length` bits, as the top
 * bits of a 20-bit number, is below limit[length], and by subtracting base[length] becomes an index to symbol[].
 * Codes of up to QUICK bits, almost all there are, come from a table: symbol << 5 | length.
 */
struct bz_code { word limit[LONGEST_CODE + 1], base[LONGEST_CODE + 1]; half symbol[258]; half quick[1 << QUICK]; };

static void bz_read_code(struct bz_code *code, const byte *lengths, int symbols)
{
    word next = 0, index = 0, length, i;
    memset(code->quick, 0, sizeof code->quick);
    for (length = 1; length <= LONGEST_CODE; length++) {
        next <<= 1;
        code->base[length] = next - index;
        for (i = 0; i < symbols; i++)
            if (lengths[i] == length) {
                if (next >> length)
                    die("bzip2: impossible code lengths");
                if (length <= QUICK) {
                    half *entry = code->quick + (next << (QUICK - length)), *stop = entry + (1 << (QUICK - length));
                    while (entry < stop)
                        *entry++ = i << 5 | length;
                }
                code->symbol[index++] = i;
                next++;
            }
        code->limit[length] = next << (LONGEST_CODE - length);
    }
}

static word bz_slow_symbol(const struct bz_code *code)
{
    word next = bz.bits >> (64 - LONGEST_CODE), length;
    for (length = QUICK + 1; length <= LONGEST_CODE; length++)
        if (next < code->limit[length]) {
            bz.bits <<= length;
            bz.have -= length;
            return code->symbol[(next >> (LONGEST_CODE - length)) - code->base[length]];
        }
    die("bzip2: bad code");
    return 0;
}

/* Reads a block's prefix codes and move-to-front data into the low bytes of `transform`; returns how many there are. */
static word bz_read_block(word *transform, word most)
{
    static struct bz_code codes[6];
    static byte selectors[32768];
    const struct bz_code *code;
    byte front[256], lengths[258], order[6];
    word used, i, j, symbols, count, group = 0, left = 0, filled = 0, run = 0, run_unit = 1, end_of_block;

    used = bz_take(16);
    for (symbols = i = 0; i < 16; i++)
        if (used >> (15 - i) & 1) {
            word sixteen = bz_take(16);
            for (j = 0; j < 16; j++)
                if (sixteen >> (15 - j) & 1)
                    front[symbols++] = i << 4 | j;
        }
    end_of_block = symbols + 1;
    symbols += 2;

    used = bz_take(3);
    count = bz_take(15);
    if (used < 2 || used > 6 || !count || symbols < 3)
        die("bzip2: bad block");
    for (i = 0; i < 6; i++)
        order[i] = i;
    for (i = 0; i < count; i++) {
        byte chosen;
        for (j = 0; bz_take(1); )
            if (++j >= used)
                die("bzip2: bad selector");
        for (chosen = order[j]; j > 0; j--)
            order[j] = order[j - 1];
        selectors[i] = order[0] = chosen;
    }
    for (j = 0; j < used; j++) {
        word length = bz_take(5);
        for (i = 0; i < symbols; i++) {
            while (length && length <= LONGEST_CODE && bz_take(1))
                length += bz_take(1) ? -1 : 1;
            if (!length || length > LONGEST_CODE)
                die("bzip2: bad code length");
            lengths[i] = length;
        }
        bz_read_code(codes + j, lengths, symbols);
    }

    for (;;) {
        word symbol;
        if (!left) {
            if (group == count)
                die("bzip2: block without an end");
            code = codes + selectors[group++];
            left = GROUP;
        }
        left--;
        if (bz.have < LONGEST_CODE)
            bz_refill();
        symbol = code->quick[bz.bits >> (64 - QUICK)];
        if (symbol) {
            bz.bits <<= symbol & 31;
            bz.have -= symbol & 31;
            symbol >>= 5;
        } else
            symbol = bz_slow_symbol(code);

        if (symbol <= 1) {                     /* digits 1 and 2 of the run's length, in base 2, lowest first */
            run += run_unit << symbol;
            run_unit <<= 1;
            if (run > most)
                die("bzip2: run too long");
            continue;
        }
        if (run) {
            if (run > most - filled)
                die("bzip2: block too long");
            for (i = front[0]; run; run--)
                transform[filled++] = i;
            run_unit = 1;
        }
        if (symbol == end_of_block)
            return filled;
        if (filled == most)
            die("bzip2: block too long");
        byte *at = front + symbol - 1, value = *at;
        for (; at > front; at--)
            *at = at[-1];
        *at = value;
        transform[filled++] = value;
    }
}

/* Undoes the Burrows-Wheeler transform and the first run-length coding; returns the end of the output. */
static byte *bz_write_block(word *transform, word count, word origin, byte *out)
{
    word start[256], sum = 0, i, position;
    int previous = -1, equal = 0;

    if (origin >= count)
        die("bzip2: bad origin");
    memset(start, 0, sizeof start);
    for (i = 0; i < count; i++)
        start[transform[i]]++;
    for (i = 0; i < 256; i++) {
        word n = start[i];
        start[i] = sum;
        sum += n;
    }
    for (i = 0; i < count; i++)
        transform[start[transform[i] & 255]++] |= i << 8;

    for (position = transform[origin] >> 8; count; count--) {
        int value;
        position = transform[position];
        value = position & 255;
        position >>= 8;
        if (equal == 4) {
            memset(out, previous, value);
            out += value;
            equal = 0;
            previous = -1;
            continue;
        }
        *out++ = value;
        if (value != previous)
            equal = 0;
        equal++;
        previous = value;
    }
    return out;
}

/* Unpacks a stream from bz.in to `out`; returns the end of the output and moves bz.in behind the stream. */
static byte *bz_stream(byte *out, const byte *limit)
{
    static word *transform;
    word unit, all = 0;

    if (bz.end - bz.in < 14 || !same_bytes(bz.in, "BZh", 3) || bz.in[3] < '1' || bz.in[3] > '9')
        die("bzip2: not a bzip2 file, or garbage behind one");
    unit = bz.in[3] - '0';
    bz.in += 4;
    bz.bits = bz.have = 0;
    if (!transform)
        transform = map_pages(9 * BLOCK_UNIT * sizeof *transform);

    for (;;) {
        word high = bz_take(24), low = bz_take(24), checksum = bz_take(32), count, origin;
        if (high == 0x177245 && low == 0x385090) {             /* the end: the square root of pi */
            if (checksum != all)
                die("bzip2: wrong checksum");
            bz.in -= bz.have >> 3;
            if (bz.in > bz.end)
                die("bzip2: truncated");
            return out;
        }
        if (high != 0x314159 || low != 0x265359)               /* a block: pi */
            die("bzip2: no block where one should be");
        if (bz_take(1))
            die("bzip2: randomised blocks went out of use with bzip2 0.9.5");
        if (out > limit)
            die("bzip2: too much data");
        origin = bz_take(24);
        count = bz_read_block(transform, unit * BLOCK_UNIT);
        byte *block = out;
        out = bz_write_block(transform, count, origin, out);
        if (bzip2_checksum(block, out) != checksum)
            die("bzip2: wrong checksum of a block");
        all = (all << 1 | all >> 31) ^ checksum;
    }
}

static struct bytes bunzip2(struct bytes packed)
{
    enum { LARGEST_BLOCK = 64 * 9 * BLOCK_UNIT };              /* five bytes become at most 259 */
    byte *start = map_pages(MOST_UNPACKED), *out = start;

    bz.in = packed.at;
    bz.end = packed.at + packed.length;
    do
        out = bz_stream(out, start + MOST_UNPACKED - LARGEST_BLOCK);
    while (bz.in < bz.end && *bz.in);
    need_zeros("bzip2", bz.in, bz.end);
    return (struct bytes){ start, out - start };
}
