/* The terminal: what is written to it, and which keys come from it. */
#include "terminal.h"
#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

static struct termios before; /* as we found it */

void put(const char *text, size_t n) {
    while (n > 0) {
        const ssize_t written = write(STDOUT_FILENO, text, n);
        if (written < 0 && errno != EINTR && errno != EAGAIN)
            return;
        if (written > 0)
            text += written, n -= (size_t)written;
    }
}

void put_text(const char *text) {
    put(text, strlen(text));
}

/* Signals that keys send are sent by us, when the terminal is as it was. */
void take_terminal(void) {
    struct termios raw;
    tcgetattr(STDIN_FILENO, &before);
    raw = before;
    raw.c_iflag &= ~(tcflag_t)(ICRNL | INLCR | IXON);
    raw.c_lflag &= ~(tcflag_t)(ECHO | ICANON | IEXTEN | ISIG);
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
}

void give_terminal_back(void) {
    tcsetattr(STDIN_FILENO, TCSADRAIN, &before);
}

size_t columns(void) {
    struct winsize size;
    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col : 80;
}

/* The next byte, or -1. */
static int next_byte(void) {
    unsigned char byte;
    ssize_t got;
    while ((got = read(STDIN_FILENO, &byte, 1)) < 0 && errno == EINTR)
        ;
    return got == 1 ? byte : -1;
}

/* What comes after an escape: ESC [ A, ESC O A, ESC [ 1 ; 5 C, ESC [ 3 ~, or ESC and a letter. */
static int escape_sequence(void) {
    int byte = next_byte(), number = 0, modified = 0;
    switch (byte) {
        case 'b': return WORD_LEFT;
        case 'f': return WORD_RIGHT;
        case 'd': return DELETE_WORD;
        case '?': return LIST;
        case '[': case 'O': break;
        default: return NO_KEY;
    }
    for (byte = next_byte(); isdigit(byte) || byte == ';'; byte = next_byte())
        if (byte == ';')
            modified = 1;
        else if (!modified)
            number = (number * 10 + byte - '0') % 1000;
    switch (byte) {
        case 'A': return UP;
        case 'B': return DOWN;
        case 'C': return modified ? WORD_RIGHT : RIGHT;
        case 'D': return modified ? WORD_LEFT : LEFT;
        case 'H': return HOME;
        case 'F': return END;
        case '~': return number == 1 || number == 7 ? HOME : number == 4 || number == 8 ? END : number == 3 ? DELETE : NO_KEY;
        default: return NO_KEY;
    }
}

int next_key(void) {
    const int byte = next_byte();
    return byte < 0 ? GONE : byte == ESCAPE ? escape_sequence() : byte;
}
