/* The static buffer that applets keep their small globals in (libbb/common_bufsiz.c). Upstream measures the linked
   executable and enlarges the buffer to the end of the page; the plain kilobyte does. */
enum { COMMON_BUFSIZE = 1024 };
extern char bb_common_bufsiz1[];
#define setup_common_bufsiz() ((void)0)
