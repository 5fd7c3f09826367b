/* Files, areas and numbers of a fixed byte order. */
#include "image.h"
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void die(const char *format, ...)
{
	va_list list;
	va_start(list, format);
	fputs("zilch-image: ", stderr);
	vfprintf(stderr, format, list);
	fputc('\n', stderr);
	exit(1);
}

void write_at(int fd, uint64_t offset, const void *data, size_t size)
{
	while (size) {
		ssize_t n = pwrite(fd, data, size, (off_t)offset);
		if (n < 0 && errno == EINTR) continue;
		if (n <= 0) die("cannot write: %s", n ? strerror(errno) : "the medium is full");
		data = (const char *)data + n;
		offset += (uint64_t)n;
		size -= (size_t)n;
	}
}

/* What lies behind the end of a file reads as zeros. */
void read_at(int fd, uint64_t offset, void *data, size_t size)
{
	while (size) {
		ssize_t n = pread(fd, data, size, (off_t)offset);
		if (n < 0 && errno == EINTR) continue;
		if (n < 0) die("cannot read: %s", strerror(errno));
		if (n == 0) { memset(data, 0, size); return; }
		data = (char *)data + n;
		offset += (uint64_t)n;
		size -= (size_t)n;
	}
}

static int open_file(const char *path)
{
	int fd = open(path, O_RDONLY);
	if (fd < 0) die("%s: %s", path, strerror(errno));
	return fd;
}

uint64_t size_of(int fd)
{
	off_t size = lseek(fd, 0, SEEK_END); /* of a block device as well */
	if (size < 0) die("cannot tell the size: %s", strerror(errno));
	return (uint64_t)size;
}

void *read_whole(const char *path, size_t *size)
{
	int fd = open_file(path);
	*size = (size_t)size_of(fd);
	char *data = malloc(*size + 1);
	if (!data) die("no memory for %s", path);
	read_at(fd, 0, data, *size);
	data[*size] = 0;
	close(fd);
	return data;
}

void put16(void *at, uint16_t value) { uint8_t *p = at; p[0] = value & 255; p[1] = value >> 8; }
void put32(void *at, uint32_t value) { uint8_t *p = at; put16(p, value & 0xffff); put16(p + 2, value >> 16); }
void put64(void *at, uint64_t value) { uint8_t *p = at; put32(p, (uint32_t)value); put32(p + 4, (uint32_t)(value >> 32)); }
uint32_t get32(const void *at) { const uint8_t *p = at; return p[0] | p[1] << 8 | p[2] << 16 | (uint32_t)p[3] << 24; }

static uint8_t chunk[CHUNK_BLOCKS * BLOCK];

static uint64_t copy(int fd, struct area to, const char *path, uint64_t most, uint32_t *sum)
{
	int from = open_file(path);
	uint64_t size = size_of(from), done = 0;
	if (most && size > most) size = most;
	if (size == 0) die("%s is empty", path);
	if (size > (uint64_t)to.blocks * BLOCK) die("%s has %llu bytes, and there is room for %llu", path, (unsigned long long)size, (unsigned long long)to.blocks * BLOCK);
	for (*sum = 0; done < size; done += sizeof chunk) {
		size_t n = size - done < sizeof chunk ? (size_t)(size - done) : sizeof chunk;
		memset(chunk, 0, sizeof chunk);
		read_at(from, done, chunk, n);
		for (size_t i = 0; i < sizeof chunk; i += 4) *sum += get32(chunk + i);
		write_at(fd, (uint64_t)to.block * BLOCK + done, chunk, sizeof chunk);
	}
	close(from);
	return size;
}

uint32_t copy_chunks(int fd, struct area to, const char *path, uint32_t *sum)
{
	uint64_t size = copy(fd, to, path, 0, sum);
	return (uint32_t)((size + sizeof chunk - 1) / sizeof chunk * sizeof chunk);
}

uint64_t copy_file(int fd, struct area to, const char *path, uint64_t most)
{
	uint32_t sum;
	return copy(fd, to, path, most, &sum);
}
