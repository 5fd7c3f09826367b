/*
 * What a medium says of itself, twice: to init, as text in the volume descriptor, and to the loaders, as the boot table.
 *
 *     zilch 1 CURRENT ID                        the slot that starts by itself, the disk's id
 *     boot TABLE SLOTS KERNEL INITRD            block of the boot table; blocks of the area of each kernel, of each initial file system
 *     A BLOCK BLOCKS BYTES SHA256               where the system's image of a slot lies, its room, its length and sum; "-" if there is none
 */
#include "image.h"
#include <stdio.h>
#include <string.h>

static void hexadecimal(const struct layout *l, char id[33])
{
	for (int i = 0; i < 16; i++) snprintf(id + 2 * i, 3, "%02x", l->id[i]);
}

void describe(int fd, const struct layout *l)
{
	char text[APPLICATION_BYTES];
	char id[33];
	hexadecimal(l, id);
	int n = snprintf(text, sizeof text, "zilch 1 %c %s\nboot %u %d %u %u\n", 'A' + l->current, id, l->table.block, l->slots, l->kernel[0].blocks, l->initrd[0].blocks);
	for (int i = 0; i < l->slots; i++) {
		const struct contents *c = &l->contents[i];
		n += snprintf(text + n, sizeof text - n, "%c %u %u %llu %s\n", 'A' + i, l->root[i].block, l->root[i].blocks, (unsigned long long)c->root,
			      c->root ? c->root_sha256 : "-");
	}
	memset(text + n, ' ', sizeof text - n);
	write_at(fd, (uint64_t)VOLUME_BLOCK * BLOCK + APPLICATION_FIELD, text, sizeof text);
}

/* Only what an upgrade has to know. */
void understand(int fd, struct layout *l)
{
	char text[APPLICATION_BYTES + 1] = { 0 }, current, id[33];
	unsigned table, kernel, initrd;
	memset(l, 0, sizeof *l);
	read_at(fd, (uint64_t)VOLUME_BLOCK * BLOCK + APPLICATION_FIELD, text, APPLICATION_BYTES);
	if (sscanf(text, "zilch 1 %c %32s boot %u %d %u %u", &current, id, &table, &l->slots, &kernel, &initrd) != 6 || l->slots < 1 || l->slots > SLOTS ||
	    current < 'A' || current >= 'A' + l->slots)
		die("this is no medium of Zilch's");
	for (int i = 0; i < 16; i++) {
		unsigned byte = 0;
		if (sscanf(id + 2 * i, "%2x", &byte) != 1) die("the medium's id is damaged");
		l->id[i] = (uint8_t)byte;
	}
	l->current = current - 'A';
	l->table = (struct area){ table, TABLE_BYTES / BLOCK };
	char *line = strstr(text, "\nboot");
	for (int i = 0; i < l->slots; i++) {
		unsigned long long bytes = 0;
		line = line ? strchr(line + 1, '\n') : 0;
		if (!line || sscanf(line, " %*c %u %u %llu %64s", &l->root[i].block, &l->root[i].blocks, &bytes, l->contents[i].root_sha256) != 4)
			die("the medium's description is damaged");
		l->contents[i].root = bytes;
		l->kernel[i].blocks = kernel;
		l->initrd[i].blocks = initrd;
	}
	/* Kernels of both slots and their sums are in the boot table alone. */
	char boot[TABLE_BYTES + 1] = { 0 };
	read_at(fd, (uint64_t)table * BLOCK, boot, TABLE_BYTES);
	for (int i = 0; i < l->slots; i++) {
		char key[] = "\n#A ";
		struct contents *c = &l->contents[i];
		key[2] = (char)('A' + i);
		char *at = strstr(boot, key);
		if (!at || sscanf(at + 4, "%x %x %x %x %x %x", &l->kernel[i].block, &c->kernel, &c->kernel_sum, &l->initrd[i].block, &c->initrd, &c->initrd_sum) != 6)
			die("the boot table is damaged");
	}
}

void boot_table(int fd, const struct layout *l, const char *entries)
{
	char text[TABLE_BYTES] = { 0 }, id[33];
	size_t n = 0;
	int first = 1;
	hexadecimal(l, id);
	for (const char *line = entries; *line; first = 0) {
		size_t length = strcspn(line, "\n");
		int slot = line[2] == '~' ? !l->current : l->current;
		if (first) {
			n += (size_t)snprintf(text + n, sizeof text - n, "%.*s\n", (int)length, line);
		} else if (length) {
			if (length < 10 || line[1] != ' ' || (line[2] != '@' && line[2] != '~') || !memchr(line, '|', length) || *line == '#')
				die("an entry of the menu is not KEY @ MODE NAME|WORDS: %.*s", (int)length, line);
			if (slot < l->slots && l->contents[slot].root)
				n += (size_t)snprintf(text + n, sizeof text - n, "%c %c%.*s zilch.root=%c.%s.%.16s\n", *line, 'A' + slot, (int)(length - 3), line + 3,
						      'A' + slot, id, l->contents[slot].root_sha256);
		}
		if (n >= sizeof text - 256) die("the boot menu has no room for so many entries");
		line += length + (line[length] == '\n');
	}
	for (int i = 0; i < l->slots; i++) {
		const struct contents *c = &l->contents[i];
		n += (size_t)snprintf(text + n, sizeof text - n, "#%c %08x %08x %08x %08x %08x %08x\n", 'A' + i, l->kernel[i].block, c->kernel, c->kernel_sum,
				      l->initrd[i].block, c->initrd, c->initrd_sum);
	}
	write_at(fd, (uint64_t)l->table.block * BLOCK, text, sizeof text);
}
