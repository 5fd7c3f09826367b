void __assert_fail(const char *what, const char *file, int line);
#undef assert
#define assert(what) ((what) ? (void)0 : __assert_fail(#what, __FILE__, __LINE__))
