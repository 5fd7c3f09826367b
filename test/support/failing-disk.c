/*
 * A disk that fails: loaded into a program by LD_PRELOAD, it answers EIO to calls that read (FAILING_CALLS=read) or
 * write (FAILING_CALLS=write) files whose names begin with FAILING_FILE, from when the file FAILING_WHEN exists.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int fails(const char *calls, int fd)
{
	const char *wanted = getenv("FAILING_CALLS"), *file = getenv("FAILING_FILE"), *when = getenv("FAILING_WHEN");
	char link[64], target[4096];
	ssize_t length;

	if (!wanted || !file || !when || strcmp(wanted, calls) != 0 || access(when, F_OK) != 0)
		return 0;
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	length = readlink(link, target, sizeof target - 1);
	if (length < 0)
		return 0;
	target[length] = 0;
	if (strncmp(target, file, strlen(file)) != 0)
		return 0;
	errno = EIO;
	return 1;
}

ssize_t read(int fd, void *buffer, size_t size)
{
	return fails("read", fd) ? -1 : syscall(SYS_read, fd, buffer, size);
}

ssize_t pread64(int fd, void *buffer, size_t size, off64_t offset)
{
	return fails("read", fd) ? -1 : syscall(SYS_pread64, fd, buffer, size, offset);
}

ssize_t pread(int fd, void *buffer, size_t size, off_t offset)
{
	return pread64(fd, buffer, size, offset);
}

ssize_t write(int fd, const void *buffer, size_t size)
{
	return fails("write", fd) ? -1 : syscall(SYS_write, fd, buffer, size);
}

ssize_t pwrite64(int fd, const void *buffer, size_t size, off64_t offset)
{
	return fails("write", fd) ? -1 : syscall(SYS_pwrite64, fd, buffer, size, offset);
}

ssize_t pwrite(int fd, const void *buffer, size_t size, off_t offset)
{
	return pwrite64(fd, buffer, size, offset);
}

int fsync(int fd)
{
	return fails("write", fd) ? -1 : syscall(SYS_fsync, fd);
}

int fdatasync(int fd)
{
	return fails("write", fd) ? -1 : syscall(SYS_fdatasync, fd);
}
