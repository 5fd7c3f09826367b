#include <stddef.h>
extern char **environ;
ssize_t read(int fd, void *to, size_t length);
ssize_t write(int fd, const void *from, size_t length);
int close(int fd);
long lseek(int fd, long offset, int whence);
int unlink(const char *path);
char *getcwd(char *to, size_t room);
int execvp(const char *program, char *const *arguments);
