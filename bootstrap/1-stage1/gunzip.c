/*
 * gzip (RFC 1952) around deflate (RFC 1951), from memory to memory: all members of a file, each with its checks. Behind the
 * last one zeros may follow, as tapes and disks add them; anything else is a damaged file.
 *
 * Made for a compiler that does not optimise: one table look-up a code, bits refilled a word at a time.
 */

typedef unsigned short half;
typedef unsigned int word;
typedef unsigned long long wide;

/* Unpacked data goes into pages of this many bytes, of which only those that get used come to exist. */
enum { MOST_UNPACKED = 1 << 28 };

/* Of what is not repeated, a bit becomes at most a byte: with this room, only repetitions need to ask whether there is any left. */
static void *map_room(struct bytes packed) { return map_pages(MOST_UNPACKED + 8 * packed.length); }

/* Checksums of both formats use one polynomial: gzip takes the low bit first, bzip2 the high one. */
static word gzip_checksum(const byte *at, const byte *end)
{
    static word table[256];
    word sum = ~0u, i, bit;
    if (!table[1])
        for (i = 0; i < 256; i++) {
            word rest = i;
            for (bit = 0; bit < 8; bit++)
                rest = rest & 1 ? rest >> 1 ^ 0xedb88320 : rest >> 1;
            table[i] = rest;
        }
    while (at < end)
        sum = table[(sum ^ *at++) & 255] ^ sum >> 8;
    return ~sum;
}

/* A prefix code as a table over its next `longest` bits: symbol << 4 | length of its code; 0 where no code is. */
struct deflate_code { word mask; half entry[1 << 15]; };

static void read_code(struct deflate_code *code, const byte *lengths, int symbols)
{
    word count[16], next[16], start = 0;
    int length, longest = 1, symbol;
    memset(count, 0, sizeof count);
    for (symbol = 0; symbol < symbols; symbol++)
        count[lengths[symbol]]++;
    count[0] = 0;
    for (length = 1; length < 16; length++) {
        start = (start + count[length - 1]) << 1;
        next[length] = start;
        if (count[length])
            longest = length;
        if (start + count[length] > 1u << length)
            die("gzip: impossible code lengths");
    }
    code->mask = (1 << longest) - 1;
    memset(code->entry, 0, sizeof(half) << longest);
    for (symbol = 0; symbol < symbols; symbol++) {
        word bits, reversed = 0, i;
        length = lengths[symbol];
        if (!length)
            continue;
        for (bits = next[length]++, i = 0; i < length; i++, bits >>= 1)
            reversed = reversed << 1 | bits & 1;
        for (i = reversed; i <= code->mask; i += 1 << length)
            code->entry[i] = symbol << 4 | length;
    }
}

/* After REFILL at least 56 bits are there: enough for a length code, a distance code and the extra bits of both. */
#define REFILL() \
    do { \
        if (in > end + 8) \
            die("gzip: truncated"); \
        bits |= *(const wide *)in << have; \
        in += (63 - have) >> 3; \
        have |= 56; \
    } while (0)
#define TAKE(n)  (taken = bits & ((1u << (n)) - 1), bits >>= (n), have -= (n), taken)

/* Inflates from *from to start; returns the end of the output and moves *from behind the compressed data. */
static byte *inflate(const byte **from, const byte *end, byte *const start, const byte *limit)
{
    static const byte length_extra[29] = { 0,0,0,0,0,0,0,0,1,1,1,1,2,2,2,2,3,3,3,3,4,4,4,4,5,5,5,5,0 };
    static const half length_base[29] = { 3,4,5,6,7,8,9,10,11,13,15,17,19,23,27,31,35,43,51,59,67,83,99,115,131,163,195,
                                          227,258 };
    static const byte distance_extra[30] = { 0,0,0,0,1,1,2,2,3,3,4,4,5,5,6,6,7,7,8,8,9,9,10,10,11,11,12,12,13,13 };
    static const half distance_base[30] = { 1,2,3,4,5,7,9,13,17,25,33,49,65,97,129,193,257,385,513,769,1025,1537,2049,
                                            3073,4097,6145,8193,12289,16385,24577 };
    static const byte order[19] = { 16,17,18,0,8,7,9,6,10,5,11,4,12,3,13,2,14,1,15 };
    static struct deflate_code literals, distances;
    const byte *in = *from;
    byte *out = start;
    wide bits = 0;
    word have = 0, taken, entry, last;
    byte lengths[320];
    int i, repeat;

    do {
        REFILL();
        last = TAKE(1);
        switch (TAKE(2)) {
        case 0:
            TAKE(have & 7);
            in -= have >> 3;                   /* back to the byte behind the three bits and their padding */
            bits = have = 0;
            entry = in[0] | in[1] << 8;
            if ((entry ^ (in[2] | in[3] << 8)) != 0xffff || in + 4 + entry > end)
                die("gzip: bad stored block");
            memcpy(out, in + 4, entry);
            out += entry;
            in += 4 + entry;
            continue;
        case 1:
            memset(lengths, 8, 144);
            memset(lengths + 144, 9, 112);
            memset(lengths + 256, 7, 24);
            memset(lengths + 280, 8, 8);
            read_code(&literals, lengths, 288);
            memset(lengths, 5, 30);
            read_code(&distances, lengths, 30);
            break;
        case 2: {
            int literal_count = TAKE(5) + 257, distance_count = TAKE(5) + 1, length_count = TAKE(4) + 4;
            memset(lengths, 0, 19);
            for (i = 0; i < length_count; i++) {
                REFILL();
                lengths[order[i]] = TAKE(3);
            }
            read_code(&literals, lengths, 19);
            for (i = 0; i < literal_count + distance_count; ) {
                byte value = 0;
                REFILL();
                entry = literals.entry[bits & literals.mask];
                if (!entry)
                    die("gzip: bad code");
                TAKE(entry & 15);
                entry >>= 4;
                if (entry < 16) {
                    lengths[i++] = entry;
                    continue;
                }
                if (entry == 16) {
                    if (!i)
                        die("gzip: nothing to repeat");
                    value = lengths[i - 1];
                    repeat = TAKE(2) + 3;
                } else if (entry == 17)
                    repeat = TAKE(3) + 3;
                else
                    repeat = TAKE(7) + 11;
                if (i + repeat > literal_count + distance_count)
                    die("gzip: too many code lengths");
                while (repeat--)
                    lengths[i++] = value;
            }
            read_code(&distances, lengths + literal_count, distance_count);
            read_code(&literals, lengths, literal_count);
            break;
        }
        default:
            die("gzip: bad block type");
        }

        for (;;) {
            REFILL();
            entry = literals.entry[bits & literals.mask];
            bits >>= entry & 15;
            have -= entry & 15;
            if (entry < 256 << 4 && entry) {
                *out++ = entry >> 4;
                continue;
            }
            entry >>= 4;
            if (entry == 256)
                break;
            if (entry < 257 || entry > 285)
                die("gzip: bad code");
            if (out > limit)
                die("gzip: too much data");
            entry -= 257;
            int length = length_base[entry] + TAKE(length_extra[entry]);
            entry = distances.entry[bits & distances.mask];
            TAKE(entry & 15);
            if (!entry || (entry >>= 4) > 29)
                die("gzip: bad distance");
            const byte *copy = out - distance_base[entry] - TAKE(distance_extra[entry]);
            if (copy < start)
                die("gzip: distance before the start");
            do
                *out++ = *copy++;
            while (--length);
        }
    } while (!last);
    *from = in - (have >> 3);
    return out;
}

/* Returns what follows the header of a member. */
static const byte *skip_gzip_header(const byte *in, const byte *end)
{
    enum { HAS_CHECKSUM = 2, HAS_EXTRA = 4, HAS_NAME = 8, HAS_COMMENT = 16, RESERVED = 0xe0 };
    const byte *start = in;
    int flags;

    if (end - in < 18 || in[0] != 0x1f || in[1] != 0x8b || in[2] != 8)
        die("gzip: not a gzip file, or garbage behind one");
    flags = in[3];
    if (flags & RESERVED)
        die("gzip: flags that mean nothing yet");
    in += 10;
    if (flags & HAS_EXTRA)
        in += 2 + (in[0] | in[1] << 8);
    if (flags & HAS_NAME)
        while (in < end && *in++)
            ;
    if (flags & HAS_COMMENT)
        while (in < end && *in++)
            ;
    if (end - in < 2)
        die("gzip: truncated");
    if (flags & HAS_CHECKSUM) {
        if ((in[0] | in[1] << 8) != (gzip_checksum(start, in) & 0xffff))
            die("gzip: wrong checksum of a header");
        in += 2;
    }
    return in;
}

static struct bytes gunzip(struct bytes packed)
{
    const byte *in = packed.at, *end = packed.at + packed.length;
    byte *start = map_room(packed), *out = start, *member;

    do {
        in = skip_gzip_header(in, end);
        member = out;
        out = inflate(&in, end, member, start + MOST_UNPACKED - 512);
        if (end - in < 8)
            die("gzip: truncated");
        if (((const word *)in)[0] != gzip_checksum(member, out) || ((const word *)in)[1] != (word)(out - member))
            die("gzip: wrong checksum or length");
        in += 8;
    } while (in < end && *in);
    need_zeros("gzip", in, end);
    return (struct bytes){ start, out - start };
}
