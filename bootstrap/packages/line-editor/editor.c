/*
 * Editing one line at a terminal, with the keys that readline and emacs have made usual. A line that is longer than the terminal is wide
 * scrolls sideways. Text is UTF-8.
 */
#define _GNU_SOURCE
#include "editline.h"
#include "history.h"
#include "terminal.h"
#include <ctype.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

const char *rl_readline_name = "";

static rl_complete_func_t *complete;
static rl_list_possib_func_t *list_possible;

static const char *prompt;
static char *line;             /* what is being edited, */
static size_t length, room;    /* its length and the room it has, */
static size_t at;              /* and where the cursor is in it: all in bytes */
static char *killed;           /* what was cut last */

rl_complete_func_t *rl_set_complete_func(rl_complete_func_t *function) {
    rl_complete_func_t *old = complete;
    complete = function;
    return old;
}

rl_list_possib_func_t *rl_set_list_possib_func(rl_list_possib_func_t *function) {
    rl_list_possib_func_t *old = list_possible;
    list_possible = function;
    return old;
}

/* -------------------------------------------------------------- the line */

/* The places of the characters before and after a place. */
static size_t before_place(size_t place) {
    if (place > 0)
        do
            place--;
        while (place > 0 && (line[place] & 0xc0) == 0x80);
    return place;
}

static size_t after_place(size_t place) {
    if (place < length)
        do
            place++;
        while (place < length && (line[place] & 0xc0) == 0x80);
    return place;
}

static int in_word(size_t place) {
    return (line[place] & 0x80) || isalnum((unsigned char)line[place]) || line[place] == '_';
}

static size_t word_before(size_t place) {
    while (place > 0 && !in_word(place - 1))
        place--;
    while (place > 0 && in_word(place - 1))
        place--;
    return place;
}

static size_t word_after(size_t place) {
    while (place < length && !in_word(place))
        place++;
    while (place < length && in_word(place))
        place++;
    return place;
}

static void insert(const char *text, size_t n) {
    if (length + n + 1 > room) {
        char *grown = realloc(line, (length + n + 1) * 2);
        if (!grown)
            return;
        line = grown;
        room = (length + n + 1) * 2;
    }
    memmove(line + at + n, line + at, length - at);
    memcpy(line + at, text, n);
    length += n;
    at += n;
    line[length] = 0;
}

static void remove_bytes(size_t from, size_t to) {
    memmove(line + from, line + to, length - to);
    length -= to - from;
    line[length] = 0;
    at = from;
}

static void cut(size_t from, size_t to) {
    if (from == to)
        return;
    free(killed);
    killed = strndup(line + from, to - from);
    remove_bytes(from, to);
}

static void replace_line(const char *text) {
    remove_bytes(0, length);
    insert(text, strlen(text));
}

/* How many columns text takes. What does not print, and what is no UTF-8, takes one for each byte, as '?' is shown in its place. */
static size_t width_of(const char *text, size_t n) {
    size_t width = 0;
    while (n > 0) {
        unsigned char c = (unsigned char)*text;
        size_t bytes = c < 0x80 ? 1 : c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc0 ? 2 : 1;
        wchar_t wide = bytes == 1 ? c : c & (0x7f >> bytes);
        if (bytes > n)
            bytes = n;
        for (size_t i = 1; i < bytes; i++)
            wide = wide << 6 | (text[i] & 0x3f);
        const int w = wcwidth(wide);
        width += w < 0 ? 1 : (size_t)w;
        text += bytes;
        n -= bytes;
    }
    return width;
}

/* Shows prompt and line again, as much of it as there is room for around the cursor. */
static void show(void) {
    const size_t taken = width_of(prompt, strlen(prompt)), wide = columns();
    const size_t space = wide > taken + 2 ? wide - taken - 1 : 1;
    size_t from = 0, to = length;
    char moved[40];
    while (width_of(line + from, at - from) > space)
        from = after_place(from);
    while (to > at && width_of(line + from, to - from) > space)
        to = before_place(to);
    put_text("\r");
    put_text(prompt);
    for (size_t i = from; i < to; i++)
        put(iscntrl((unsigned char)line[i]) ? "?" : line + i, 1);
    put_text("\033[K\r");
    const int column = snprintf(moved, sizeof moved, "\033[%zuC", taken + width_of(line + from, at - from));
    if (taken + width_of(line + from, at - from) > 0)
        put(moved, (size_t)column);
}

/* ------------------------------------------------------------ completion */

/* A copy of the word before the cursor. */
static char *word_to_complete(void) {
    size_t from = at;
    while (from > 0 && !strchr(" \t()[]{}\"'`;,=<>|&!$", line[from - 1]))
        from--;
    return strndup(line + from, at - from);
}

static void list_words(void) {
    char *word = word_to_complete(), **words = NULL;
    const int count = word && list_possible ? list_possible(word, &words) : 0;
    size_t widest = 1, column = 0;
    for (int i = 0; i < count; i++)
        if (width_of(words[i], strlen(words[i])) > widest)
            widest = width_of(words[i], strlen(words[i]));
    if (count > 0)
        put_text("\r\n");
    for (int i = 0; i < count; i++) {
        const size_t own = width_of(words[i], strlen(words[i]));
        put_text(words[i]);
        column += widest + 2;
        if (i + 1 == count || column + widest > columns()) {
            put_text("\r\n");
            column = 0;
        } else
            for (size_t spaces = own; spaces < widest + 2; spaces++)
                put_text(" ");
        free(words[i]);
    }
    free(words);
    free(word);
}

/* Adds what is certain; where nothing is, shows what there is to choose from. */
static void complete_word(void) {
    char *word = word_to_complete();
    int match = 0;
    char *more = word && complete ? complete(word, &match) : NULL;
    if (more && *more)
        insert(more, strlen(more));
    else if (!match)
        list_words();
    free(more);
    free(word);
}

/* --------------------------------------------------------------- history */

static size_t shown; /* which line of the history is shown; history_length: the new one */
static char *unfinished;

static void show_history(size_t which) {
    if (which > history_length)
        return;
    if (shown == history_length) {
        free(unfinished);
        unfinished = strdup(line);
    }
    shown = which;
    replace_line(which < history_length ? history_lines[which] : unfinished ? unfinished : "");
}

/* The newest line older than `from` that has the text in it; or `from`. */
static size_t older_with(const char *text, size_t from) {
    for (size_t i = from; i > 0; i--)
        if (strstr(history_lines[i - 1], text))
            return i - 1;
    return from;
}

/* Ctrl-R: looks for what is typed in older lines. The key that ended it is returned. */
static int search_history(void) {
    char text[200] = "", label[260];
    size_t n = 0, found = history_length;
    const char *own_prompt = prompt;
    int key;
    for (;;) {
        snprintf(label, sizeof label, "(search)`%s': ", text);
        prompt = label;
        show();
        key = next_key();
        if (key == CTRL('r'))
            found = older_with(text, found);
        else if (key == BACKSPACE || key == CTRL('h')) {
            while (n > 0 && (text[--n] & 0xc0) == 0x80)
                ;
            text[n] = 0;
            found = older_with(text, history_length);
        } else if (key >= 32 && key < 256 && n + 1 < sizeof text) {
            text[n++] = (char)key;
            text[n] = 0;
            if (found == history_length || !strstr(history_lines[found], text))
                found = older_with(text, found);
        } else
            break;
        if (n > 0 && found < history_length)
            show_history(found);
    }
    prompt = own_prompt;
    return key;
}

/* ------------------------------------------------------------------ keys */

/* As if the terminal had sent it: in a state in which the program can be stopped, and go on. */
static void send_signal(int signal) {
    at = length;
    show();
    put_text(signal == SIGINT ? "^C\r\n" : "\r\n");
    give_terminal_back();
    raise(signal);
}

/* A line, or NULL at the end of the input. */
static char *edit(void) {
    for (;;) {
        show();
        int key = next_key();
        if (key == CTRL('r'))
            key = search_history();
        const char typed = (char)key;
        switch (key) {
            case GONE:
                return length > 0 ? line : NULL;
            case '\r': case '\n':
                at = length;
                show();
                put_text("\r\n");
                return line;
            case CTRL('c'): /* if the program lives on, the line is forgotten */
                send_signal(SIGINT);
                replace_line("");
                return line;
            case CTRL('z'):
                send_signal(SIGTSTP);
                take_terminal();
                break;
            case CTRL('\\'):
                send_signal(SIGQUIT);
                take_terminal();
                break;
            case CTRL('d'):
                if (length == 0) {
                    put_text("\r\n");
                    return NULL;
                }
                remove_bytes(at, after_place(at));
                break;
            case DELETE: remove_bytes(at, after_place(at)); break;
            case BACKSPACE: case CTRL('h'): remove_bytes(before_place(at), at); break;
            case LEFT: case CTRL('b'): at = before_place(at); break;
            case RIGHT: case CTRL('f'): at = after_place(at); break;
            case HOME: case CTRL('a'): at = 0; break;
            case END: case CTRL('e'): at = length; break;
            case WORD_LEFT: at = word_before(at); break;
            case WORD_RIGHT: at = word_after(at); break;
            case DELETE_WORD: cut(at, word_after(at)); break;
            case CTRL('w'): cut(word_before(at), at); break;
            case CTRL('k'): cut(at, length); break;
            case CTRL('u'): cut(0, at); break;
            case CTRL('y'): if (killed) insert(killed, strlen(killed)); break;
            case CTRL('l'): put_text("\033[H\033[2J"); break;
            case UP: case CTRL('p'): if (shown > 0) show_history(shown - 1); break;
            case DOWN: case CTRL('n'): show_history(shown + 1); break;
            case '\t': complete_word(); break;
            case LIST: list_words(); break;
            default:
                if (key >= 32 && key < 256)
                    insert(&typed, 1);
        }
    }
}

/* From what is no terminal: lines as they are, and no prompt. */
static char *plain_line(void) {
    char *text = NULL;
    size_t text_room = 0;
    ssize_t n = getline(&text, &text_room, stdin);
    if (n < 0) {
        free(text);
        return NULL;
    }
    if (n > 0 && text[n - 1] == '\n')
        text[n - 1] = 0;
    return text;
}

char *readline(const char *given) {
    const char *kind = getenv("TERM");
    char *typed;
    fflush(stdout);
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        return plain_line();
    prompt = given ? given : "";
    if (kind && strcmp(kind, "dumb") == 0) {
        put_text(prompt);
        return plain_line();
    }
    at = length = 0;
    insert("", 0);
    shown = history_length;
    take_terminal();
    typed = edit();
    give_terminal_back();
    if (!typed)
        return NULL;
    add_history(typed);
    return strdup(typed);
}
