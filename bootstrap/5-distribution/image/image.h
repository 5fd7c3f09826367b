/*
 * The image writer: one program that writes a CD, which is a disk as well, and an installed disk, which can be upgraded in place.
 *
 * A medium is counted in blocks of 2048 bytes, whatever its sectors are:
 *
 *     0          MBR: the loader's first part, and the table that says "see the GPT"; bytes 512 to 1023: the GPT of 512-byte sectors
 *     2          the GPT of 4096-byte sectors
 *     16 to 18   ISO 9660: volume, boot record, end        19 boot catalogue
 *     20 to 22   path tables, root folder
 *     32, 40     the entries of the two GPTs               48 the loader, 8 KiB
 *     512        (1 MiB) partition 1, FAT: the boot table, the menu for UEFI, and for each slot a kernel and its initial file system
 *     ...        partition 2, and 3 on a disk: the system's image of each slot
 *     ...        the last partition of a disk: data
 *     the end    the second copies of the GPTs
 *
 * Nothing that is written depends on the clock, the machine, or the order of files in a folder. What init has to know of the medium
 * is text in the volume descriptor's field for applications, 883 bytes into block 16: describe.c.
 */
#define _DEFAULT_SOURCE /* pread, ftruncate */
#define _FILE_OFFSET_BITS 64
#include <stdint.h>
#include <stddef.h>

#define BLOCK 2048u
#define MIB_BLOCKS 512u
#define CHUNK_BLOCKS 16u /* the loader reads 32 KiB at a time */
#define TABLE_BYTES 4096u

enum { SLOTS = 2, LOADER_BLOCK = 48, LOADER_BLOCKS = 4, VOLUME_BLOCK = 16, APPLICATION_FIELD = 883, APPLICATION_BYTES = 512 };

struct area { uint32_t block, blocks; };

/* What lies in a slot; bytes of the first two are whole chunks. */
struct contents { uint32_t kernel, kernel_sum, initrd, initrd_sum; uint64_t root; char root_sha256[65]; };

struct layout {
	int slots;
	struct area esp, table, menu, kernel[SLOTS], initrd[SLOTS], root[SLOTS], data;
	uint32_t blocks; /* the whole medium, without what is no whole MiB at its end */
	uint64_t bytes;  /* all of it: the second GPT is at the very end */
	uint32_t menu_bytes;
	int current;
	struct contents contents[SLOTS];
	uint8_t id[16]; /* of this disk; zeros on a CD, which is the same for everybody */
};

/* common.c */
void die(const char *format, ...);
void write_at(int fd, uint64_t offset, const void *data, size_t size);
void read_at(int fd, uint64_t offset, void *data, size_t size);
void *read_whole(const char *path, size_t *size);
uint64_t size_of(int fd);
void put16(void *at, uint16_t value);
void put32(void *at, uint32_t value);
void put64(void *at, uint64_t value);
uint32_t get32(const void *at);
/* Copies a file to an area, zeros up to a whole chunk behind it; gives the bytes and their sum. */
uint32_t copy_chunks(int fd, struct area to, const char *path, uint32_t *sum);
/* The same of a file of which `most` bytes count, unless that is 0. */
uint64_t copy_file(int fd, struct area to, const char *path, uint64_t most);

/* fat.c */
void fat_plan(struct layout *);
void fat_write(int fd, const struct layout *);

/* iso.c */
void iso_write(int fd, const struct layout *, const char *label);

/* gpt.c */
void gpt_write(int fd, const struct layout *, const uint8_t *loader);

/* describe.c */
void describe(int fd, const struct layout *);
void understand(int fd, struct layout *);
/* The boot table of the entries, in which "@" stands for the current slot and "~" for the other one. */
void boot_table(int fd, const struct layout *, const char *entries);
