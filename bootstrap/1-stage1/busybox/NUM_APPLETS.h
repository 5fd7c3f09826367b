/* How many applets this executable holds: never more than the one. */
#define NUM_APPLETS 1
