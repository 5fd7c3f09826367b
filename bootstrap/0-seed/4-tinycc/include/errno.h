extern int errno;
#define EINTR 4
#define EEXIST 17
#define ERANGE 34
