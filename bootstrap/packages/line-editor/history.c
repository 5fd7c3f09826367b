/* The lines that were typed, and their file: one line each. */
#include "history.h"
#include "editline.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int el_hist_size = 100;
char **history_lines;
size_t history_length;

/* A line that is empty or the same as the one before is not kept. */
void add_history(const char *line) {
    const size_t most = el_hist_size > 0 ? (size_t)el_hist_size : 0;
    char *copy;
    if (!*line || most == 0 || (history_length > 0 && strcmp(history_lines[history_length - 1], line) == 0))
        return;
    while (history_length >= most) {
        free(history_lines[0]);
        memmove(history_lines, history_lines + 1, --history_length * sizeof *history_lines);
    }
    char **grown = realloc(history_lines, (history_length + 1) * sizeof *history_lines);
    if (!grown)
        return;
    history_lines = grown;
    copy = strdup(line);
    if (copy)
        history_lines[history_length++] = copy;
}

int read_history(const char *file) {
    FILE *f = fopen(file, "re");
    char *line = NULL;
    size_t room = 0;
    ssize_t length;
    if (!f)
        return errno;
    while ((length = getline(&line, &room, f)) >= 0) {
        if (length > 0 && line[length - 1] == '\n')
            line[length - 1] = 0;
        add_history(line);
    }
    free(line);
    fclose(f);
    return 0;
}

int write_history(const char *file) {
    FILE *f = fopen(file, "we");
    if (!f)
        return errno;
    for (size_t i = 0; i < history_length; i++)
        fprintf(f, "%s\n", history_lines[i]);
    const int failed = ferror(f);
    return fclose(f) || failed ? EIO : 0;
}
