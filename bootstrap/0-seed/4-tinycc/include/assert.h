/* Without the file's name, by which the program would know the place of its source. */
void __assert_fail(const char *what, int line);
#define assert(what) ((what) ? (void)0 : __assert_fail(#what, __LINE__))
