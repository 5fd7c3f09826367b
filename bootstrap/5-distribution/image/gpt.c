/*
 * The MBR and two GPTs, for sectors of 512 and of 4096 bytes: a firmware looks for the one of its disk, and the same bytes can be
 * written to either (UEFI specification, chapter 5).
 */
#include "image.h"
#include <stdio.h>
#include <string.h>

enum { CODE = 440, ENTRIES = 128, ENTRY = 128, TABLE = ENTRIES * ENTRY };
struct table { uint32_t sector; uint64_t header, entries, last_header, last_entries; }; /* bytes */

static const uint8_t ESP[16] = { 0x28, 0x73, 0x2a, 0xc1, 0x1f, 0xf8, 0xd2, 0x11, 0xba, 0x4b, 0x00, 0xa0, 0xc9, 0x3e, 0xc9, 0x3b };
static const uint8_t LINUX[16] = { 0xaf, 0x3d, 0xc6, 0x0f, 0x83, 0x84, 0x72, 0x47, 0x8e, 0x79, 0x3d, 0x69, 0xd8, 0x47, 0x7d, 0xe4 };

static uint32_t crc32(const uint8_t *data, size_t size)
{
	uint32_t crc = 0xffffffff;
	while (size--) {
		crc ^= *data++;
		for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return ~crc;
}

/* An identity of its own for each disk and partition: version 4's form, from the disk's id. */
static void identity(uint8_t *at, const struct layout *l, uint8_t number)
{
	memcpy(at, l->id, 16);
	memcpy(at + 10, "Zilch", 5);
	at[15] = number;
	at[7] = (at[7] & 15) | 0x40;
	at[8] = (at[8] & 63) | 0x80;
}

static void partition(uint8_t *entries, int number, const struct layout *l, const uint8_t *type, struct area a, uint32_t sector, const char *name)
{
	uint8_t *e = entries + (number - 1) * ENTRY;
	if (!a.blocks) return;
	memcpy(e, type, 16);
	identity(e + 16, l, (uint8_t)number);
	put64(e + 32, (uint64_t)a.block * BLOCK / sector);
	put64(e + 40, ((uint64_t)a.block + a.blocks) * BLOCK / sector - 1);
	for (int i = 0; name[i]; i++) e[56 + 2 * i] = (uint8_t)name[i];
}

static void header(int fd, const struct layout *l, const struct table *t, const uint8_t *entries, int last)
{
	uint8_t h[512] = { 0 };
	uint64_t here = last ? t->last_header : t->header, other = last ? t->header : t->last_header;
	memcpy(h, "EFI PART\0\0\1", 12);
	put32(h + 12, 92);
	put64(h + 24, here / t->sector);
	put64(h + 32, other / t->sector);
	put64(h + 40, (uint64_t)MIB_BLOCKS * BLOCK / t->sector);
	put64(h + 48, (uint64_t)(l->blocks - MIB_BLOCKS) * BLOCK / t->sector - 1);
	identity(h + 56, l, 0);
	put64(h + 72, (last ? t->last_entries : t->entries) / t->sector);
	put32(h + 80, ENTRIES);
	put32(h + 84, ENTRY);
	put32(h + 88, crc32(entries, TABLE));
	put32(h + 16, crc32(h, 92));
	write_at(fd, here, h, sizeof h);
	write_at(fd, last ? t->last_entries : t->entries, entries, TABLE);
}

void gpt_write(int fd, const struct layout *l, const uint8_t *loader)
{
	/* At the end, the two headers share a sector of 4096 bytes, which has room for both; the entries lie one behind the other. */
	uint64_t end = l->bytes / 512 * 512, end_of_large = l->bytes / 4096 * 4096;
	struct table tables[2] = {
		{ 512, 512, 32 * BLOCK, end - 512, end - 64 * 1024 },
		{ 4096, 4096, 40 * BLOCK, end_of_large - 4096, end_of_large - 44 * 1024 },
	};
	uint8_t mbr[512] = { 0 };
	memcpy(mbr, loader, CODE);
	put32(mbr + 440, 0x5a494c43 ^ get32(l->id));
	/* One entry that covers all, as the specification wants it; and one that is active and empty, for BIOSes that ask for such. */
	memcpy(mbr + 446, "\0\0\2\0\xee\xff\xff\xff", 8);
	put32(mbr + 446 + 8, 1);
	put32(mbr + 446 + 12, end / 512 - 1 > UINT32_MAX ? UINT32_MAX : (uint32_t)(end / 512 - 1));
	mbr[462] = 0x80;
	mbr[510] = 0x55;
	mbr[511] = 0xaa;
	write_at(fd, 0, mbr, sizeof mbr);

	for (int i = 0; i < 2; i++) {
		uint8_t entries[TABLE] = { 0 };
		uint32_t sector = tables[i].sector;
		partition(entries, 1, l, ESP, l->esp, sector, "zilch-boot");
		partition(entries, 2, l, LINUX, l->root[0], sector, "zilch-a");
		partition(entries, 3, l, LINUX, l->root[1], sector, "zilch-b");
		partition(entries, 4, l, LINUX, l->data, sector, "zilch-data");
		header(fd, l, &tables[i], entries, 1);
		header(fd, l, &tables[i], entries, 0);
	}
}
