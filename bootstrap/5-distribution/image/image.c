/*
 * zilch-image new OUT loader=F menu=F entries=F kernel=F initrd=F root=F sha256=HEX [label=TEXT]     writes a CD
 *             ... area=MIB root-area=MIB id=HEX                                                      writes a disk: two slots, data behind them
 * zilch-image upgrade DISK entries=F kernel=F initrd=F root=F sha256=HEX                             fills the slot that is not current
 * zilch-image switch DISK entries=F                                                                  makes the other slot current: back
 * zilch-image show DISK                                                                              what lies in which slot: blocks, bytes
 *
 * root=F is the system's image; size=BYTES says that only so much of it counts.
 */
#include "image.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int argument_count;
static char **arguments;

static const char *option(const char *name)
{
	size_t length = strlen(name);
	for (int i = 3; i < argument_count; i++)
		if (!strncmp(arguments[i], name, length) && arguments[i][length] == '=') return arguments[i] + length + 1;
	return 0;
}
static const char *needed(const char *name)
{
	const char *value = option(name);
	if (!value) die("%s=... is missing", name);
	return value;
}
static uint32_t mib(const char *name)
{
	const char *value = option(name);
	unsigned long n = value ? strtoul(value, 0, 10) : 0;
	if (n > 1u << 20) die("%s=%s is too much", name, value);
	return (uint32_t)n * MIB_BLOCKS;
}

static uint32_t blocks_of(const char *path, uint32_t unit)
{
	int fd = open(path, O_RDONLY);
	if (fd < 0) die("%s cannot be opened", path);
	uint64_t size = size_of(fd);
	close(fd);
	if (size > (uint64_t)1 << 40) die("%s is too large", path);
	return (uint32_t)((size + (uint64_t)unit * BLOCK - 1) / ((uint64_t)unit * BLOCK)) * unit;
}

static void fill(int fd, struct layout *l, int slot)
{
	struct contents *c = &l->contents[slot];
	const char *sha256 = needed("sha256");
	if (strlen(sha256) != 64) die("sha256=%s is no sum", sha256);
	c->kernel = copy_chunks(fd, l->kernel[slot], needed("kernel"), &c->kernel_sum);
	c->initrd = copy_chunks(fd, l->initrd[slot], needed("initrd"), &c->initrd_sum);
	/* From a medium, the system comes as a device that is longer than it. */
	c->root = copy_file(fd, l->root[slot], needed("root"), option("size") ? strtoull(option("size"), 0, 10) : 0);
	memcpy(c->root_sha256, sha256, 65);
}

static void settle(int fd)
{
	if (fsync(fd)) die("the medium does not keep what is written to it");
}

/* The data is on the medium before anything names it; the boot table, one write, is last. */
static void point(int fd, const struct layout *l)
{
	size_t size;
	char *entries = read_whole(needed("entries"), &size);
	settle(fd);
	describe(fd, l);
	settle(fd);
	boot_table(fd, l, entries);
	settle(fd);
}

static void new_medium(int fd)
{
	struct layout l = { .slots = 1 };
	size_t loader_bytes, menu_bytes;
	uint8_t *loader = read_whole(needed("loader"), &loader_bytes), *menu = read_whole(needed("menu"), &menu_bytes);
	uint32_t area = mib("area"), root_area = mib("root-area"), room = (uint32_t)(size_of(fd) / BLOCK) / MIB_BLOCKS * MIB_BLOCKS;
	l.bytes = size_of(fd);
	if (loader_bytes != LOADER_BLOCKS * BLOCK) die("the loader has %zu bytes", loader_bytes);
	if (area || root_area) {
		l.slots = SLOTS;
		const char *id = needed("id");
		for (int i = 0; i < 16; i++) {
			unsigned byte = 0;
			if (strlen(id) != 32 || sscanf(id + 2 * i, "%2x", &byte) != 1) die("id=%s is not 32 hexadecimal digits", id);
			l.id[i] = (uint8_t)byte;
		}
	}
	l.menu_bytes = (uint32_t)menu_bytes;
	l.menu.blocks = (uint32_t)((menu_bytes + BLOCK - 1) / BLOCK);
	for (int i = 0; i < l.slots; i++) {
		l.kernel[i].blocks = area ? area : blocks_of(needed("kernel"), CHUNK_BLOCKS);
		l.initrd[i].blocks = area ? area : blocks_of(needed("initrd"), CHUNK_BLOCKS);
		l.root[i].blocks = root_area ? root_area : blocks_of(needed("root"), MIB_BLOCKS);
	}
	fat_plan(&l);
	uint32_t at = l.esp.block + l.esp.blocks;
	for (int i = 0; i < l.slots; i++) {
		l.root[i].block = at;
		at += l.root[i].blocks;
	}
	l.blocks = at + MIB_BLOCKS; /* the last MiB: second copies */
	if (l.slots == SLOTS) {
		if (room < l.blocks + MIB_BLOCKS) die("the disk has %u MiB, and the system needs %u", room / MIB_BLOCKS, l.blocks / MIB_BLOCKS + 1);
		l.data = (struct area){ at, room - MIB_BLOCKS - at };
		l.blocks = room;
	} else if (ftruncate(fd, 0) || ftruncate(fd, (off_t)l.blocks * BLOCK)) {
		die("a CD is written to a file");
	} else {
		l.bytes = (uint64_t)l.blocks * BLOCK;
	}
	fill(fd, &l, 0);
	put32(loader + LOADER_BLOCKS * BLOCK - 8, l.table.block);
	write_at(fd, LOADER_BLOCK * BLOCK, loader, loader_bytes);
	fat_write(fd, &l);
	write_at(fd, (uint64_t)l.menu.block * BLOCK, menu, menu_bytes);
	iso_write(fd, &l, option("label") ? option("label") : "ZILCH");
	gpt_write(fd, &l, loader);
	point(fd, &l);
}

static void show(const struct layout *l)
{
	for (int i = 0; i < l->slots; i++) {
		const struct contents *c = &l->contents[i];
		printf("%c%s kernel %u %u initrd %u %u root %u %llu %s\n", 'A' + i, i == l->current ? "*" : "", l->kernel[i].block, c->kernel,
		       l->initrd[i].block, c->initrd, l->root[i].block, (unsigned long long)c->root, c->root ? c->root_sha256 : "-");
	}
}

int main(int argc, char **argv)
{
	struct layout l;
	argument_count = argc;
	arguments = argv;
	if (argc < 3) die("new, upgrade, switch or show, and a file or disk");
	const char *what = argv[1];
	int fd = open(argv[2], !strcmp(what, "show") ? O_RDONLY : !strcmp(what, "new") ? O_RDWR | O_CREAT : O_RDWR, 0644);
	if (fd < 0) die("%s cannot be opened", argv[2]);
	if (!strcmp(what, "new")) {
		new_medium(fd);
		return 0;
	}
	understand(fd, &l);
	if (!strcmp(what, "show")) {
		show(&l);
		return 0;
	}
	if (l.slots != SLOTS) die("this medium has one slot: it is no installed disk");
	if (!strcmp(what, "upgrade")) fill(fd, &l, !l.current);
	else if (strcmp(what, "switch")) die("new, upgrade, switch or show; not %s", what);
	else if (!l.contents[!l.current].root) die("there is no other version on this disk");
	l.current = !l.current;
	point(fd, &l);
	return 0;
}
