/* TinyCC's configuration, which ./configure would write. TCCBOOT leaves out backtraces and bounds checking. */
#define TCC_VERSION "0.9.27"
#define TCC_TARGET_X86_64 1
#define CONFIG_TCC_STATIC 1
#define CONFIG_TCCBOOT 1
#define CONFIG_TCCDIR "/"
