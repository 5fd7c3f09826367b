/* The terminal: what is written to it, and which keys come from it. */
#include <stddef.h>

/* Keys that are no byte; a key with Ctrl is the byte that terminals send. */
#undef CTRL
#define CTRL(letter) ((letter) & 31)
enum {
    ESCAPE = 27, BACKSPACE = 127,
    LEFT = 256, RIGHT, UP, DOWN, HOME, END, DELETE, WORD_LEFT, WORD_RIGHT, DELETE_WORD, LIST, NO_KEY, GONE
};

void put(const char *text, size_t n);
void put_text(const char *text);
size_t columns(void);

/* Keys come one by one, and unseen, between these two. */
void take_terminal(void);
void give_terminal_back(void);

/* Waits for a key: a byte, or one of those above. */
int next_key(void);
