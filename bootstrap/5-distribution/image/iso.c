/* ISO 9660 (ECMA-119) with an El Torito boot catalogue: for a BIOS the loader, for UEFI the FAT partition. */
#include "image.h"
#include <string.h>

enum { CATALOGUE = 19, PATHS_LITTLE = 20, PATHS_BIG = 21, ROOT = 22 };

static void both16(uint8_t *at, uint16_t v) { put16(at, v); at[2] = v >> 8; at[3] = v & 255; }
static void both32(uint8_t *at, uint32_t v) { put32(at, v); at[4] = v >> 24; at[5] = v >> 16 & 255; at[6] = v >> 8 & 255; at[7] = v & 255; }
static void padded(uint8_t *at, const char *text, size_t room)
{
	size_t length = strlen(text);
	memset(at, ' ', room);
	memcpy(at, text, length < room ? length : room);
}

static uint8_t *record(uint8_t *at, const char *name, uint8_t length, uint32_t block, uint32_t bytes, int folder)
{
	static const uint8_t date[7] = { 126, 1, 1, 0, 0, 0, 0 };
	uint8_t size = (uint8_t)(33 + length + !(length & 1));
	at[0] = size;
	both32(at + 2, block);
	both32(at + 10, bytes);
	memcpy(at + 18, date, 7);
	at[25] = folder ? 2 : 0;
	both16(at + 28, 1);
	at[32] = length;
	memcpy(at + 33, name, length);
	return at + size;
}

static void volume(int fd, const struct layout *l, const char *label)
{
	uint8_t v[BLOCK] = { 0 };
	memcpy(v, "\1CD001\1", 7);
	padded(v + 8, "ZILCH", 32);
	padded(v + 40, label, 32);
	both32(v + 80, l->blocks);
	both16(v + 120, 1);
	both16(v + 124, 1);
	both16(v + 128, BLOCK);
	both32(v + 132, 10); /* bytes of a path table: of one folder */
	put32(v + 140, PATHS_LITTLE);
	v[148 + 3] = PATHS_BIG;
	record(v + 156, "", 1, ROOT, BLOCK, 1);
	memset(v + 190, ' ', 4 * 128 + 3 * 37);
	for (int at = 813; at <= 864; at += 17) memcpy(v + at, at == 847 ? "0000000000000000" : "2026010100000000", 16);
	v[881] = 1;
	write_at(fd, (uint64_t)VOLUME_BLOCK * BLOCK, v, sizeof v);
}

static void boot_catalogue(int fd, const struct layout *l)
{
	uint8_t c[BLOCK] = { 0 };
	uint16_t sum = 0;
	c[0] = 1;
	memcpy(c + 4, "ZILCH", 5);
	c[30] = 0x55;
	c[31] = 0xaa;
	for (int i = 0; i < 32; i += 2) sum = (uint16_t)(sum + (c[i] | c[i + 1] << 8));
	put16(c + 28, (uint16_t)-sum);
	c[32] = 0x88; /* bootable, no emulation */
	put16(c + 38, BLOCK / 512);
	put32(c + 40, LOADER_BLOCK);
	c[64] = 0x91; /* the last section: UEFI */
	c[65] = 0xef;
	put16(c + 66, 1);
	c[96] = 0x88;
	put16(c + 102, l->esp.blocks * 4 < 65536 ? (uint16_t)(l->esp.blocks * 4) : 0); /* 0: to the end */
	put32(c + 104, l->esp.block);
	write_at(fd, (uint64_t)CATALOGUE * BLOCK, c, sizeof c);
}

void iso_write(int fd, const struct layout *l, const char *label)
{
	uint8_t b[BLOCK] = { 0 };
	volume(fd, l, label);
	memcpy(b, "\0CD001\1EL TORITO SPECIFICATION", 30);
	put32(b + 71, CATALOGUE);
	write_at(fd, (uint64_t)(VOLUME_BLOCK + 1) * BLOCK, b, sizeof b);
	memset(b, 0, sizeof b);
	memcpy(b, "\377CD001\1", 7);
	write_at(fd, (uint64_t)(VOLUME_BLOCK + 2) * BLOCK, b, sizeof b);
	boot_catalogue(fd, l);

	memset(b, 0, sizeof b);
	b[0] = 1;
	put32(b + 2, ROOT);
	put16(b + 6, 1);
	write_at(fd, (uint64_t)PATHS_LITTLE * BLOCK, b, sizeof b);
	put32(b + 2, 0);
	b[5] = ROOT;
	b[6] = 0;
	b[7] = 1;
	write_at(fd, (uint64_t)PATHS_BIG * BLOCK, b, sizeof b);

	/* The folder shows what the partitions hold, under the names in their order. */
	const struct contents *c = &l->contents[0];
	memset(b, 0, sizeof b);
	uint8_t *at = record(b, "\0", 1, ROOT, BLOCK, 1);
	at = record(at, "\1", 1, ROOT, BLOCK, 1);
	at = record(at, "BOOT.TXT;1", 10, l->table.block, TABLE_BYTES, 0);
	at = record(at, "BOOTX64.EFI;1", 13, l->menu.block, l->menu_bytes, 0);
	at = record(at, "INITRD.;1", 9, l->initrd[0].block, c->initrd, 0);
	at = record(at, "KERNEL.;1", 9, l->kernel[0].block, c->kernel, 0);
	if (c->root <= UINT32_MAX) record(at, "SYSTEM.IMG;1", 12, l->root[0].block, (uint32_t)c->root, 0);
	write_at(fd, (uint64_t)ROOT * BLOCK, b, sizeof b);
}
