/* What the editor and the history know of each other. */
#include <stddef.h>

/* Lines, from the oldest; as many as there are. */
extern char **history_lines;
extern size_t history_length;
