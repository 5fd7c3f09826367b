/* The checks that an .xz file can hold of what is in it, for unxz/xz_dec_stream.c, which knows CRC32 alone. */

struct xz_check_state {
	uint64_t crc64;
	sha256_ctx_t sha256;
	uint8_t right[32];
};

static int xz_check_is_known(int type)
{
	return type == XZ_CHECK_NONE || type == XZ_CHECK_CRC32 || type == XZ_CHECK_CRC64 || type == XZ_CHECK_SHA256;
}

static void xz_check_begin(struct xz_check_state *check)
{
	check->crc64 = ~(uint64_t)0;
	sha256_begin(&check->sha256);
}

static void xz_check_crc64(struct xz_check_state *check, const uint8_t *data, size_t length)
{
	static uint64_t table[256];
	uint64_t crc = check->crc64;
	unsigned i, bit;

	if (!table[1])
		for (i = 0; i < 256; i++) {
			uint64_t rest = i;
			for (bit = 0; bit < 8; bit++)
				rest = rest & 1 ? rest >> 1 ^ 0xC96C5795D7870F42ULL : rest >> 1;
			table[i] = rest;
		}
	for (; length; length--)
		crc = table[(*data++ ^ crc) & 0xff] ^ crc >> 8;
	check->crc64 = crc;
}

static void xz_check_add(struct xz_check_state *check, int type, const uint8_t *data, size_t length)
{
	if (type == XZ_CHECK_CRC64)
		xz_check_crc64(check, data, length);
	else if (type == XZ_CHECK_SHA256)
		sha256_hash(&check->sha256, data, length);
}

/* Leaves in check->right what the file has to say. */
static void xz_check_end(struct xz_check_state *check, int type)
{
	unsigned i;

	if (type == XZ_CHECK_CRC64)
		for (i = 0; i < 8; i++)
			check->right[i] = ~check->crc64 >> 8 * i;
	else if (type == XZ_CHECK_SHA256)
		sha256_end(&check->sha256, check->right);
}
