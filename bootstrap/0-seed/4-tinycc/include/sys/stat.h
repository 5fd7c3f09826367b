int mkdir(const char *path, int mode);
