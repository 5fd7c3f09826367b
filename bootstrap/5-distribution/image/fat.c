/*
 * The partition that firmware reads: FAT16, a cluster a block, so that each file begins with a block and the BIOS loader finds it
 * by number. Every file is one run of clusters. Kernels can be replaced without a change to any of FAT's own data: a file is as
 * large as its area, and the boot table tells how much of it counts.
 */
#include "image.h"
#include <stdlib.h>
#include <string.h>

enum { SECTOR = 512, RESERVED = 4, ROOT_ENTRIES = 512, FEWEST_CLUSTERS = 4085, MOST_CLUSTERS = 65524 };
enum { DATE = (2026 - 1980) << 9 | 1 << 5 | 1, DIRECTORY = 16, LABEL = 8 };

static uint32_t fat_sectors(uint32_t clusters) { return ((clusters + 2) * 2 + BLOCK - 1) / BLOCK * 4; }
static uint32_t first_data_block(uint32_t sectors) { return (RESERVED + sectors) / 4 + ROOT_ENTRIES * 32 / BLOCK; }

/* Where files lie, from the sizes of the areas. */
void fat_plan(struct layout *l)
{
	uint32_t used = TABLE_BYTES / BLOCK + 2 + l->menu.blocks;
	for (int i = 0; i < l->slots; i++) used += l->kernel[i].blocks + l->initrd[i].blocks;
	/* Whole MiB, and so many clusters that it is FAT16 and no other. */
	uint32_t clusters = used < FEWEST_CLUSTERS + 100 ? FEWEST_CLUSTERS + 100 : used;
	/* The table covers the whole MiB as well, which are a few clusters more than these. */
	uint32_t whole = first_data_block(fat_sectors(clusters + 2 * MIB_BLOCKS)) + clusters;
	l->esp.block = MIB_BLOCKS;
	l->esp.blocks = (whole + MIB_BLOCKS - 1) / MIB_BLOCKS * MIB_BLOCKS;
	clusters = l->esp.blocks; /* a few more than there are: the table covers all */
	if (clusters > MOST_CLUSTERS) die("kernels and initial file systems are larger than FAT16 can hold");
	uint32_t at = l->esp.block + first_data_block(fat_sectors(clusters));
	l->table = (struct area){ at, TABLE_BYTES / BLOCK };
	at += l->table.blocks + 2; /* the folders EFI and EFI/BOOT */
	l->menu.block = at;
	at += l->menu.blocks;
	for (int i = 0; i < l->slots; i++) {
		l->kernel[i].block = at;
		at += l->kernel[i].blocks;
		l->initrd[i].block = at;
		at += l->initrd[i].blocks;
	}
}

static uint8_t *entry(uint8_t *at, const char *name, int attributes, uint16_t cluster, uint32_t size)
{
	memcpy(at, name, 11);
	at[11] = (uint8_t)attributes;
	put16(at + 16, DATE);
	put16(at + 18, DATE);
	put16(at + 24, DATE);
	put16(at + 26, cluster);
	put32(at + 28, size);
	return at + 32;
}

void fat_write(int fd, const struct layout *l)
{
	uint32_t sectors = fat_sectors(l->esp.blocks), data = l->esp.block + first_data_block(sectors);
	size_t size = (size_t)(data - l->esp.block) * BLOCK;
	uint8_t *meta = calloc(1, size), *fat = meta + RESERVED * SECTOR, *root = fat + sectors * SECTOR;
	if (!meta) die("no memory");

	memcpy(meta, "\xeb\xfe\x90ZILCH   ", 11);
	put16(meta + 11, SECTOR);
	meta[13] = BLOCK / SECTOR;
	put16(meta + 14, RESERVED);
	meta[16] = 1; /* one table */
	put16(meta + 17, ROOT_ENTRIES);
	if (l->esp.blocks * 4 < 65536) put16(meta + 19, (uint16_t)(l->esp.blocks * 4)); else put32(meta + 32, l->esp.blocks * 4);
	meta[21] = 0xf8;
	put16(meta + 22, (uint16_t)sectors);
	put16(meta + 24, 32);
	put16(meta + 26, 2);
	put32(meta + 28, l->esp.block * 4);
	meta[36] = 0x80;
	meta[38] = 0x29;
	put32(meta + 39, 0x5a494c43 ^ get32(l->id));
	memcpy(meta + 43, "ZILCH BOOT FAT16   ", 19);
	meta[510] = 0x55;
	meta[511] = 0xaa;

	put16(fat, 0xfff8);
	put16(fat + 2, 0xffff);
#define CLUSTER(block) ((uint16_t)((block) - data + 2))
#define RUN(block, blocks) \
	for (uint32_t i_ = 0; i_ < (blocks); i_++) \
		put16(fat + 2 * CLUSTER((block) + i_), i_ + 1 == (blocks) ? 0xffff : (uint16_t)(CLUSTER((block) + i_) + 1))
	uint32_t efi = l->table.block + l->table.blocks, boot = efi + 1;
	RUN(l->table.block, l->table.blocks);
	RUN(efi, 1u);
	RUN(boot, 1u);
	RUN(l->menu.block, l->menu.blocks);

	uint8_t *at = entry(root, "ZILCH BOOT ", LABEL, 0, 0);
	at = entry(at, "BOOT    TXT", 0, CLUSTER(l->table.block), TABLE_BYTES);
	at = entry(at, "EFI        ", DIRECTORY, CLUSTER(efi), 0);
	for (int i = 0; i < l->slots; i++) {
		char kernel[] = "KERNEL  A  ", initrd[] = "INITRD  A  ";
		kernel[8] = initrd[8] = (char)('A' + i);
		RUN(l->kernel[i].block, l->kernel[i].blocks);
		RUN(l->initrd[i].block, l->initrd[i].blocks);
		at = entry(at, kernel, 0, CLUSTER(l->kernel[i].block), l->kernel[i].blocks * BLOCK);
		at = entry(at, initrd, 0, CLUSTER(l->initrd[i].block), l->initrd[i].blocks * BLOCK);
	}
	write_at(fd, (uint64_t)l->esp.block * BLOCK, meta, size);
	free(meta);

	uint8_t folders[2 * BLOCK] = { 0 };
	at = entry(folders, ".          ", DIRECTORY, CLUSTER(efi), 0);
	at = entry(at, "..         ", DIRECTORY, 0, 0);
	entry(at, "BOOT       ", DIRECTORY, CLUSTER(boot), 0);
	at = entry(folders + BLOCK, ".          ", DIRECTORY, CLUSTER(boot), 0);
	at = entry(at, "..         ", DIRECTORY, CLUSTER(efi), 0);
	entry(at, "BOOTX64 EFI", 0, CLUSTER(l->menu.block), l->menu_bytes);
	write_at(fd, (uint64_t)efi * BLOCK, folders, sizeof folders);
}
